/* OSC where this program is built without liblo: it is refused. [control] */
#include "osc.h"

#include <stdio.h>
#include <string.h>

gph_status
gph_osc_new(const char *address, uint32_t port,
            void (*heard)(void *user, const gph_osc_message *message), void *user, char *why,
            size_t n, gph_osc **osc)
{
    (void)heard, (void)user;
    *osc = NULL;
    snprintf(why, n, "%s:%u: this program was built without OSC", address, port);
    return GPH_IO;
}

void
gph_osc_free(gph_osc *osc)
{
    (void)osc;
}

bool
gph_osc_poll(gph_osc *osc)
{
    (void)osc;
    return false;
}

uint64_t
gph_osc_n_refused(gph_osc *osc)
{
    (void)osc;
    return 0;
}

bool
gph_osc_matches(const char *path, const char *address)
{
    return !strcmp(path, address);
}
