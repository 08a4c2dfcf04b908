/* What the control thread knows of a table, for table*.c only. [control] */
#ifndef GPH_RUN_TABLE_BODY_H
#define GPH_RUN_TABLE_BODY_H

#include "../platform/shm.h"
#include "table_audio.h"
#include "table_desk.h"

/* Most frames of a table: players count them in 32.32 fixed point. */
#define GPH_TABLE_MAX_FRAMES 0x7fffffffu

struct gph_table_body {
    gph_table_live live;
    gph_table_desk desk; /* of the audio thread, like `live` */
    struct gph_table_set *set;
    struct gph_table_body *next; /* in the order of the patch */
    gph_table *handles;
    gph_shm *memory; /* NULL before allocate */
    bool locked, share, spare;
    char *name, *load, *save, *save_folder, *save_format; /* NULL where the patch has none */
    char *other;
    char shared_name[GPH_SHM_NAME_MAX + 1]; /* "" if not shared */
    /* As they were when it was saved last, or loaded. Under the set's lock. */
    uint64_t saved_generation, saved_written;
};

struct gph_table_set {
    double rate;
    gph_table_report *report;
    void *context;
    gph_table_body *first;
    size_t count;
    char *patch_name;                /* as given */
    const char *below;               /* folder that files go to below theirs; NULL: none */
    char patch[100];                 /* as names of shared memory have it */
    struct gph_table_worker *worker; /* NULL before gph_table_set_serve */
};

/* A table of this name in any case, or NULL. */
gph_table_body *gph_table_find(const gph_table_set *set, const char *name);

/* Reports in printf's way. */
void gph_table_say(const gph_table_set *set, uint32_t level, const char *node, const char *setting,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Bytes from one channel, and from one bank, to the next; bytes of all. GPH_LIMIT if they do not
 * fit into an address space. */
gph_status gph_table_layout(const gph_table_body *body, uint64_t *stride, uint64_t *bank_size,
                            uint64_t *bytes);

/* Reads through a file: how many channels and frames it has, whatever its header says. Reported on
 * failure. */
gph_status gph_table_measure(const gph_table_set *set, const char *node, const char *path,
                             uint32_t *channels, uint64_t *frames);

/* [control, worker] Reads the file of `load` into a bank of a table with memory: how many frames. */
gph_status gph_table_load(const gph_table_set *set, const gph_table_body *body, uint32_t bank,
                          uint64_t *filled);

/* Checks template, format and folder of `save`; makes no file. Reported on failure. */
gph_status gph_table_check_save(const gph_table_set *set, const gph_table_body *body,
                                struct gph_take_counter *takes);

/* [control, worker] Saves a table. With `copy`, while it may be written to: a copy is made first, and
 * again if generation or pass moved meanwhile. */
gph_status gph_table_save(const gph_table_set *set, gph_table_body *body,
                          struct gph_take_counter *takes, int64_t when, bool copy);

#endif
