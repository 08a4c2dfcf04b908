/* graphophone status: how the rigs of this user are doing. [control] */
#include "command.h"
#include "figures.h"
#include "format.h"
#include "json.h"
#include "rig_options.h"

#include "../platform/terminal.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct view {
    json_t *rigs; /* with --json */
    int colour;
    uint32_t n_found, n_crashed;
} view;

static const char *
text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double
number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static int64_t
count_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void
print_recorder(const json_t *recorder, double rate, int colour)
{
    const char *state = text_of(recorder, "state");
    const char *reason = text_of(recorder, "reason");
    const char *file = text_of(recorder, "file");
    int bad = !strcmp(state, "degraded") || !strcmp(state, "failed");
    printf("  %-12s %s%s%s", text_of(recorder, "node"), colour && bad ? "\x1b[1;31m" : "", state,
           colour && bad ? "\x1b[0m" : "");
    if (*reason)
        printf(" (%s)", reason);
    if (*file)
        printf(" %s", file);
    printf("\n               %s, %s frames missing, ring %.0f %% (most %.0f %%), disk %s\n",
           gph_format_clock((double)count_of(recorder, "frames") / (rate > 0 ? rate : 1)).text,
           gph_format_count(count_of(recorder, "lost")).text, number_of(recorder, "ring") * 100,
           number_of(recorder, "ring_peak") * 100,
           gph_format_span(number_of(recorder, "seconds_left")).text);
}

static void
print_rig(const json_t *rig, int colour)
{
    double rate = number_of(rig, "rate");
    if (json_array_size(json_object_get(rig, "rehearsal")) > 0)
        puts("  a rehearsal: faults are injected, no real take is written");
    printf("  %s on %s%s%s: %s, %s, %s\n", text_of(rig, "state"), text_of(rig, "host"),
           *text_of(rig, "device") ? " " : "", text_of(rig, "device"), gph_format_rate(rate).text,
           gph_format_clock((double)count_of(rig, "frame") / (rate > 0 ? rate : 1)).text,
           text_of(rig, "rights"));
    printf("  xruns %lld, frames lost by the host %s, in takes %s; cycle %.0f us of 99 %%, at most "
           "%.0f us\n",
           (long long)count_of(rig, "xruns"), gph_format_count(count_of(rig, "lost_in")).text,
           gph_format_count(count_of(rig, "lost_frames")).text, number_of(rig, "cycle_us_p99"),
           number_of(rig, "cycle_us_max"));
    size_t index;
    json_t *recorder;
    json_array_foreach(json_object_get(rig, "recorders"), index, recorder)
        print_recorder(recorder, rate, colour);
}

static void GPH_CALL
show(void *user, const gph_page *page)
{
    view *v = user;
    json_error_t error;
    json_t *rig = json_loads(page->text, 0, &error);
    v->n_found++;
    v->n_crashed += !page->alive;
    double age = (double)time(NULL) - (double)page->wall_ns / 1e9;
    if (v->rigs) {
        json_t *one =
            json_pack("{ss sb si sf so?}", "name", page->name, "alive", (int)page->alive, "process",
                      (int)page->process, "updated", (double)page->wall_ns / 1e9, "rig", rig);
        json_array_append_new(v->rigs, one);
        return;
    }
    printf("%s%s%s, process %u%s", v->colour ? "\x1b[1m" : "", page->name,
           v->colour ? "\x1b[0m" : "", page->process, page->alive ? "" : ", CRASHED");
    printf(", as of %s ago\n", gph_format_span(age > 0 ? age : 0).text);
    if (rig)
        print_rig(rig, v->colour);
    json_decref(rig);
}

static int
run(const gph_arguments *arguments)
{
    bool json = gph_arguments_has(arguments, "json");
    const char *name = arguments->n_words ? arguments->words[0] : NULL;
    view v = {.rigs = json ? json_array() : NULL, .colour = gph_terminal_has_colour(stdout)};
    if (gph_page_each(name, show, &v) != GPH_OK) {
        fprintf(stderr, "graphophone: the system does not say which rigs there are\n");
        json_decref(v.rigs);
        return GPH_EXIT_MACHINE;
    }
    if (json)
        gph_json_print(v.rigs);
    else if (!v.n_found && !name)
        puts("No rig runs.");
    if (name && !v.n_found) {
        fprintf(stderr, "graphophone: no rig called '%s' runs\n", name);
        return GPH_EXIT_FRAMES;
    }
    return v.n_crashed ? GPH_EXIT_FRAMES : GPH_EXIT_OK;
}

static const gph_option *const tables[] = {gph_json_option_table, NULL};

const gph_command gph_command_status = {
    .name = "status",
    .words = "[NAME]",
    .summary = "Show how running rigs are doing.",
    .text = "Shows what the rigs of this user that run now, or the one of the patch called NAME, "
            "say of\n"
            "themselves once a second: host, lost frames, recorders, rings, disks. A rig that has "
            "crashed\n"
            "is shown as it was last, until its patch is run again. Ends with 1 where a rig has "
            "crashed, or\n"
            "the one called NAME does not run.",
    .options = tables,
    .least_words = 0,
    .most_words = 1,
    .run = run,
};
