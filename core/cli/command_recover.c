/* graphophone recover: gives what a crash left its names. [control] */
#include "command.h"
#include "format.h"
#include "json.h"
#include "rig_options.h"

#include "../platform/terminal.h"

#include <graphophone/graphophone.h>

#include <stdio.h>
#include <string.h>

typedef struct view {
    json_t *found; /* with --json */
    bool dry_run;
    bool shows_progress, in_progress;
    uint32_t n_done, n_left;
    int64_t doubt, cut, missing;
} view;

/* Ends the line of progress, if there is one. */
static void
clear(view *v)
{
    if (v->in_progress)
        fputs("\r\x1b[K", stderr);
    v->in_progress = false;
}

static int32_t GPH_CALL
progress(void *user, const char *path, int64_t frames)
{
    view *v = user;
    if (v->shows_progress)
        fprintf(stderr, "\r\x1b[K%s: %s frames decoded", path, gph_format_count(frames).text);
    v->in_progress = v->shows_progress;
    return 1;
}

static void
add_json(json_t *found, const gph_recovered *r)
{
    static const char *const states[] = {"recovered", "table",   "empty", "live",
                                         "unknown",   "refused", "failed"};
    json_array_append_new(
        found, json_pack("{ss ss ss ss ss sI sI sI sI}", "state", states[r->state], "path", r->path,
                         "became", r->became, "format", r->format, "reason", r->reason, "frames",
                         (json_int_t)r->frames, "doubt", (json_int_t)r->doubt, "cut",
                         (json_int_t)r->cut, "missing", (json_int_t)r->missing));
}

static void
print_done(const view *v, const gph_recovered *r)
{
    if (*r->became)
        printf("%s: %s %s", r->path, v->dry_run ? "would be" : "is now", r->became);
    else
        printf("%s: %s", r->path, v->dry_run ? "would be saved" : "is saved");
    if (*r->format)
        printf(", %s", r->format);
    if (r->frames >= 0)
        printf(", %s frames", gph_format_count(r->frames).text);
    if (r->doubt)
        printf(", the last %s in doubt", gph_format_count(r->doubt).text);
    if (r->cut)
        printf(", %s cut off as they may be holes", gph_format_count(r->cut).text);
    if (r->missing)
        printf(", %s missing", gph_format_count(r->missing).text);
    printf(*r->reason ? "; %s\n" : "%s\n", r->reason);
}

static void GPH_CALL
show(void *user, const gph_recovered *r)
{
    view *v = user;
    bool done = r->state == GPH_RECOVERED_FILE || r->state == GPH_RECOVERED_TABLE;
    clear(v);
    v->n_done += done;
    v->n_left += !done && r->state != GPH_RECOVERED_EMPTY;
    v->doubt += r->doubt;
    v->cut += r->cut;
    v->missing += r->missing;
    if (v->found) {
        add_json(v->found, r);
        return;
    }
    if (done)
        print_done(v, r);
    else if (r->state == GPH_RECOVERED_EMPTY)
        printf("%s: %s, %s\n", r->path, v->dry_run ? "would be removed" : "removed", r->reason);
    else if (r->state == GPH_RECOVERED_UNKNOWN)
        printf("%s: left alone, %s; name it to recover it\n", r->path, r->reason);
    else
        printf("%s: %s, %s\n", r->path,
               r->state == GPH_RECOVERED_FAILED ? "not recovered" : "left alone", r->reason);
}

static void
print_summary(const view *v)
{
    if (!v->n_done && !v->n_left) {
        puts("Nothing to recover.");
        return;
    }
    printf("%u %s, %u left as they were", v->n_done,
           v->dry_run ? "would be recovered" : "recovered", v->n_left);
    if (v->doubt || v->cut || v->missing)
        printf("; frames: %s in doubt, %s cut off, %s missing", gph_format_count(v->doubt).text,
               gph_format_count(v->cut).text, gph_format_count(v->missing).text);
    puts(".");
}

static int
run(const gph_arguments *arguments)
{
    static const char *const here[] = {"."};
    bool json = gph_arguments_has(arguments, "json");
    view v = {.found = json ? json_array() : NULL,
              .dry_run = gph_arguments_has(arguments, "dry-run"),
              .shows_progress = !json && gph_terminal_is(stderr)};
    const gph_recover_request request = {
        .size = sizeof request,
        .flags = (v.dry_run ? GPH_RECOVER_DRY_RUN : 0) |
                 (gph_arguments_has(arguments, "tail") ? GPH_RECOVER_TAIL : 0) |
                 (arguments->n_words ? 0 : GPH_RECOVER_TABLES),
        .report = show,
        .user = &v,
        .progress = progress,
    };
    int status = arguments->n_words
                     ? gph_recover(arguments->words, (uint32_t)arguments->n_words, &request)
                     : gph_recover(here, 1, &request);
    clear(&v);
    if (json)
        gph_json_print(json_pack("{so si}", "found", v.found, "exit", status));
    else
        print_summary(&v);
    return status;
}

static const gph_option options[] = {
    {"dry-run", NULL, "Changes nothing and says what would be done."},
    {"tail", NULL, "Keeps, after a power cut, what the journal has not seen on the disk."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {options, gph_json_option_table, NULL};

const gph_command gph_command_recover = {
    .name = "recover",
    .words = "[PATH...]",
    .summary = "Finish the takes that a crash has left.",
    .text =
        "A take is written as NAME.part, with NAME.journal beside it, until it is whole. What a "
        "crash or a\n"
        "power cut has left of these, below each PATH (the current folder if none is given), gets "
        "its\n"
        "header set to what is there, and its name. No audio byte is changed, nothing is written "
        "over, and\n"
        "a file that is being written is left alone. FLAC and Ogg are decoded up to the first "
        "error into\n"
        "a new file. Without a PATH the sound of shared tables that outlived a crash is saved, "
        "too.\n\n"
        "If the machine was not started anew since, all that was written is kept. After a power "
        "cut the\n"
        "journal says how much was on the disk; what is behind may be holes and is cut off unless "
        "--tail\n"
        "keeps it. Without a journal a .part is recovered only if PATH names it. The journal stays "
        "and has\n"
        "the old header.\n\n"
        "'graphophone run' does the same, before it starts, in the folders of its recorders.\n\n"
        "Ends with 0 if every frame is there or there was nothing to do, 1 if frames are missing "
        "or in\n"
        "doubt or a file was left that should not be there, 5 if a disk refused.",
    .options = tables,
    .least_words = 0,
    .most_words = 1000000,
    .run = run,
};
