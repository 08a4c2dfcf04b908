/* The faults of a rehearsal: what was asked for, what became of each. [control] */
#ifndef GPH_RUN_REHEARSAL_H
#define GPH_RUN_REHEARSAL_H

#include "../disk/faulty.h"
#include "../patch/value.h"

#include <graphophone/graphophone.h>

/* Folder below that of the takes, and below `failover`: real takes are neither touched nor counted. */
#define GPH_REHEARSAL_FOLDER "rehearsal"

enum { GPH_REHEARSAL_MOST = 16, GPH_REHEARSAL_TEXT = 320 };

/* One fault. */
typedef struct gph_rehearsal_fault {
    uint32_t kind;       /* GPH_REHEARSE_* */
    gph_quantity amount; /* a time or, of FULL, bytes */
    uint32_t state;      /* GPH_REHEARSAL_* */
    int64_t begun;       /* frame of the run; -1: it has not */
    int64_t ended;       /* when it was over and all was well again; -1: it was not */
    int64_t begun_ns;
    int64_t over_ns;  /* when it is to be over; once it is, when it was */
    uint64_t lost_in; /* frames that the host had lost before */
    uint64_t reopens; /* likewise, of its device */
    uint64_t failovers;
    double ring_peak;    /* of the fullest ring meanwhile, 0 to 1 */
    double ring_seconds; /* that the smallest ring holds; 0: not known */
    bool took_over;      /* another folder was used */
    int64_t lost;        /* frames missing on its account, of the recorder that misses most */
    const char *loser;   /* that recorder */
    gph_rig_rehearsal_gap *gaps;
    uint32_t n_gaps;
    char verdict[GPH_REHEARSAL_TEXT];
} gph_rehearsal_fault;

typedef struct gph_rehearsal {
    uint32_t n_faults;
    gph_rehearsal_fault faults[GPH_REHEARSAL_MOST]; /* one after the other */
    uint32_t now;                                   /* of them; n_faults: all are done */
    int64_t since_ns;                               /* when the present fault's turn came */
    int64_t well_ns;                                /* since when all has been well; 0: it is not */
    bool asked_for;                                 /* it was said what is waited for */
    int64_t lost_before; /* frames that were missing before the first fault: no rehearsal */
    gph_faulty *faulty;  /* of takes that this process writes, or NULL */
} gph_rehearsal;

/* Word of a fault: "stall". */
const char *gph_rehearsal_word(uint32_t kind);
/* Reads "stall=5s" or several with commas between, behind what is there. False: a sentence is in `why`. */
bool gph_rehearsal_add(gph_rehearsal *rehearsal, const char *text, char *why, size_t size);
/* Bit of a kind for each fault that is asked for. */
uint32_t gph_rehearsal_kinds(const gph_rehearsal *rehearsal);
/* How long a fault is to last, in seconds. */
double gph_rehearsal_seconds(const gph_rehearsal_fault *fault, double rate);
/* Bytes that a disk takes before it is full. */
int64_t gph_rehearsal_bytes(const gph_rehearsal_fault *fault);
/* "stall of 5s", "xrun of 480fr": how it is called. Returns text. */
char *gph_rehearsal_name(const gph_rehearsal_fault *fault, char *text, size_t size);
/* What became of a fault, in one line, from all that is known of it. */
void gph_rehearsal_judge(gph_rehearsal_fault *fault, double rate);

#endif
