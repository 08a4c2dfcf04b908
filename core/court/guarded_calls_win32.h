/* What the guard stands before on Windows. [any] */
#ifndef GPH_COURT_GUARDED_CALLS_WIN32_H
#define GPH_COURT_GUARDED_CALLS_WIN32_H

#include <stdint.h>

/* What a function does. */
typedef enum guarded_deed {
    GUARDED_NEW, /* as all here up to GUARDED_OTHER: what no audio thread may */
    GUARDED_RESIZE,
    GUARDED_FREE,
    GUARDED_OTHER,         /* lock, wait, read, write */
    GUARDED_PROCESS,       /* what no module may: it is for the whole process */
    GUARDED_PROCESS_CALLED /* likewise once it is called: that a module could call it says nothing */
} guarded_deed;

typedef struct guarded_call {
    guarded_deed deed;
    uint32_t word; /* of those it is called with: the piece that is resized or freed */
} guarded_call;

/* NULL: a function that anybody may call. */
const guarded_call *guarded_call_named(const char *name);

#endif
