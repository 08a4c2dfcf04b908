/* Wakes a thread that waits; a wake that nobody waits for is kept, once. [any; waiting: one thread] */
#ifndef GPH_PLATFORM_WAKE_H
#define GPH_PLATFORM_WAKE_H

#include <graphophone/module.h>

#include <stdbool.h>

typedef struct gph_wake gph_wake;

/* [control] */
gph_status gph_wake_new(gph_wake **wake);
/* [control] NULL is accepted. */
void gph_wake_free(gph_wake *wake);
/* [any] Never blocks. */
void gph_wake_up(gph_wake *wake) GPH_AUDIO;
/* [the one thread] True when woken, false after `timeout_ms` (below 0: never). */
bool gph_wake_wait(gph_wake *wake, int32_t timeout_ms);

#endif
