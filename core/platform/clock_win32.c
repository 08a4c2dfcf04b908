/* Time on Windows. [any but audio] */
#include "clock.h"

#include "now.h"

#include <windows.h>

/* Steps of 100 ns between 1601, where Windows begins to count, and 1970. */
static const int64_t unix_begin = INT64_C(116444736000000000);

static int64_t
monotonic_ns(void *user)
{
    (void)user;
    return gph_now_ns();
}

static int64_t
steps_of(FILETIME time)
{
    return (int64_t)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime);
}

static int64_t
wall_ns(void *user)
{
    FILETIME now;
    (void)user;
    GetSystemTimePreciseAsFileTime(&now);
    return (steps_of(now) - unix_begin) * 100;
}

const gph_time_source gph_clock_system = {NULL, monotonic_ns, wall_ns};

static int32_t
day_of_year(const SYSTEMTIME *time)
{
    static const int32_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int32_t year = time->wYear;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return before[(time->wMonth + 11) % 12] + time->wDay + (leap && time->wMonth > 2);
}

void
gph_clock_calendar(int64_t wall, bool utc, gph_calendar *calendar)
{
    /* Floor, so that moments before 1970 are right too. */
    int64_t seconds = wall / 1000000000 - (wall % 1000000000 < 0 ? 1 : 0);
    int64_t steps = seconds * 10000000 + unix_begin;
    const FILETIME moment = {(DWORD)steps, (DWORD)(steps >> 32)};
    SYSTEMTIME parts = {0}, local;
    FileTimeToSystemTime(&moment, &parts);
    if (!utc && SystemTimeToTzSpecificLocalTime(NULL, &parts, &local))
        parts = local;
    *calendar = (gph_calendar){
        .year = parts.wYear,
        .month = parts.wMonth,
        .day = parts.wDay,
        .hour = parts.wHour,
        .minute = parts.wMinute,
        .second = parts.wSecond,
        .day_of_year = day_of_year(&parts),
        .unix_seconds = seconds,
    };
}
