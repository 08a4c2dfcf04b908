/* Prints the takes of a rig that has ended. [control] */
#include "summary.h"

#include "../platform/terminal.h"
#include "figures.h"
#include "format.h"
#include "json.h"

#include <math.h>
#include <stdio.h>

enum { GAPS_SHOWN = 10 };

/* Of all channels; NaN where one is not known. */
static double
loudest(const float *levels, uint32_t channels)
{
    float loudest = 0;
    for (uint32_t c = 0; levels && c < channels; c++)
        loudest = levels[c] > loudest || isnan(levels[c]) ? levels[c] : loudest;
    return (double)loudest;
}

/* Where frames are missing there is silence, but at the ends of a file nothing. */
static void
print_gaps(const gph_rig_take *take, int colour)
{
    printf("    %s%s frames are missing:%s\n", colour ? "\x1b[1;31m" : "",
           gph_format_count(take->lost).text, colour ? "\x1b[0m" : "");
    for (uint32_t i = 0; i < take->n_gaps && i < GAPS_SHOWN; i++) {
        const gph_rig_gap *gap = &take->gaps[i];
        if (gap->at < 0)
            printf("      %s frames before the first one\n", gph_format_count(gap->frames).text);
        else if (gap->at >= take->frames)
            printf("      %s frames after the last one\n", gph_format_count(gap->frames).text);
        else
            printf("      %s frames at frame %s (%s), silence in their place\n",
                   gph_format_count(gap->frames).text, gph_format_count(gap->at).text,
                   gph_format_clock((double)gap->at / take->rate).text);
    }
    if (take->n_gaps > GAPS_SHOWN)
        printf("      and %u more\n", take->n_gaps - GAPS_SHOWN);
}

static void
print_take(const gph_rig_take *take, int colour)
{
    printf("  %s%s%s\n    %s (%s frames), %u channel%s, peak %s, RMS %s, %s %s, %s\n",
           colour ? "\x1b[1m" : "", take->path, colour ? "\x1b[0m" : "",
           gph_format_clock((double)take->frames / take->rate).text,
           gph_format_count(take->frames).text, take->channels, take->channels == 1 ? "" : "s",
           gph_format_level(loudest(take->peaks, take->channels)).text,
           gph_format_level(loudest(take->rms, take->channels)).text, take->format,
           gph_format_rate(take->rate).text, gph_format_bytes(take->bytes).text);
    if (take->clipped)
        printf("    %s samples beyond full scale\n", gph_format_count((int64_t)take->clipped).text);
    if (take->not_finite)
        printf("    %s samples were no numbers and are 0\n",
               gph_format_count((int64_t)take->not_finite).text);
    if (take->lost)
        print_gaps(take, colour);
    if (!take->complete)
        printf("    not closed in order: what could be saved\n");
}

static const char *const mutes[] = {NULL, "failed", "gave NaN or Inf again", "did not return"};

/* What is to be told of a node that did not do as it should; false: nothing. */
static bool
get_trouble(const gph_rig *rig, uint32_t index, gph_rig_node *node)
{
    *node = (gph_rig_node){.size = sizeof *node};
    return gph_rig_get_node(rig, index, node) == GPH_OK &&
           (node->muted || node->resets || node->late);
}

static void
print_trouble(const gph_rig_node *node)
{
    if (node->muted < sizeof mutes / sizeof *mutes && mutes[node->muted])
        printf("  [%s] %s at frame %s and was muted\n", node->name, mutes[node->muted],
               gph_format_count(node->muted_at).text);
    if (node->resets)
        printf("  [%s] gave NaN or Inf and was reset, %u time%s\n", node->name, node->resets,
               node->resets == 1 ? "" : "s");
    if (node->late)
        printf("  [%s] took longest in %s late cycle%s, %.1f ms at most\n", node->name,
               gph_format_count((int64_t)node->late).text, node->late == 1 ? "" : "s",
               node->process_ns_max * 1e-6);
}

/* A recorder that gave up, and what it had to record where no file tells of it. */
static void
print_failure(gph_rig *rig, uint32_t index)
{
    gph_rig_recorder recorder = {.size = sizeof recorder};
    if (gph_rig_get_recorder(rig, index, &recorder) != GPH_OK ||
        recorder.state != GPH_RECORDER_FAILED)
        return;
    printf("  [%s] failed: %s\n", recorder.node, recorder.reason);
    if (!recorder.takes && recorder.lost)
        printf("    %s frames were to be recorded and are in no file\n",
               gph_format_count(recorder.lost).text);
}

static void
print_rehearsal(const gph_rig *rig, uint32_t index)
{
    gph_rig_rehearsal fault = {.size = sizeof fault};
    if (gph_rig_get_rehearsal(rig, index, &fault) != GPH_OK)
        return;
    printf("rehearsal: %s\n", fault.verdict);
    for (uint32_t g = 0; g < fault.n_gaps && g < GAPS_SHOWN; g++)
        printf("    %s frames at frame %s of %s\n", gph_format_count(fault.gaps[g].frames).text,
               gph_format_count(fault.gaps[g].at).text, fault.gaps[g].path);
    if (fault.n_gaps > GAPS_SHOWN)
        printf("    and %u more\n", fault.n_gaps - GAPS_SHOWN);
}

void
gph_summary_print(gph_rig *rig)
{
    gph_rig_info info = {.size = sizeof info};
    gph_rig_status status = {.size = sizeof status};
    gph_rig_get_info(rig, &info);
    gph_rig_get_status(rig, &status);
    int colour = gph_terminal_has_colour(stdout);
    printf("%s ran %s on %s", info.name, gph_format_clock((double)status.frame / info.rate).text,
           info.host);
    printf("; xruns %llu, frames lost by the host %s\n", (unsigned long long)status.xruns,
           gph_format_count((int64_t)status.lost_in).text);
    for (uint32_t i = 0; i < info.n_faults; i++)
        print_rehearsal(rig, i);
    if (status.dropped_triggers)
        printf("%s triggers or control messages were dropped\n",
               gph_format_count((int64_t)status.dropped_triggers).text);
    for (uint32_t i = 0; i < info.n_nodes; i++) {
        gph_rig_node node;
        if (get_trouble(rig, i, &node))
            print_trouble(&node);
    }
    for (uint32_t i = 0; i < info.n_recorders; i++)
        print_failure(rig, i);
    if (!info.n_takes)
        puts(info.n_recorders ? "No take was recorded." : "The patch has no file-recorder.");
    else
        puts(info.n_takes == 1 ? "1 take:" : "Takes:");
    for (uint32_t i = 0; i < info.n_takes; i++) {
        gph_rig_take take = {.size = sizeof take};
        if (gph_rig_get_take(rig, i, &take) == GPH_OK)
            print_take(&take, colour);
    }
}

void
gph_summary_print_json(gph_rig *rig, int exit_status)
{
    json_t *figures = gph_figures_json(rig, UINT32_MAX);
    if (figures)
        json_object_set_new(figures, "exit_status", json_integer(exit_status));
    gph_json_print(figures);
}
