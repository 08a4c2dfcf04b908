/* The engine's end of its writer process: starts it, hands it recorders, hears what it has done, and
 * starts another when it dies. [control, if not said; callbacks: link, a thread of its own] */
#ifndef GPH_DISK_WRITER_LINK_H
#define GPH_DISK_WRITER_LINK_H

#include "../platform/shm.h"
#include "faulty.h"
#include "stream.h"
#include "writer_message.h"

typedef struct gph_writer_seat gph_writer_seat; /* a recorder's place at a link */

/* Starts this program once more, with a word with which it calls gph_writer_serve; the word must
 * outlive the link. On failure a sentence is in `why`. */
gph_status gph_writer_link_new(const char *word, char *why, size_t size, gph_writer_link **link);
/* Hangs up: the writer ends when all is in files. False: it has ended otherwise, and `how` says how
 * ("was killed by signal 9"); one that still writes is left to itself. Again: the same. */
bool gph_writer_link_end(gph_writer_link *link, char *how, size_t size);
/* Ends and frees it; no seat is left. NULL is fine. */
void gph_writer_link_free(gph_writer_link *link);
/* In a rehearsal: what the disk is to do. A writer that dies takes it along. */
void gph_writer_link_fault(gph_writer_link *link, const gph_disk_order *order);
/* Number of the process, for people; 0: there is none now. */
uint32_t gph_writer_link_process(gph_writer_link *link);
/* How often it has died so far, and how the last time. */
uint32_t gph_writer_link_deaths(gph_writer_link *link, char *how, size_t size);

/* What is done for one recorder. */
typedef struct gph_writer_seat_order {
    const gph_packet *request; /* by gph_writer_put_request; outlives the seat */
    gph_writer_terms terms;    /* latency: copied */
    const gph_shm *memory;     /* the ring, shared; outlives the seat */
    /* [link] Takes over the description of a finished file. */
    void (*report)(void *user, gph_take_file *file);
    /* [link] All is in files, or given up; comes once. `why` is NULL, or says why no writer goes on;
     * what is in the ring is lost then. */
    void (*done)(void *user, const char *why);
    void *user;
} gph_writer_seat_order;

gph_status gph_writer_seat_new(gph_writer_link *link, const gph_writer_seat_order *order,
                               gph_stream_problem *problem, gph_writer_seat **seat);
void gph_writer_seat_give_up(gph_writer_seat *seat);
/* No callback comes any more; a writer that has not finished goes on by itself. NULL is fine. */
void gph_writer_seat_free(gph_writer_seat *seat);

#endif
