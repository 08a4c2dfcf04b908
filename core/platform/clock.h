/* Time: a monotonic one, the time of day, and what a calendar says of it. [any but audio] */
#ifndef GPH_PLATFORM_CLOCK_H
#define GPH_PLATFORM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Where time comes from; tests put in one that they turn themselves. */
typedef struct gph_time_source {
    void *user;
    int64_t (*monotonic_ns)(void *user); /* never jumps; its zero means nothing */
    int64_t (*wall_ns)(void *user);      /* since 1970-01-01 00:00 UTC */
} gph_time_source;

/* The system's clock. */
extern const gph_time_source gph_clock_system;

/* A moment as people write it. */
typedef struct gph_calendar {
    int32_t year, month, day; /* month and day from 1 */
    int32_t hour, minute, second;
    int32_t day_of_year; /* from 1 */
    int64_t unix_seconds;
} gph_calendar;

/* The local time, or UTC, of a moment. */
void gph_clock_calendar(int64_t wall_ns, bool utc, gph_calendar *calendar);

#endif
