/* Parses the section [control]: which key, MIDI, OSC message, trigger or time moves what. [control]
 *
 *     rec.toggle = key space, midi cc 64, on gate.opened late, at 10s, every 1h, osc /record
 *     verb.mix   = midi cc 7 0%..50%
 */
#ifndef GPH_PATCH_CONTROL_H
#define GPH_PATCH_CONTROL_H

#include "arena.h"
#include "list.h"
#include "value.h"

typedef enum gph_source_kind {
    GPH_SOURCE_KEY,       /* key r, key space */
    GPH_SOURCE_MIDI_CC,   /* midi cc 64 */
    GPH_SOURCE_MIDI_NOTE, /* midi note 60 */
    GPH_SOURCE_OSC,       /* osc /path */
    GPH_SOURCE_TRIGGER,   /* on NODE.TRIGGER [late] */
    GPH_SOURCE_AT,        /* at 10s, from the start of the run */
    GPH_SOURCE_EVERY      /* every 1h */
} gph_source_kind;

/* Keys without a character, as `key` in a gph_source; others are their Unicode character. */
enum {
    GPH_KEY_ENTER = 0x0d,
    GPH_KEY_ESCAPE = 0x1b,
    GPH_KEY_TAB = 0x09,
    GPH_KEY_BACKSPACE = 0x7f,
    GPH_KEY_UP = 0x110001,
    GPH_KEY_DOWN = 0x110002,
    GPH_KEY_LEFT = 0x110003,
    GPH_KEY_RIGHT = 0x110004,
    GPH_KEY_F1 = 0x110101 /* F2 to F12 follow */
};

typedef struct gph_source {
    gph_source_kind kind;
    uint32_t key;        /* KEY: a Unicode character or GPH_KEY_*; r and R differ */
    uint32_t number;     /* MIDI: controller or note, 0 to 127 */
    const char *path;    /* OSC: from the first '/' */
    const char *node;    /* TRIGGER: lower case */
    const char *trigger; /* TRIGGER: lower case */
    bool late;           /* TRIGGER: in the next cycle, makes no ordering edge */
    gph_quantity time;   /* AT, EVERY: seconds or frames */
    bool has_range;      /* LOW..HIGH was written: the target is a parameter */
    gph_span low, high;  /* the texts of LOW and HIGH in the value, for gph_value_parse_number */
    gph_span node_span;  /* TRIGGER */
    gph_span trigger_span;
    gph_span span; /* of the whole source; all spans count from the start of the value */
} gph_source;

/* Parses a whole value: one or more sources. */
gph_status gph_sources_parse(const char *text, size_t n, gph_arena *arena,
                             const gph_source **sources, uint32_t *n_sources, gph_fault *fault);

/* The word for a key of the table above (`space`, `enter`, ...), or NULL for a plain character. */
const char *gph_key_word(uint32_t key);

/* Parses HOST:PORT (also [::1]:7770). `host` is copied without brackets. */
gph_status gph_endpoint_parse(const char *text, size_t n, gph_arena *arena, const char **host,
                              uint32_t *port, gph_fault *fault);

#endif
