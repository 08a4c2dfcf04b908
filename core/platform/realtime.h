/* Threads that must run on time, as far as the machine allows. [control] */
#ifndef GPH_PLATFORM_REALTIME_H
#define GPH_PLATFORM_REALTIME_H

#include <graphophone/module.h>

#include <stdbool.h>

typedef struct gph_realtime gph_realtime;

/* Starts a thread that blocks all signals but those of its own faults and limits. With `urgent`: FIFO 70, else the
 * highest allowed, else RR, else normal; *level (may be NULL) gets a text that lives for ever: "FIFO 70", "FIFO",
 * "RR", "normal". At most 15 bytes of the name are seen. */
gph_status gph_realtime_start(const char *name, bool urgent, void (*run)(void *arg), void *arg,
                              gph_realtime **thread, const char **level);
/* Waits for its end and frees it; after `timeout_ms` (below 0: for ever) it is left behind, not freed, and GPH_STATE is
 * returned. NULL is accepted. */
gph_status gph_realtime_join(gph_realtime *thread, int32_t timeout_ms);

/* What a thread with `urgent` would get at present, found out with one that does nothing. */
const char *gph_realtime_level(void);

#endif
