/* Hears OSC messages. [control] */
#ifndef GPH_RUN_OSC_H
#define GPH_RUN_OSC_H

#include <graphophone/module.h>

#include <stdbool.h>

typedef struct gph_osc gph_osc;

/* A message that has come. Valid during the call. */
typedef struct gph_osc_message {
    const char *path;
    bool has_value; /* the first argument is a number, a truth value or an impulse */
    float value;    /* of it: T and I are 1, F and N are 0; 1 without an argument */
} gph_osc_message;

/* Listens at address:port. `heard` is called in gph_osc_poll only. GPH_IO: `why` (n bytes) says what the system said. */
gph_status gph_osc_new(const char *address, uint32_t port,
                       void (*heard)(void *user, const gph_osc_message *message), void *user,
                       char *why, size_t n, gph_osc **osc);
void gph_osc_free(gph_osc *osc);

/* Takes what has come, at most GPH_OSC_PER_POLL datagrams; true: there may be more. Never waits. */
bool gph_osc_poll(gph_osc *osc);

enum { GPH_OSC_PER_POLL = 128 };

/* Datagrams so far that were no OSC, or more than is taken, or that came faster than they were. */
uint64_t gph_osc_n_refused(gph_osc *osc);

/* Whether a message's path, which may be a pattern ({a,b} * ? [a-z]), means the address of a binding. */
bool gph_osc_matches(const char *path, const char *address);

#endif
