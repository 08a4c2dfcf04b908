/* Where the triggers of a table wait, and how they come about without anybody's waiting. [audio]
 *
 * The jobs of a table are done one after the other, as they were asked for. One that makes something
 * new of what is there is given to a worker together with the spare bank; the banks are exchanged at
 * the start of a later block. Meanwhile a recorder has no spare. If it has recorded, its sound stands
 * and what the worker made is dropped: no trigger of a table ever undoes a recording. */
#ifndef GPH_RUN_TABLE_DESK_H
#define GPH_RUN_TABLE_DESK_H

#include "../graph/builtin.h"
#include "queue.h"
#include "table_audio.h"

enum { GPH_TABLE_MAX_WAITING = 16 }; /* jobs of a table: more than a person can want */

typedef struct gph_table_body gph_table_body;

/* A job as a worker gets it. */
typedef struct gph_table_job {
    gph_table_body *body;
    uint32_t what;   /* GPH_TABLE_DO_* */
    uint32_t bank;   /* to work from; the other one is the worker's */
    uint64_t filled; /* frames in it */
    int64_t when;    /* absolute frame at which it was asked for */
    float with[GPH_TABLE_N_PARAMS];
} gph_table_job;

/* Why a job was not done. */
typedef enum gph_table_why {
    GPH_TABLE_DONE,
    GPH_TABLE_NO_SPARE,
    GPH_TABLE_NO_UNDO,
    GPH_TABLE_EMPTY,
    GPH_TABLE_RECORDED,  /* a recording is under way */
    GPH_TABLE_OVERTAKEN, /* one was made meanwhile */
    GPH_TABLE_TOO_MANY
} gph_table_why;

/* Does a job now; *filled is what is in the other bank then. False: it failed, which has been told.
 * [worker; audio while offline] */
typedef bool gph_table_work(const gph_table_job *job, uint64_t *filled);

/* Hears of a job that was not done. */
typedef void gph_table_refused(void *user, uint32_t what, gph_table_why why);

enum { GPH_TABLE_NO_ANSWER, GPH_TABLE_WORKED, GPH_TABLE_FAILED };

typedef struct gph_table_desk {
    gph_table_body *body;
    gph_table_live *live;
    gph_queue *jobs;      /* to the worker; NULL: there is none */
    gph_table_work *work; /* to do it at once; NULL: nobody takes jobs */
    gph_table_job waiting[GPH_TABLE_MAX_WAITING];
    uint32_t n_waiting;
    bool saves;    /* there is a file for what is recorded */
    uint64_t pass; /* of the recorder when that was asked for last */
    bool busy;     /* `now` is with the worker */
    gph_table_job now;
    uint64_t generation, written; /* of the table when `now` was given away */
    uint64_t undo_generation;     /* after the last job: undo is possible while it is the same */
    uint64_t undo_written;
    uint64_t undo_filled;    /* frames in the spare */
    _Atomic uint32_t answer; /* of the worker */
    uint64_t filled;         /* likewise, before the answer */
} gph_table_desk;

/* [control] */
void gph_table_desk_init(gph_table_desk *desk, gph_table_body *body);

/* Asks for a job. */
gph_table_why gph_table_ask(gph_table_desk *desk, uint32_t what, int64_t when,
                            const float *with) GPH_AUDIO;
/* Between blocks, the next of which begins at `clock`: has what was recorded saved once the recorder rests, takes what is finished, begins what waits. With `at_once` it is also done. */
void gph_table_turn(gph_table_desk *desk, int64_t clock, bool at_once, gph_table_refused *refused,
                    void *user) GPH_AUDIO;
/* [worker] The end of a job. */
void gph_table_answer(const gph_table_job *job, bool worked, uint64_t filled);

#endif
