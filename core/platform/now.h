/* Monotonic time, and waiting for a moment of it. [any; sleeping: threads that may wait] */
#ifndef GPH_PLATFORM_NOW_H
#define GPH_PLATFORM_NOW_H

#include <graphophone/module.h>

#include <stdint.h>

/* Nanoseconds; the time that the machine slept is not counted. */
int64_t gph_now_ns(void) GPH_AUDIO;
/* Likewise, counted. */
int64_t gph_now_boot_ns(void) GPH_AUDIO;
/* Returns at a time of gph_now_ns, or at once when it has passed. */
void gph_now_sleep_until_ns(int64_t ns);

#endif
