/* Datagrams by UDP sockets. [control] */
#include "datagram.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef SO_MEMINFO
#include <linux/sock_diag.h>
#endif

struct gph_datagram {
    int socket;
    uint32_t system_count; /* of dropped datagrams, as the system told it last; wraps */
    uint64_t n_dropped;
};

/* Binds to the first address of the list that lets it; -1 and errno if none does. */
static int
bind_first(const struct addrinfo *list)
{
    int failure = EADDRNOTAVAIL;
    for (const struct addrinfo *a = list; a; a = a->ai_next) {
        int made =
            socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
        if (made >= 0 && !bind(made, a->ai_addr, a->ai_addrlen))
            return made;
        failure = errno;
        if (made >= 0)
            close(made);
    }
    errno = failure;
    return -1;
}

gph_status
gph_datagram_new(const char *address, uint32_t port, char *why, size_t n, gph_datagram **datagram)
{
    char service[16];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_NUMERICSERV;
    struct addrinfo *list = NULL;
    *datagram = NULL;
    int found = getaddrinfo(address, service, &hints, &list);
    if (found) {
        snprintf(why, n, "%s:%u: %s", address, port, gai_strerror(found));
        return GPH_IO;
    }
    int made = bind_first(list);
    int failure = errno;
    freeaddrinfo(list);
    if (made < 0) {
        snprintf(why, n, "%s:%u: %s", address, port, strerror(failure));
        return GPH_IO;
    }
    *datagram = calloc(1, sizeof **datagram);
    if (!*datagram) {
        close(made);
        return GPH_MEMORY;
    }
    (*datagram)->socket = made;
    return GPH_OK;
}

void
gph_datagram_free(gph_datagram *datagram)
{
    if (datagram)
        close(datagram->socket);
    free(datagram);
}

int64_t
gph_datagram_take(gph_datagram *datagram, void *bytes, size_t n)
{
    return recv(datagram->socket, bytes, n, 0);
}

uint64_t
gph_datagram_n_dropped(gph_datagram *datagram)
{
#ifdef SO_MEMINFO
    uint32_t figures[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof figures;
    if (!getsockopt(datagram->socket, SOL_SOCKET, SO_MEMINFO, figures, &size)) {
        datagram->n_dropped += figures[SK_MEMINFO_DROPS] - datagram->system_count;
        datagram->system_count = figures[SK_MEMINFO_DROPS];
    }
#endif
    return datagram->n_dropped;
}
