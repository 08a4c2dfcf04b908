/* NaN and Inf: found at sinks, made 0 there, and traced to the node that made them. [audio] */
#include "run_state.h"

/* Frames of a second for which every output is looked at, and in which a second lapse mutes. */
enum { SEARCH_SECONDS = 1, MEMORY_SECONDS = 10 };

/* Greatest magnitude as bits: they sort as the floats do, and from GPH_RUN_NOT_FINITE on they are
 * none. One reduction for peak and check. */
uint32_t
gph_run_peak_bits(const float *samples, uint32_t frames)
{
    int32_t peak = 0;
    for (uint32_t f = 0; f < frames; f++) {
        int32_t bits;
        memcpy(&bits, &samples[f], sizeof bits);
        bits &= 0x7fffffff;
        peak = bits > peak ? bits : peak;
    }
    return (uint32_t)peak;
}

/* Sum of the squares; 0 where one is beyond all numbers. In lanes that a compiler may work on together. */
double
gph_run_squares(const float *samples, uint32_t frames)
{
    enum { LANES = 8 };
    float lanes[LANES] = {0};
    uint32_t whole = frames / LANES * LANES;
    for (uint32_t f = 0; f < whole; f += LANES)
        for (uint32_t n = 0; n < LANES; n++)
            lanes[n] += samples[f + n] * samples[f + n];
    for (uint32_t f = whole; f < frames; f++)
        lanes[0] += samples[f] * samples[f];
    double sum = 0;
    for (uint32_t n = 0; n < LANES; n++)
        sum += (double)lanes[n];
    return sum <= 1e38 ? sum : 0;
}

/* Copies (perhaps onto itself), zeroing what is not finite; returns how many samples that were. */
uint32_t
gph_run_scrub(float *to, const float *from, uint32_t frames)
{
    uint32_t n = 0;
    for (uint32_t f = 0; f < frames; f++) {
        uint32_t bits;
        memcpy(&bits, &from[f], sizeof bits);
        bool bad = (bits & GPH_RUN_NOT_FINITE) == GPH_RUN_NOT_FINITE;
        to[f] = bad ? 0.0f : from[f];
        n += bad;
    }
    return n;
}

void
gph_run_not_finite(gph_run *run, uint64_t samples)
{
    atomic_fetch_add_explicit(&run->shared.not_finite, samples, memory_order_relaxed);
    if (run->search_until <= run->clock) {
        run->search_until = run->clock + (int64_t)(run->rate * SEARCH_SECONDS);
        run->culprit_found = false;
    }
}

/* The inputs of a step that keeps what it gets: those that are not finite are replaced by copies,
 * for this block. */
void
gph_run_scrub_inputs(gph_run *run, gph_run_step *step)
{
    for (uint32_t c = 0; c < step->n_in_ch; c++) {
        if (gph_run_peak_bits(step->in_ch[c], run->block) < GPH_RUN_NOT_FINITE)
            continue;
        float *copy = step->scrub + (size_t)c * run->limit;
        uint32_t n = gph_run_scrub(copy, step->in_ch[c], run->block);
        step->in_ch[c] = copy;
        gph_run_not_finite(run, n);
    }
}

static bool
all_finite(const float *const *ch, uint32_t n, uint32_t frames, uint32_t *bad)
{
    for (uint32_t c = 0; c < n; c++)
        if (gph_run_peak_bits(ch[c], frames) >= GPH_RUN_NOT_FINITE) {
            *bad = c;
            return false;
        }
    return true;
}

/* After a step, while a search is on: names the first in the order of the plan whose outputs are
 * not finite; resets it, or mutes it when that has been tried. */
void
gph_run_search(gph_run *run, gph_run_step *step)
{
    uint32_t channel = 0;
    if (run->culprit_found || step->health != GPH_RUN_WELL ||
        all_finite((const float *const *)step->out_ch, step->n_out_ch, run->block, &channel))
        return;
    run->culprit_found = true;
    bool again = step->not_finite_at != INT64_MIN &&
                 run->clock - step->not_finite_at < (int64_t)(run->rate * MEMORY_SECONDS);
    step->not_finite_at = run->clock;
    step->reset_due = true;
    const gph_notice notice = {.kind = GPH_NOTICE_NOT_FINITE,
                               .node = step->node,
                               .copy = step->copy,
                               .frame = run->clock,
                               .a = channel,
                               .b = again ? 2 : 1};
    if (again) {
        gph_run_mute(run, step, &notice);
        return;
    }
    atomic_store_explicit(&step->resets,
                          atomic_load_explicit(&step->resets, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    gph_run_notify(run, &notice);
}
