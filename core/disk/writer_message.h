/* What an engine and its writer process say to each other: one kind of message for each thing.
 * [control, writer] */
#ifndef GPH_DISK_WRITER_MESSAGE_H
#define GPH_DISK_WRITER_MESSAGE_H

#include "faulty.h"
#include "packet.h"
#include "ring.h"
#include "stream.h"

/* Every message begins with a kind and the number of a recorder (0: none). */
typedef enum gph_writer_message_kind {
    /* To the writer. */
    GPH_WRITER_HELLO, /* version */
    GPH_WRITER_OPEN,  /* request, order; with the ring's memory */
    GPH_WRITER_GIVE_UP,
    GPH_WRITER_FORGET, /* after DONE */
    GPH_WRITER_FAULT,  /* order to the disk, in a rehearsal */
    /* From the writer. */
    GPH_WRITER_READY,  /* version */
    GPH_WRITER_OPENED, /* status, sentence */
    GPH_WRITER_FILE,   /* a finished file */
    GPH_WRITER_DONE
} gph_writer_message_kind;

/* What an engine and a writer must agree on. */
const char *gph_writer_version(void);

/* ---- OPEN in two halves: what the patch asked for, and what became of it */

void gph_writer_put_request(gph_packet *packet, const gph_stream_site *site,
                            const gph_stream_write *what);

typedef struct gph_writer_request {
    gph_stream_site site;  /* texts lie in the message */
    gph_stream_write what; /* likewise */
    const char **labels;   /* ours */
    gph_tag *tags;         /* ours */
} gph_writer_request;

/* False: it makes no sense, or memory is out. */
bool gph_writer_read_request(gph_packet_reader *reader, gph_writer_request *request);
void gph_writer_request_finish(gph_writer_request *request);

typedef struct gph_writer_terms {
    double rate;
    uint32_t max_frames;
    gph_ring_geometry ring;
    const uint32_t *latency; /* one a channel */
    uint64_t bytes;          /* of the ring's memory */
    bool resume;             /* the ring was somebody's before */
} gph_writer_terms;

void gph_writer_put_terms(gph_packet *packet, const gph_writer_terms *terms);
/* `latency` gets GPH_MAX_CHANNELS values; terms->latency points to it. */
bool gph_writer_read_terms(gph_packet_reader *reader, gph_writer_terms *terms, uint32_t *latency);

/* ---- FAULT */

void gph_writer_put_fault(gph_packet *packet, const gph_disk_order *order);
/* False: it makes no sense. */
bool gph_writer_read_fault(gph_packet_reader *reader, gph_disk_order *order);

/* ---- FILE */

void gph_writer_put_file(gph_packet *packet, const gph_take_file *file);
/* The caller's to free with gph_take_file_free; NULL: it makes no sense, or memory is out. */
gph_take_file *gph_writer_read_file(gph_packet_reader *reader);

#endif
