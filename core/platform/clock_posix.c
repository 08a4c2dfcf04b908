/* Time on POSIX systems. [any but audio] */
#include "clock.h"

#include <string.h>
#include <time.h>

static int64_t
now_ns(clockid_t clock)
{
    struct timespec now = {0, 0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t
monotonic_ns(void *user)
{
    (void)user;
    return now_ns(CLOCK_MONOTONIC);
}

static int64_t
wall_ns(void *user)
{
    (void)user;
    return now_ns(CLOCK_REALTIME);
}

const gph_time_source gph_clock_system = {NULL, monotonic_ns, wall_ns};

void
gph_clock_calendar(int64_t wall, bool utc, gph_calendar *calendar)
{
    /* Floor, so that moments before 1970 are right too. */
    int64_t seconds = wall / 1000000000 - (wall % 1000000000 < 0 ? 1 : 0);
    time_t when = (time_t)seconds;
    struct tm parts;
    memset(&parts, 0, sizeof parts);
    if (utc)
        gmtime_r(&when, &parts);
    else
        localtime_r(&when, &parts);
    *calendar = (gph_calendar){
        .year = parts.tm_year + 1900,
        .month = parts.tm_mon + 1,
        .day = parts.tm_mday,
        .hour = parts.tm_hour,
        .minute = parts.tm_min,
        .second = parts.tm_sec,
        .day_of_year = parts.tm_yday + 1,
        .unix_seconds = seconds,
    };
}
