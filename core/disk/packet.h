/* Values one after another, as two processes of one rig send them to each other: same machine, same
 * version, so no byte order; but nothing that is read is believed. [control, writer] */
#ifndef GPH_DISK_PACKET_H
#define GPH_DISK_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Being written; zeroed is empty. The bytes are the caller's to free. */
typedef struct gph_packet {
    char *bytes;
    size_t size, room;
    bool failed; /* memory is out, or it is too long; all of it is void then */
} gph_packet;

/* Being read. */
typedef struct gph_packet_reader {
    const char *bytes;
    size_t size, at;
    bool failed; /* it ended too early, or made no sense; what was read since is 0 or "" */
} gph_packet_reader;

void gph_packet_finish(gph_packet *packet);
void gph_packet_bytes(gph_packet *packet, const void *bytes, size_t size);
void gph_packet_u32(gph_packet *packet, uint32_t value);
void gph_packet_i64(gph_packet *packet, int64_t value);
void gph_packet_real(gph_packet *packet, double value);
/* NULL stays NULL. */
void gph_packet_text(gph_packet *packet, const char *text);

bool gph_packet_read(gph_packet_reader *reader, void *bytes, size_t size);
uint32_t gph_packet_read_u32(gph_packet_reader *reader);
int64_t gph_packet_read_i64(gph_packet_reader *reader);
double gph_packet_read_real(gph_packet_reader *reader);
/* In the packet, ended by a zero byte; it lives as long. */
const char *gph_packet_read_text(gph_packet_reader *reader);
/* A count of things of so many bytes each at least, which must all be in the packet. */
uint32_t gph_packet_read_count(gph_packet_reader *reader, size_t each);

#endif
