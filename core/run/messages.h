/* What control and audio thread tell each other: fixed structs through a gph_queue. [any] */
#ifndef GPH_RUN_MESSAGES_H
#define GPH_RUN_MESSAGES_H

#include <stdint.h>

#define GPH_RUN_NOW       INT64_MIN  /* a command's frame: the first of the next cycle */
#define GPH_RUN_ALL_ITEMS UINT32_MAX /* a command's item: every one of the parameter */

/* Control to audio. */
typedef enum gph_command_kind {
    GPH_COMMAND_TRIGGER, /* give node its trigger `index` */
    GPH_COMMAND_SET,     /* parameter `index` of node goes to `value` (base unit) */
    GPH_COMMAND_FLIP,    /* a switch parameter is turned over */
    GPH_COMMAND_REST,    /* node is silent, and not called until it resumes */
    GPH_COMMAND_RESUME
} gph_command_kind;

typedef struct gph_command {
    uint32_t kind; /* GPH_COMMAND_* */
    uint32_t node; /* of the graph */
    uint32_t index;
    uint32_t item;  /* of a parameter, or GPH_RUN_ALL_ITEMS */
    int64_t frame;  /* absolute, or GPH_RUN_NOW */
    float value;    /* of a parameter in its base unit; of a trigger, usually 1 */
    uint32_t spare; /* 0 */
} gph_command;

/* Audio to control. */
typedef enum gph_notice_kind {
    GPH_NOTICE_FAULT = 1,  /* fault(code, a, b) of a module */
    GPH_NOTICE_FAILED,     /* process returned `code`; b: 1: this ends the run */
    GPH_NOTICE_CUT,        /* process of node did not return; b: 1: this ends the run */
    GPH_NOTICE_LATE,       /* a cycle of `code` frames took a ticks; node took longest: b ticks */
    GPH_NOTICE_NOT_FINITE, /* NaN or Inf came out of node; a: channel; b: 1 reset, 2 muted */
    GPH_NOTICE_FLOAT_MODE, /* node changed the floating-point control word; GPH_NONE: not known */
    GPH_NOTICE_TABLE,      /* trigger `code` of a table was not done; a: gph_table_why */
    GPH_NOTICE_LOST,       /* a frames were lost by the host before `frame` */
    GPH_NOTICE_ENDED       /* the run has come to its end: `frame` is the first one not wanted */
} gph_notice_kind;

typedef struct gph_notice {
    uint32_t kind; /* GPH_NOTICE_* */
    uint32_t node; /* of the graph */
    uint32_t copy;
    uint32_t code;
    int64_t frame; /* absolute */
    int64_t a, b;
    uint32_t unsaid; /* FAULT, LATE: how many were not told before this one */
    uint32_t spare;  /* 0 */
} gph_notice;

#endif
