/* What a writer notes beside its ring at each step, so that another can take its place: how far the
 * ring is in files, what is ordered, which files are open. Two copies in turn, each with a sum: who is
 * killed while it writes one leaves the other. [writer] */
#ifndef GPH_DISK_WRITER_MEMO_H
#define GPH_DISK_WRITER_MEMO_H

#include "packet.h"
#include "writer_state.h"

/* The parts that a dead writer had open: being written, parked, being closed, opened ahead. */
enum { GPH_MEMO_PARTS = GPH_WRITER_CLOSING + 3 };

typedef enum gph_memo_role {
    GPH_MEMO_WRITTEN, /* its take goes on behind it */
    GPH_MEMO_PARKED,  /* likewise, while a stretch was being written once more */
    GPH_MEMO_CLOSED,  /* nothing was to be added */
    GPH_MEMO_AHEAD    /* no frame was in it yet */
} gph_memo_role;

typedef struct gph_memo_part {
    uint32_t role;           /* gph_memo_role */
    bool spare;              /* below the failover folder */
    int64_t first;           /* clock of its first frame */
    int64_t frames;          /* that it had been given, and the kernel had taken */
    gph_take_gap head, tail; /* at its ends */
    gph_take take;           /* CLOSED: at its end */
    char below[GPH_NAME_PATH];
    char name[GPH_NAME_PART + 1]; /* of its first file, `X.part` */
} gph_memo_part;

typedef struct gph_memo_parts {
    uint32_t n;
    gph_memo_part parts[GPH_MEMO_PARTS];
    /* Of each part one a channel, for exactly `frames`; to be freed. NULL: not known. */
    gph_channel_sums *sums[GPH_MEMO_PARTS];
} gph_memo_parts;

/* Frees it. NULL is fine. */
void gph_memo_parts_free(gph_memo_parts *parts);

/* Notes how things stand. Only then may the ring's indices be moved. */
void gph_memo_note(gph_writer *writer);
/* Makes a fresh writer what the dead one was, but for its parts, which are told. False: what stands
 * there makes no sense. */
bool gph_memo_read(gph_writer *writer, gph_memo_parts *parts);

#endif
