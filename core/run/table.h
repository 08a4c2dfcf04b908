/* The tables of a run: named audio memory that recorders write, players read and others map.
 * [control, but for what says audio]
 *
 *     new -> add ... -> open ... (configure) -> allocate -> (activate, run) -> release -> free
 *
 * Memory comes with allocate: `check` gets its figures without any. A table has one writer. The
 * functions of the section [audio] have the shape of the members of gph_tables. */
#ifndef GPH_RUN_TABLE_H
#define GPH_RUN_TABLE_H

#include <graphophone/module.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All tables of a run. */
typedef struct gph_table_set gph_table_set;

/* What is said about a table: a whole sentence without a full stop. `setting` is the key of the
 * table's section that it is about, or NULL; `node` the section, NULL when it is about all. */
typedef void gph_table_report(void *context, uint32_t level, const char *node, const char *setting,
                              const char *text);

/* What a patch says about a table. Texts are copied. */
typedef struct gph_table_spec {
    const char *name;  /* of its section */
    uint32_t channels; /* 0: not said, so those of the loaded file, else 1 */
    uint32_t reserved;
    uint64_t frames;         /* 0: not said, so those of the loaded file */
    const char *load;        /* full path of a file, or NULL */
    const char *save;        /* template of the file to be, or NULL */
    const char *folder;      /* full path: where `save` begins */
    const char *other;       /* name of the table that `copy` and others take from, or NULL */
    const char *save_format; /* container-sample, or NULL: by the ending, wav-f32 */
    bool spare, share;
} gph_table_spec;

/* Figures of a table. */
typedef struct gph_table_info {
    const char *name;
    uint32_t channels;
    bool spare, shared, locked;
    uint64_t frames;
    uint64_t bytes;          /* of memory, all banks and the header */
    const char *writer;      /* node, or NULL */
    const char *shared_name; /* of the shared memory, "" if not shared */
    gph_table_mark mark;     /* where the writer stands; for control, after its last block */
} gph_table_info;

/* `patch` is the name of the patch; rate 0 means that it is not known yet (loaded files are then
 * not compared with it). NULL when memory is out. */
gph_table_set *gph_table_set_new(const char *patch, double rate, gph_table_report *report,
                                 void *context);
/* Its files go into a folder below theirs, a name that outlives it; NULL: none. */
void gph_table_set_move(gph_table_set *set, const char *below);
/* The end of all its tables and handles; named memory goes too. */
void gph_table_set_free(gph_table_set *set);

/* Adds a table without memory. Reads through the file to be loaded, whose header may lie about its
 * length. On failure it has been reported. */
gph_status gph_table_set_add(gph_table_set *set, const gph_table_spec *spec);

size_t gph_table_set_count(const gph_table_set *set);
void gph_table_set_get(const gph_table_set *set, size_t index, gph_table_info *info);
/* Bytes of memory of all tables. */
uint64_t gph_table_set_bytes(const gph_table_set *set);

/* Gets memory for all tables, touches and locks it, loads files. GPH_MEMORY (exit status 6) says
 * how much was wanted and how much there is; nothing is then left allocated. */
gph_status gph_table_set_allocate(gph_table_set *set);
/* Gives it back; handles stay valid, their views have no memory. */
void gph_table_set_release(gph_table_set *set);

/* ---- `save`: table_save.c */

struct gph_take_counter;

/* Before a run: whether the files of `save` can be made. Reported if not; makes no file. */
gph_status gph_table_set_check_save(gph_table_set *set, struct gph_take_counter *takes);

/* After a run that ended with frame `when`: saves all that hold anything new, as a recorder's files are: nothing is overwritten.
 * GPH_IO if a file failed (reported). */
gph_status gph_table_set_save(gph_table_set *set, struct gph_take_counter *takes, int64_t when);

/* ---- triggers of tables: table_worker.c, table_desk.c */

/* Before a run, once the tables have memory: makes them take jobs. With `beside` a thread of their
 * own does these; else they are done at once (offline). A table is also saved when its recorder has
 * come to rest with another round done. `takes`
 * outlives the service. */
gph_status gph_table_set_serve(gph_table_set *set, struct gph_take_counter *takes, bool beside);
/* The audio thread has ended: does what was still asked for, ends the thread. GPH_IO if a file
 * failed since `serve` (reported). */
gph_status gph_table_set_end_service(gph_table_set *set);
/* Whether a file has failed so far. */
bool gph_table_set_failed(const gph_table_set *set);

struct gph_table_desk;
/* Where the triggers of a table go; NULL: there is no such table. */
struct gph_table_desk *gph_table_set_desk(const gph_table_set *set, const char *name);

/* [control] Calls `each` with the memory of each table that has some. */
void gph_table_set_each_memory(const gph_table_set *set,
                               void (*each)(void *user, const void *base, size_t bytes),
                               void *user);

/* ---- handles */

/* [control, in configure] A handle on a table for a node; access is GPH_TABLE_*. NULL (reported)
 * when there is no such table, when another node writes it, or when memory is out. Opening again
 * with the same node and access gives the same handle. */
gph_table *gph_table_open(gph_table_set *set, const char *table, const char *node, uint32_t access);
/* [control] The end of a handle, at deactivate. NULL is fine. */
void gph_table_close(gph_table *table);

/* [audio; control in configure and activate] See gph_tables. */
const gph_table_view *gph_table_look(gph_table *table) GPH_AUDIO;
/* [audio, the writer] See gph_tables. A writer that marks less than before has cleared the table:
 * its generation goes up. */
void gph_table_put_mark(gph_table *table, const gph_table_mark *mark) GPH_AUDIO;
/* [audio, the writer] See gph_tables. */
gph_status gph_table_swap(gph_table *table) GPH_AUDIO;

#endif
