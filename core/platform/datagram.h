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

/* The next datagram that has come, at most `n` bytes of it; 0: there is none. Never waits. What was longer comes as n
 * bytes. */
size_t gph_datagram_take(gph_datagram *datagram, void *bytes, size_t n);

#endif
