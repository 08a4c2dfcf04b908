/* What a file says of itself beside its sound. [writer] */
#include "slate.h"

#include <stdio.h>

enum { DAY = 86400 };
#define SECOND INT64_C(1000000000)

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t
second_of_day(const gph_calendar *calendar)
{
    return calendar->hour * 3600 + calendar->minute * 60 + calendar->second;
}

/* By how much this place's day is ahead of UTC's, give or take whole days. */
static int64_t
ahead(const gph_calendar *calendar)
{
    return second_of_day(calendar) - calendar->unix_seconds % DAY;
}

void
gph_slate_place(gph_slate *slate, int64_t take_wall_ns, int64_t frames, uint32_t rate, bool utc)
{
    int64_t seconds = floor_div(frames, rate);
    int64_t rest = frames - seconds * rate;
    gph_calendar take;
    gph_clock_calendar(take_wall_ns, utc, &take);
    gph_clock_calendar(take_wall_ns + seconds * SECOND + rest * SECOND / rate, utc, &slate->begin);
    /* Counted from the take's own first frame, so that rounding is the same for all parts. */
    int64_t within = take_wall_ns - floor_div(take_wall_ns, SECOND) * SECOND;
    int64_t reference = second_of_day(&take) * rate + within * rate / SECOND + frames +
                        (ahead(&slate->begin) - ahead(&take)) * rate;
    int64_t day = (int64_t)DAY * rate;
    slate->reference = (uint64_t)(reference - floor_div(reference, day) * day);
    gph_clock_calendar(take_wall_ns, true, &take);
    snprintf(slate->id, sizeof slate->id, "%04d%02d%02dT%02d%02d%02d.%03dZ-%05u",
             (int)((unsigned)take.year % 10000), (int)take.month % 100, (int)take.day % 100,
             (int)take.hour % 100, (int)take.minute % 100, (int)take.second % 100,
             (int)(within / 1000000), slate->take % 100000);
}
