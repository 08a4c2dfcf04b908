/* What a table is made of, and the functions of the audio thread. [audio] */
#ifndef GPH_RUN_TABLE_AUDIO_H
#define GPH_RUN_TABLE_AUDIO_H

#include "table.h"

#include <assert.h>
#include <stdatomic.h>

/* What stands at the start of a table's memory, shared or not: version 1, little-endian, for other
 * programs. They read while the writer writes; a copy is whole if generation and pass stayed. */
typedef struct gph_table_header {
    char magic[8];    /* GPHTABLE */
    uint32_t version; /* 1 */
    uint32_t header;  /* bytes before bank 0 */
    uint32_t channels;
    uint32_t flags;              /* 0 */
    double rate;                 /* frames a second */
    uint64_t frames;             /* of a bank */
    uint64_t stride;             /* bytes from one channel to the next */
    uint64_t bank_size;          /* bytes from one bank to the next */
    uint32_t banks;              /* 1, 2 with a spare */
    uint32_t process;            /* of the owner */
    _Atomic uint64_t generation; /* +1 with every swap, load, clear */
    _Atomic uint64_t bank;       /* in use */
    _Atomic uint64_t filled;     /* from here on gph_table_mark */
    _Atomic uint64_t head;
    _Atomic uint64_t written; /* since the memory was made */
    _Atomic uint64_t pass;
    _Atomic int64_t clock;
    _Atomic uint64_t state;
    char name[64];
} gph_table_header;

enum { GPH_TABLE_HEADER = 4096 };

static_assert(offsetof(gph_table_header, version) == 8, "published");
static_assert(offsetof(gph_table_header, header) == 12, "published");
static_assert(offsetof(gph_table_header, channels) == 16, "published");
static_assert(offsetof(gph_table_header, flags) == 20, "published");
static_assert(offsetof(gph_table_header, rate) == 24, "published");
static_assert(offsetof(gph_table_header, frames) == 32, "published");
static_assert(offsetof(gph_table_header, stride) == 40, "published");
static_assert(offsetof(gph_table_header, bank_size) == 48, "published");
static_assert(offsetof(gph_table_header, banks) == 56, "published");
static_assert(offsetof(gph_table_header, process) == 60, "published");
static_assert(offsetof(gph_table_header, generation) == 64, "published");
static_assert(offsetof(gph_table_header, bank) == 72, "published");
static_assert(offsetof(gph_table_header, filled) == 80, "published");
static_assert(offsetof(gph_table_header, head) == 88, "published");
static_assert(offsetof(gph_table_header, written) == 96, "published");
static_assert(offsetof(gph_table_header, pass) == 104, "published");
static_assert(offsetof(gph_table_header, clock) == 112, "published");
static_assert(offsetof(gph_table_header, state) == 120, "published");
static_assert(offsetof(gph_table_header, name) == 128, "published");
static_assert(sizeof(_Atomic uint64_t) == 8, "other programs read plain integers");

/* What the audio thread needs of one table. Its nodes never run at once: the plan's edges order
 * them. */
typedef struct gph_table_live {
    gph_table_header *header; /* NULL before allocate */
    float **banks[2];         /* banks[bank][channel]; the second NULL without a spare */
    uint32_t channels;
    uint32_t bank; /* in use: 0 or 1 */
    bool lent;     /* a worker has the spare */
    uint64_t frames;
    uint64_t generation;
    uint64_t written_before; /* by writers that were active before this one */
    double rate;
    gph_table_mark mark;
} gph_table_live;

/* Copies what moves into the header, for other programs. */
void gph_table_publish(gph_table_live *live) GPH_AUDIO;

/* A handle: one node's way to a table. */
struct gph_table {
    gph_table_live *live;
    uint32_t access; /* GPH_TABLE_* */
    uint32_t users;  /* open minus close */
    gph_table_view view;
    gph_table *next; /* of the same table */
    char node[64];
};

#endif
