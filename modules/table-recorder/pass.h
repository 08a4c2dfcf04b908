/* The state of a table-recorder and the functions that run it. [audio] */
#ifndef GPH_TABLE_PASS_H
#define GPH_TABLE_PASS_H

#include <graphophone/module.h>
#include <stdbool.h>

enum { ONCE, LOOP, OVERDUB };     /* choices of `mode` */
enum { FADE_LINEAR, FADE_TRIG };  /* choices of `fade-law` */
enum { STILL, WRITING, FALLING }; /* what becomes of the input */
enum { RECORD, STOP, TOGGLE, UNDO, CLEAR, STARTED, STOPPED, DONE, LOOPED };
enum { NOT_FINITE, UNDO_DROPPED, NO_UNDO, SPARE_AWAY };

/* What is in a bank. */
typedef struct bank {
    uint64_t filled; /* frames from the start that are real; what is behind counts as 0 */
    uint64_t round;  /* overdub: length of the loop; 0: it is not closed yet */
} bank;

struct gph_node {
    const gph_runtime *rt;
    const gph_tables *tables;
    gph_table *table;
    gph_type type; /* of this instance: `feedback` has another default in overdub */
    gph_param feedback;

    /* Settings, in frames. */
    uint32_t mode, law;
    uint64_t size, fade, stop_fade;
    uint64_t length; /* of a punch; 0: until it is stopped */

    /* The pass. */
    bool running;    /* the head moves */
    uint32_t input;  /* STILL, WRITING, FALLING */
    bool go_on;      /* after falling the head moves on */
    bool adding;     /* falling onto the start of a loop that was closed: nothing there fades */
    uint64_t head;   /* next frame to be written */
    uint64_t taken;  /* frames of this punch */
    uint64_t risen;  /* loop, overdub: frames of the rise behind us */
    uint64_t fallen; /* frames of the fall behind us, of `fall` */
    uint64_t fall;
    uint64_t written, passes;

    /* The banks. */
    bank now, other;
    uint64_t generation; /* of the table as we left it */
    uint32_t bank;       /* likewise: in use */
    bool has_spare;
    bool may_undo;      /* the spare is, or will be, what was before */
    bool undo_wanted;   /* as soon as the copy is whole */
    uint64_t copy_from; /* where the punch began */
    uint64_t copied, copy_size;
};

/* ---- spare.c */
bool gph_table_copy_is_whole(const gph_node *self) GPH_AUDIO;
/* Begins to keep what is there, from the frame where the punch is. */
void gph_table_begin_copy(gph_node *self, uint64_t from) GPH_AUDIO;
/* What is due in `frames` frames, from the punch to the end of the bank and on from its start. */
void gph_table_copy_on(gph_node *self, const gph_table_view *view, uint64_t frames) GPH_AUDIO;
/* Frames until the copy is whole. */
uint64_t gph_table_copy_lasts(const gph_node *self) GPH_AUDIO;
/* Exchanges the banks; false: there is no spare. */
bool gph_table_swap_banks(gph_node *self) GPH_AUDIO;

/* ---- pass.c */
int32_t GPH_CALL gph_table_pass_process(gph_node *self, const gph_io *io) GPH_AUDIO;
void GPH_CALL gph_table_pass_reset(gph_node *self) GPH_AUDIO;

#endif
