/* When and where a file begins, across midnight, parts and the hour that a clock is turned. */
#include "../../../core/disk/slate.h"
#include "../suite.h"

#include <string.h>
#include <time.h>

#define SECOND INT64_C(1000000000)
enum { RATE = 48000 };

static gph_slate
placed(int64_t wall_ns, int64_t frames, uint32_t rate, bool utc)
{
    gph_slate slate = {.project = "p", .node = "n", .take = 7, .part = 1};
    gph_slate_place(&slate, wall_ns, frames, rate, utc);
    return slate;
}

static void
in_zone(const char *zone)
{
    setenv("TZ", zone, 1);
    tzset();
}

#ifndef TEST_NO_ZONES
START_TEST(frames_since_midnight)
{
    in_zone("<+0530>-5:30");
    /* 2026-07-30 20:15:30.25 UTC is 01:45:30.25 of the 31st there. */
    int64_t wall = INT64_C(1785442530) * SECOND + SECOND / 4;
    gph_slate slate = placed(wall, 0, RATE, false);
    ck_assert_uint_eq(slate.reference, (uint64_t)((3600 + 45 * 60 + 30) * RATE + RATE / 4));
    ck_assert_int_eq(slate.begin.day, 31);
    ck_assert_int_eq(slate.begin.hour, 1);
    ck_assert_str_eq(slate.id, "20260730T201530.250Z-00007");
    slate = placed(wall, 0, RATE, true);
    ck_assert_uint_eq(slate.reference,
                      (uint64_t)((20 * 3600 + 15 * 60 + 30) * (int64_t)RATE + RATE / 4));
    ck_assert_int_eq(slate.begin.day, 30);
    /* Pre-roll and the way from the microphone lie before the trigger, here before midnight too. */
    slate = placed(wall, -(int64_t)2 * 3600 * RATE - 480, RATE, false);
    ck_assert_uint_eq(slate.reference,
                      (uint64_t)((23 * 3600 + 45 * 60 + 30) * (int64_t)RATE + RATE / 4 - 480));
    ck_assert_int_eq(slate.begin.day, 30);
    ck_assert_int_eq(slate.begin.hour, 23);
    ck_assert_str_eq(slate.id, "20260730T201530.250Z-00007");
}
END_TEST
#endif

/* Whatever the nanosecond of the trigger: no frame too many or too few between two parts. */
START_TEST(references_run_on)
{
    in_zone("UTC");
    static const uint32_t rates[] = {8000, 44100, 48000, 192000, 11025};
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        uint32_t rate = rates[r];
        for (int64_t n = 0; n < 2000; n++) {
            int64_t wall = INT64_C(1785442530) * SECOND + n * 500007;
            int64_t day = INT64_C(86400) * rate;
            uint64_t first = placed(wall, 0, rate, false).reference;
            int64_t frames = n * 172800000 + n;
            uint64_t later = placed(wall, frames, rate, false).reference;
            if (later != (uint64_t)(((int64_t)first + frames) % day))
                ck_abort_msg("%lld frames at %u Hz", (long long)frames, rate);
        }
    }
}
END_TEST

#ifndef TEST_NO_ZONES
START_TEST(a_turned_clock_is_an_hour)
{
    /* At 01:00 UTC of 2026-10-25 the clocks go from 03:00 back to 02:00. */
    in_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    int64_t wall = INT64_C(1792888200) * SECOND; /* 00:30 UTC, 02:30 there */
    gph_slate before = placed(wall, 0, RATE, false);
    gph_slate after = placed(wall, (int64_t)3600 * RATE, RATE, false);
    ck_assert_int_eq(before.begin.hour, 2);
    ck_assert_int_eq(after.begin.hour, 2);
    ck_assert_uint_eq(before.reference, (uint64_t)(9000 * (int64_t)RATE));
    ck_assert_uint_eq(after.reference, before.reference);
}
END_TEST
#endif

/* Before 1970, before the year 1, and a take of years. */
START_TEST(odd_times_are_bounded)
{
    in_zone("UTC");
    static const int64_t walls[] = {0, -1, INT64_MIN / 2, INT64_MAX / 2};
    static const int64_t frames[] = {0, -1, INT64_C(86400) * 365 * 20 * RATE,
                                     -INT64_C(86400) * 365 * 20 * RATE};
    for (size_t w = 0; w < sizeof walls / sizeof *walls; w++)
        for (size_t f = 0; f < sizeof frames / sizeof *frames; f++) {
            gph_slate slate = placed(walls[w], frames[f], RATE, false);
            ck_assert_uint_lt(slate.reference, (uint64_t)INT64_C(86400) * RATE);
            ck_assert_uint_le(strlen(slate.id), GPH_SLATE_ID);
        }
    ck_assert_uint_eq(placed(-1, 0, RATE, false).reference, UINT64_C(86400) * RATE - 1);
}
END_TEST

#ifdef TEST_NO_ZONES
SUITE("slate", references_run_on, odd_times_are_bounded)
#else
SUITE("slate", frames_since_midnight, references_run_on, a_turned_clock_is_an_hour,
      odd_times_are_bounded)
#endif
