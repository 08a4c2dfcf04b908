/* What became of a rehearsal's faults, once all takes are finished. [control] */
#include "rig_inside.h"

#include <stdlib.h>

/* Which fault a gap is on account of: the last one that had begun before it. n_faults: none, it is real. What comes late
 * through the graph stands so much earlier in the file. */
static uint32_t
cause_of(const gph_rig *rig, int64_t frame)
{
    const gph_rehearsal *rehearsal = rig->rehearsal;
    uint32_t cause = rehearsal->n_faults;
    for (uint32_t n = 0; n < rehearsal->n_faults; n++)
        if (rehearsal->faults[n].begun >= 0 &&
            frame + (int64_t)rig->graph->latency >= rehearsal->faults[n].begun)
            cause = n;
    return cause;
}

static void
note_gap(gph_rehearsal_fault *fault, const gph_take_file *file, const gph_take_gap *gap)
{
    gph_rig_rehearsal_gap *more =
        realloc(fault->gaps, ((size_t)fault->n_gaps + 1) * sizeof *fault->gaps);
    if (!more)
        return;
    fault->gaps = more;
    fault->gaps[fault->n_gaps++] =
        (gph_rig_rehearsal_gap){.path = file->path, .at = gap->position, .frames = gap->frames};
}

/* What one recorder misses. Files of its other channels say the same. */
static void
judge_recorder(gph_rig *rig, const char *node, int64_t *lost)
{
    gph_rehearsal *rehearsal = rig->rehearsal;
    for (uint32_t t = 0; t < rig->n_takes; t++) {
        const gph_take_file *file = rig->takes[t].file;
        if (rig->takes[t].node != node || file->channel > 1)
            continue;
        for (uint32_t g = 0; g < file->n_gaps; g++) {
            uint32_t cause = cause_of(rig, file->first_frame + file->gaps[g].position);
            lost[cause] += file->gaps[g].frames;
            if (cause < rehearsal->n_faults)
                note_gap(&rehearsal->faults[cause], file, &file->gaps[g]);
        }
    }
}

static bool
is_first_of_node(const gph_rig *rig, uint32_t take)
{
    for (uint32_t t = 0; t < take; t++)
        if (rig->takes[t].node == rig->takes[take].node)
            return false;
    return true;
}

void
gph_rig_judge_rehearsal(gph_rig *rig)
{
    gph_rehearsal *rehearsal = rig->rehearsal;
    if (!rehearsal || !rig->configured)
        return;
    for (uint32_t t = 0; t < rig->n_takes; t++) {
        int64_t lost[GPH_REHEARSAL_MOST + 1] = {0};
        if (!is_first_of_node(rig, t))
            continue;
        judge_recorder(rig, rig->takes[t].node, lost);
        for (uint32_t n = 0; n < rehearsal->n_faults; n++)
            if (lost[n] > rehearsal->faults[n].lost) {
                rehearsal->faults[n].lost = lost[n];
                rehearsal->faults[n].loser = rig->takes[t].node;
            }
        if (lost[rehearsal->n_faults] > rehearsal->lost_before)
            rehearsal->lost_before = lost[rehearsal->n_faults];
    }
    for (uint32_t n = 0; n < rehearsal->n_faults; n++) {
        if (!rig->n_takes) /* offline that is not seen before */
            rehearsal->faults[n].state = GPH_REHEARSAL_WAITS;
        gph_rehearsal_judge(&rehearsal->faults[n], rig->got.rate);
        rig->failed_frames |= rehearsal->faults[n].state != GPH_REHEARSAL_DONE;
    }
    gph_rig_tell(rig, GPH_LOG_INFO, GPH_NONE, -1,
                 "rehearsal: over; its verdicts are in the summary");
    for (uint32_t w = 0; w < rig->n_writers; w++)
        if (!rig->context.link && rig->watches[w].hangs) /* in the real one, by way of ours */
            rehearsal->faulty = NULL;
    if (rehearsal->lost_before)
        gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, -1,
                     "%lld frames were missing before the first fault: that was no rehearsal",
                     (long long)rehearsal->lost_before);
}

gph_status
gph_rig_get_rehearsal(const gph_rig *rig, uint32_t index, gph_rig_rehearsal *rehearsal)
{
    if (!rig->rehearsal || index >= rig->rehearsal->n_faults)
        return GPH_ARGUMENT;
    const gph_rehearsal_fault *fault = &rig->rehearsal->faults[index];
    double rate = rig->configured ? rig->got.rate : rig->graph->rate;
    const gph_rig_rehearsal out = {
        .fault = fault->kind,
        .state = fault->state,
        .n_gaps = fault->n_gaps,
        .word = gph_rehearsal_word(fault->kind),
        .verdict = fault->verdict,
        .seconds = gph_rehearsal_seconds(fault, rate),
        .begun = fault->begun,
        .ended = fault->ended,
        .lost = fault->lost,
        .ring_peak = fault->ring_peak,
        .ring_seconds = fault->ring_seconds,
        .took_over = fault->took_over,
        .gaps = fault->gaps,
    };
    gph_rig_give(rehearsal, &out, sizeof out);
    return GPH_OK;
}

void
gph_rig_free_rehearsal(gph_rig *rig)
{
    if (!rig->rehearsal)
        return;
    for (uint32_t n = 0; n < rig->rehearsal->n_faults; n++)
        free(rig->rehearsal->faults[n].gaps);
    gph_faulty_free(rig->rehearsal->faulty);
    free(rig->rehearsal);
    rig->rehearsal = NULL;
}
