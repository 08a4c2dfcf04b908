/* A socket that takes datagrams. [control] */
#ifndef GPH_PLATFORM_DATAGRAM_H
#define GPH_PLATFORM_DATAGRAM_H

#include <graphophone/module.h>

typedef struct gph_datagram gph_datagram;

/* Listens at a local address, "127.0.0.1" or a name of this machine, and no other. GPH_IO: `why` (n bytes) says what the
 * system said. */
gph_status gph_datagram_new(const char *address, uint32_t port, char *why, size_t n,
                            gph_datagram **datagram);
void gph_datagram_free(gph_datagram *datagram);

/* The next datagram that has come: its length, of which at most `n` bytes are given; longer ones count as n. -1: there is
 * none. Never waits. */
int64_t gph_datagram_take(gph_datagram *datagram, void *bytes, size_t n);

/* Datagrams so far that came when there was no room for them; 0 where the system does not tell. */
uint64_t gph_datagram_n_dropped(gph_datagram *datagram);

#endif
