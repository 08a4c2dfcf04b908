/* Building and planning with each allocation failing in turn: an error, never a crash, nothing left
 * behind (rows M9 and R1; leaks are the sanitizer's to see). [control] */
#include "../suite.h"

#include "../../../core/graph/plan.h"
#include "../../support/built.h"

#include <string.h>

/* Fails the n-th allocation, and with `for_ever` all later ones. */
typedef struct failing {
    uint64_t until;
    bool for_ever;
    int64_t alive;
} failing;

static void *
allocate(void *user, size_t size)
{
    failing *self = user;
    if (self->until == 0 && self->for_ever)
        return NULL;
    if (self->until > 0 && --self->until == 0)
        return NULL;
    void *memory = malloc(size);
    self->alive += memory != NULL;
    return memory;
}

static void
release(void *user, void *memory)
{
    failing *self = user;
    self->alive -= memory != NULL;
    free(memory);
}

static const char text[] =
    "[patch]\ndialect = 1\n[mic]\ntype = input\nchannels = 1-6\nconnect = a, b\n"
    "[loop]\ntype = table\nlength = 1s\n"
    "[trim]\ntype = gain\nfrom = mic + back\ngain = -6dB\ngain[2-3] = off\n"
    "[zone]\ntype = delay\nrepeat = 1-3\nfrom = trim[${2*i-1}-${2*i}]\n"
    "[verb]\ntype = freeverb\nfrom = zone* @ -3dB + mic\n"
    "[back]\ntype = feedback\ntime = 10ms\nfrom = verb\n"
    "[rec]\ntype = table-recorder\ntable = loop\nfrom = mic[1]\n"
    "[play]\ntype = table-player\ntable = loop\nstart = trigger\n"
    "[gate]\ntype = gate\nfrom = verb\n"
    "[out]\ntype = output\nchannels = 2\nfrom = gate[1-2] + play\n"
    "[control]\nplay.play = on gate.opened, key p, every 10s\nverb.mix = midi cc 3 0%..50%\n"
    "trim.gain[2] = osc /x\n";

/* Builds with allocation `n` failing; true if it came to a plan. */
static bool
build(uint64_t n, bool for_ever, gph_status *status)
{
    failing memory = {.until = n, .for_ever = for_ever};
    const gph_allocator allocator = {allocate, release, &memory};
    gph_plan *plan = NULL;
    built made;
    built_init(&made, text, 64, NULL, &allocator);
    *status = made.status;
    if (made.status == GPH_OK)
        *status = gph_plan_build(made.graph, 64, &plan);
    const bool complete = plan != NULL;
    gph_plan_free(plan);
    built_finish(&made);
    ck_assert_int_eq(memory.alive, 0);
    return complete;
}

/* Every n until one is beyond the last allocation. */
static void
fail_each(bool for_ever)
{
    gph_status status;
    uint64_t n = 1;
    ck_assert(build(0, false, &status));
    while (!build(n, for_ever, &status)) {
        ck_assert_msg(status == GPH_MEMORY, "allocation %lu: status %d", (unsigned long)n, status);
        n++;
    }
    /* An arena takes memory in large pieces: there are few, and all have been seen to fail. */
    ck_assert_uint_gt(n, 8);
}

START_TEST(once)
{
    fail_each(false);
}
END_TEST

START_TEST(for_ever)
{
    fail_each(true);
}
END_TEST

SUITE("memory", once, for_ever)
