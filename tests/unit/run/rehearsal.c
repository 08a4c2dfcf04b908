/* What may be rehearsed: faults as a person types them, and the line that says what became of one. */
#include "../../../core/run/rehearsal.h"
#include "../suite.h"

#include <math.h>
#include <string.h>

static gph_rehearsal_fault
read_one(const char *text)
{
    gph_rehearsal rehearsal = {0};
    char why[512] = "";
    ck_assert_msg(gph_rehearsal_add(&rehearsal, text, why, sizeof why), "%s: %s", text, why);
    ck_assert_uint_eq(rehearsal.n_faults, 1);
    return rehearsal.faults[0];
}

static void
lasts(const char *text, uint32_t kind, double seconds, int64_t bytes)
{
    gph_rehearsal_fault fault = read_one(text);
    ck_assert_uint_eq(fault.kind, kind);
    ck_assert_double_eq_tol(gph_rehearsal_seconds(&fault, 48000), seconds, 1e-12);
    ck_assert_int_eq(gph_rehearsal_bytes(&fault), bytes);
    ck_assert_uint_eq(fault.state, GPH_REHEARSAL_WAITS);
    ck_assert_int_eq(fault.begun, -1);
}

START_TEST(a_fault_has_a_word_and_perhaps_an_amount)
{
    lasts("stall", GPH_REHEARSE_STALL, 3, 65536);
    lasts("stall=5s", GPH_REHEARSE_STALL, 5, 65536);
    lasts("stall=250ms", GPH_REHEARSE_STALL, 0.25, 65536);
    lasts("stall=10min", GPH_REHEARSE_STALL, 600, 65536);
    lasts("full", GPH_REHEARSE_FULL, 3, 65536);
    lasts("full=1s", GPH_REHEARSE_FULL, 1, 65536);
    lasts("full=0B", GPH_REHEARSE_FULL, 3, 0);
    lasts("full=1MiB", GPH_REHEARSE_FULL, 3, 1048576);
    lasts("full=100001B", GPH_REHEARSE_FULL, 3, 100001);
    lasts("xrun", GPH_REHEARSE_XRUN, 0.05, 65536);
    lasts("xrun=480fr", GPH_REHEARSE_XRUN, 0.01, 65536);
    lasts("unplug", GPH_REHEARSE_UNPLUG, 2, 65536);
    lasts("unplug=5min", GPH_REHEARSE_UNPLUG, 300, 65536);
    /* Frames are bounded once the rate is known. */
    lasts("xrun=96000000fr", GPH_REHEARSE_XRUN, 10, 65536);
}
END_TEST

START_TEST(several_come_one_after_the_other)
{
    gph_rehearsal rehearsal = {0};
    char why[512];
    ck_assert(gph_rehearsal_add(&rehearsal, "unplug,stall=1s", why, sizeof why));
    ck_assert(gph_rehearsal_add(&rehearsal, "unplug=5s", why, sizeof why));
    ck_assert_uint_eq(rehearsal.n_faults, 3);
    ck_assert_str_eq(gph_rehearsal_word(rehearsal.faults[0].kind), "unplug");
    ck_assert_str_eq(gph_rehearsal_word(rehearsal.faults[1].kind), "stall");
    ck_assert_double_eq(rehearsal.faults[2].amount.value, 5);
    ck_assert_uint_eq(gph_rehearsal_kinds(&rehearsal),
                      1u << GPH_REHEARSE_UNPLUG | 1u << GPH_REHEARSE_STALL);
    for (uint32_t n = 3; n < GPH_REHEARSAL_MOST; n++)
        ck_assert(gph_rehearsal_add(&rehearsal, "xrun", why, sizeof why));
    ck_assert(!gph_rehearsal_add(&rehearsal, "xrun", why, sizeof why));
    ck_assert_str_eq(why, "a rehearsal has at most 16 faults");
}
END_TEST

START_TEST(what_makes_no_sense_is_told)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"stal", "there is no fault 'stal'; did you mean 'stall'?"},
        {"STALL", "there is no fault 'STALL'; did you mean 'stall'?"},
        {"unplugd", "there is no fault 'unplugd'; did you mean 'unplug'?"},
        {"fire", "there is no fault 'fire'; stall, full, xrun and unplug are possible"},
        {"", "a fault is missing; stall, full, xrun and unplug are possible"},
        {"stall,", "a fault is missing; stall, full, xrun and unplug are possible"},
        {"=5s", "a fault is missing; stall, full, xrun and unplug are possible"},
        {"stall=", NULL},
        {"stall=abc", NULL},
        {"stall=0s", NULL},
        {"stall=0", NULL},
        {"stall=-1s", NULL},
        {"stall=11min", NULL},
        {"stall=1MiB", NULL},
        {"stall=1s=2s", NULL},
        {"xrun=11s", NULL},
        {"unplug=nan", NULL},
        {"\xff\xfe=1s", NULL},
        {"a word that is a good deal longer than any that names a fault", NULL},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        gph_rehearsal rehearsal = {0};
        char why[512] = "";
        ck_assert_msg(!gph_rehearsal_add(&rehearsal, cases[n].text, why, sizeof why), "'%s'",
                      cases[n].text);
        ck_assert_uint_gt(strlen(why), 10);
        if (cases[n].told)
            ck_assert_str_eq(why, cases[n].told);
    }
}
END_TEST

static const char *
verdict_of(gph_rehearsal_fault *fault)
{
    gph_rehearsal_judge(fault, 48000);
    return fault->verdict;
}

START_TEST(a_verdict_is_one_line)
{
    gph_rehearsal_fault fault = read_one("stall=5s");
    ck_assert_str_eq(verdict_of(&fault),
                     "stall of 5s: did not take place, as no take was written long enough");
    fault.state = GPH_REHEARSAL_DONE;
    fault.ring_seconds = 9.3;
    fault.ring_peak = 0.54;
    ck_assert_str_eq(verdict_of(&fault),
                     "stall of 5s: 0 frames lost; the ring holds 9.3 s and was filled to 54 %");
    fault.ring_seconds = 4;
    fault.ring_peak = 1;
    fault.lost = 48000;
    fault.loser = "dry";
    ck_assert_str_eq(verdict_of(&fault),
                     "stall of 5s: 48000 frames lost in [dry]; the ring holds 4.0 s and was filled "
                     "to 100 %; 'buffer = 6s' would have held them");
    fault = read_one("full=1MiB");
    fault.state = GPH_REHEARSAL_OVER;
    fault.ring_seconds = 5;
    fault.took_over = true;
    ck_assert_str_eq(verdict_of(&fault),
                     "full after 1MiB: 0 frames lost; the ring holds 5.0 s and was filled to 0 %; "
                     "failover took over; the rig has not recovered from it");
    fault = read_one("unplug");
    fault.state = GPH_REHEARSAL_DONE;
    fault.over_ns = 3100000000;
    fault.lost = 148800;
    fault.loser = "dry";
    ck_assert_str_eq(verdict_of(&fault),
                     "unplug for 2s: 148800 frames lost in [dry]; it was back after 3.1 s");
    fault = read_one("xrun=480fr");
    fault.state = GPH_REHEARSAL_UNDER_WAY;
    ck_assert_str_eq(verdict_of(&fault),
                     "xrun of 480fr: 0 frames lost; the run ended before it was over");
}
END_TEST

SUITE("rehearsal", a_fault_has_a_word_and_perhaps_an_amount, several_come_one_after_the_other,
      what_makes_no_sense_is_told, a_verdict_is_one_line)
