/* Reads values with units, in any locale. [control]
 *
 * Each parser takes a whole value or one item of it and either fills its last-but-one argument or
 * returns GPH_ARGUMENT with a fault: where in the text, and one sentence. Hand the fault to
 * gph_patch_fault(), which finds the place in the file. */
#ifndef GPH_PATCH_VALUE_H
#define GPH_PATCH_VALUE_H

#include "text.h"

#include <stdbool.h>

/* What is wrong with a text, and where in it. */
typedef struct gph_fault {
    gph_span span;  /* where: bytes from the start of the text given to the parser */
    char text[320]; /* one sentence, no full stop */
} gph_fault;

/* Spec flags. */
#define GPH_SPEC_INTEGER  (1u << 0) /* whole numbers only */
#define GPH_SPEC_OFF      (1u << 1) /* `off` is allowed: for levels though min is above -infinity */
#define GPH_SPEC_POLARITY (1u << 2) /* a level may be a negative factor: -0.5x */
#define GPH_SPEC_OPEN_MIN (1u << 3) /* min itself is not allowed */
#define GPH_SPEC_OR_BYTES (1u << 4) /* a size is taken as well as `unit` */

/* What a key takes. */
typedef struct gph_spec {
    uint32_t unit;     /* GPH_UNIT_* of <graphophone/module.h> */
    uint32_t flags;    /* GPH_SPEC_* */
    double min, max;   /* in the base unit (dB for levels); -INFINITY and INFINITY mean no bound */
    double rate;       /* frames a second, to compare 480fr with bounds in seconds; 0: unknown */
    const char *name;  /* of the key, for messages: "threshold" */
    const char *owner; /* of the type or section, for messages: "compressor"; or NULL */
} gph_spec;

/* How a number was written, and so what `value` counts. */
typedef enum gph_form {
    GPH_FORM_PLAIN,    /* without a unit; 0 of anything is always plain for time, frequency, ... */
    GPH_FORM_DECIBELS, /* dB */
    GPH_FORM_FACTOR,   /* 0.5x: a linear factor, perhaps negative */
    GPH_FORM_OFF,      /* off: silence; value is -INFINITY */
    GPH_FORM_HERTZ,
    GPH_FORM_SECONDS,
    GPH_FORM_FRAMES,   /* 480fr: value is frames also where the unit is seconds */
    GPH_FORM_FRACTION, /* 35% and 0.35: value is 0.35 */
    GPH_FORM_DEGREES,
    GPH_FORM_BPM,       /* 120bpm */
    GPH_FORM_SEMITONES, /* 3st */
    GPH_FORM_BYTES
} gph_form;

typedef struct gph_quantity {
    double value;
    gph_form form;
} gph_quantity;

/* One number with its unit, checked against unit, flags and bounds of `spec`. The whole text must
 * be the number; blanks around it are skipped. A plain 0 for a level is an error (0dB or off?). */
gph_status gph_value_parse_number(const char *text, size_t n, const gph_spec *spec,
                                  gph_quantity *quantity, gph_fault *fault);

/* A level as a linear factor: 0.5 for -6.02dB and 0.5x, 0 for off. */
double gph_quantity_gain(gph_quantity quantity);
/* A level in dB; -INFINITY for off. The polarity is lost. */
double gph_quantity_decibels(gph_quantity quantity);
/* A time in seconds or in frames (not rounded) at `rate`. */
double gph_quantity_seconds(gph_quantity quantity, double rate);
double gph_quantity_frames(gph_quantity quantity, double rate);
/* The value in the base unit of `unit`: dB, Hz, s, frames, fraction, ... What modules get. */
double gph_quantity_base(gph_quantity quantity, uint32_t unit, double rate);

/* on off yes no true false, in any case. */
gph_status gph_value_parse_switch(const char *text, size_t n, const gph_spec *spec, bool *on,
                                  gph_fault *fault);

/* One of the words of a NULL-ended table, in any case; the fault lists them or names the near one.
 */
gph_status gph_value_parse_choice(const char *text, size_t n, const char *const *choices,
                                  const gph_spec *spec, uint32_t *index, gph_fault *fault);

/* A name (letter, then letters, digits, '_', '-'; 63 bytes), copied in lower case into
 * name[GPH_NAME_MAX_BYTES + 1]: tables, types, nodes. `what` is for the message: "table". */
gph_status gph_value_parse_name(const char *text, size_t n, const char *what, char *name,
                                gph_fault *fault);

/* The next item of a comma-separated value, without blanks around it. Start with *cursor 0; false
 * at the end. An empty item has length 0, and the number parsers refuse it. */
bool gph_value_next_item(const char *text, size_t n, size_t *cursor, gph_span *item);

/* Prints a number as a person writes it in a patch (-6dB, 250ms, 1.2kHz, 35%, 2GiB): shortest form
 * of at most 6 decimals, no locale. Returns buffer. */
char *gph_value_print(double value, uint32_t unit, char *buffer, size_t size);

/* What values of a unit look like: "dB, x or off". */
const char *gph_value_takes(const gph_spec *spec);

/* Writes a fault; for those who find one themselves in a value. */
void gph_fault_set(gph_fault *fault, size_t offset, size_t length, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
