/* Prints the takes of a rig that has ended. [control] */
#include "summary.h"

#include "../platform/terminal.h"
#include "format.h"
#include "json.h"

#include <stdio.h>

enum { GAPS_SHOWN = 10 };

static float
loudest(const gph_rig_take *take)
{
    float peak = 0;
    for (uint32_t c = 0; take->peaks && c < take->channels; c++)
        peak = take->peaks[c] > peak ? take->peaks[c] : peak;
    return peak;
}

static void
print_take(const gph_rig_take *take, int colour)
{
    printf("  %s%s%s\n    %s (%s frames), %u channel%s, peak %s, %s %s, %s\n",
           colour ? "\x1b[1m" : "", take->path, colour ? "\x1b[0m" : "",
           gph_format_clock((double)take->frames / take->rate).text,
           gph_format_count(take->frames).text, take->channels, take->channels == 1 ? "" : "s",
           gph_format_level((double)loudest(take)).text, take->format,
           gph_format_rate(take->rate).text, gph_format_bytes(take->bytes).text);
    if (take->clipped)
        printf("    %s samples beyond full scale\n", gph_format_count((int64_t)take->clipped).text);
    if (take->not_finite)
        printf("    %s samples were no numbers and are 0\n",
               gph_format_count((int64_t)take->not_finite).text);
    if (take->lost)
        printf("    %s%s frames are missing, silence in their place:%s\n",
               colour ? "\x1b[1;31m" : "", gph_format_count(take->lost).text,
               colour ? "\x1b[0m" : "");
    for (uint32_t i = 0; i < take->n_gaps && i < GAPS_SHOWN; i++)
        printf("      %s frames at frame %s (%s)\n", gph_format_count(take->gaps[i].frames).text,
               gph_format_count(take->gaps[i].at).text,
               gph_format_clock((double)take->gaps[i].at / take->rate).text);
    if (take->n_gaps > GAPS_SHOWN)
        printf("      and %u more\n", take->n_gaps - GAPS_SHOWN);
    if (!take->complete)
        printf("    not closed in order: what could be saved\n");
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

static json_t *
take_json(const gph_rig_take *take)
{
    json_t *peaks = json_array();
    for (uint32_t c = 0; take->peaks && c < take->channels; c++)
        json_array_append_new(peaks, json_real((double)take->peaks[c]));
    json_t *gaps = json_array();
    for (uint32_t i = 0; i < take->n_gaps; i++)
        json_array_append_new(gaps, json_pack("{sI sI}", "at", (json_int_t)take->gaps[i].at,
                                              "frames", (json_int_t)take->gaps[i].frames));
    return json_pack("{ss ss ss sf sI si sI sI sI sI sI sb so so}", "path", take->path, "node",
                     take->node, "format", take->format, "rate", take->rate, "frames",
                     (json_int_t)take->frames, "channels", (int)take->channels, "bytes",
                     (json_int_t)take->bytes, "first_frame", (json_int_t)take->first_frame, "lost",
                     (json_int_t)take->lost, "clipped", (json_int_t)take->clipped, "not_finite",
                     (json_int_t)take->not_finite, "complete", (int)take->complete, "peaks", peaks,
                     "gaps", gaps);
}

void
gph_summary_print_json(gph_rig *rig, int exit_status)
{
    gph_rig_info info = {.size = sizeof info};
    gph_rig_status status = {.size = sizeof status};
    gph_rig_get_info(rig, &info);
    gph_rig_get_status(rig, &status);
    json_t *takes = json_array();
    for (uint32_t i = 0; i < info.n_takes; i++) {
        gph_rig_take take = {.size = sizeof take};
        if (gph_rig_get_take(rig, i, &take) == GPH_OK)
            json_array_append_new(takes, take_json(&take));
    }
    gph_json_print(
        json_pack("{ss ss ss sf si sI sI sI sI sI sI sI sf sf si so}", "patch", info.path, "name",
                  info.name, "host", info.host, "rate", info.rate, "block", (int)info.block,
                  "frame", (json_int_t)status.frame, "xruns", (json_int_t)status.xruns, "lost_in",
                  (json_int_t)status.lost_in, "lost_out", (json_int_t)status.lost_out, "gaps",
                  (json_int_t)status.gaps, "dropped_triggers", (json_int_t)status.dropped_triggers,
                  "not_finite", (json_int_t)status.not_finite, "cycle_us_p99", status.cycle_us_p99,
                  "cycle_us_max", status.cycle_us_max, "exit_status", exit_status, "takes", takes));
}
