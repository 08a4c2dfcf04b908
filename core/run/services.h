/* What the runtime does for hosts: log, time, threads, wake. [control] */
#ifndef GPH_RUN_SERVICES_H
#define GPH_RUN_SERVICES_H

#include <graphophone/host.h>

typedef struct gph_services gph_services;

/* Where a host's lines go: told level, host id, text. [control, and host threads that are not audio] */
typedef void gph_services_log(void *user, uint32_t level, const char *id, const char *text);

/* For the host `id` (copied), at most 31 bytes of it; `log` may be NULL. */
gph_status gph_services_new(const char *id, gph_services_log *log, void *user,
                            gph_services **services);
/* After the host's destroy. NULL is accepted. */
void gph_services_free(gph_services *services);
/* What probe, create and the host's own functions are given. */
const gph_host_services *gph_services_table(const gph_services *services);
/* [any] Makes dispatch of the host return. */
void gph_services_wake(gph_services *services) GPH_AUDIO;

#endif
