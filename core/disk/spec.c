/* What a recorder is asked to write, checked and copied. [control] */
#include "spec.h"

#include "../platform/disk.h"
#include "chunk.h"
#include "output.h"
#include "stream_state.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
within(double value, double least, double most)
{
    return value >= least && value <= most;
}

static gph_status
check_numbers(gph_stream_write *what, gph_stream_problem *problem)
{
    if (!what->channels || what->channels > GPH_MAX_CHANNELS)
        return gph_stream_refuse(problem, GPH_ARGUMENT, NULL, "a file has 1 to %u channels, not %u",
                                 GPH_MAX_CHANNELS, what->channels);
    if (what->files > GPH_FILES_PER_CHANNEL || what->gap > GPH_GAP_STOP || what->nan > GPH_NAN_KEEP)
        return gph_stream_refuse(problem, GPH_ARGUMENT, NULL, "a choice that does not exist");
    if (what->buffer_seconds == 0.0)
        what->buffer_seconds = 5;
    if (!within(what->buffer_seconds, 0.05, 3600))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "buffer", "a ring holds 50 ms to 1 h");
    if (!within(what->preroll_seconds, 0, 3600))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "preroll", "a pre-roll is 0 s to 1 h long");
    if (what->gap_limit_seconds == 0.0)
        what->gap_limit_seconds = 10;
    if (!within(what->gap_limit_seconds, 0, 86400))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "gap-limit", "a gap limit is at most 24 h");
    if (what->sync_seconds == 0.0)
        what->sync_seconds = 1;
    if (what->sync_seconds > 0 && !within(what->sync_seconds, 0.1, 3600))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "sync",
                                 "a barrier comes every 100 ms to 1 h, or 'off'");
    if (what->reserve_seconds == 0.0)
        what->reserve_seconds = 60;
    if (what->reserve_seconds > 0 && !within(what->reserve_seconds, 0, 86400))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "reserve",
                                 "at most 24 h of disk are taken ahead");
    if (what->min_free_bytes < 0)
        return gph_stream_refuse(problem, GPH_ARGUMENT, "min-free",
                                 "a disk cannot keep less than nothing");
    if (what->rotate_seconds != 0 && !within(what->rotate_seconds, 1, 1e9))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "rotate", "a new file at most each second");
    if (what->rotate_bytes != 0 && what->rotate_bytes < 1 << 20)
        return gph_stream_refuse(problem, GPH_ARGUMENT, "rotate", "a file is to be 1 MiB at least");
    if (what->flags & GPH_STREAM_ROTATE_CLOCK &&
        !(what->rotate_seconds > 0 && what->rotate_seconds <= 86400))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "rotate-at",
                                 "'clock' needs a 'rotate' of up to 24 h, as in 1h");
    if (!(what->flags & GPH_STREAM_QUALITY))
        what->quality = 0.4;
    if (!within(what->quality, 0, 1))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "quality", "a quality is 0 to 1");
    return GPH_OK;
}

/* Settings that would do nothing with this format. */
static gph_status
check_effects(const gph_spec *spec, gph_stream_problem *problem)
{
    gph_format format = spec->format;
    char text[16];
    gph_format_text(format, text, sizeof text);
    if (spec->what.flags & GPH_STREAM_DITHER && format.sample != GPH_S16 &&
        format.sample != GPH_S24)
        return gph_stream_refuse(problem, GPH_ARGUMENT, "dither",
                                 "dither has no effect on %s; it is for s16 and s24", text);
    if (spec->what.flags & GPH_STREAM_QUALITY && format.container != GPH_FLAC &&
        format.container != GPH_OGG)
        return gph_stream_refuse(problem, GPH_ARGUMENT, "quality",
                                 "quality has no effect on %s; it is for flac and ogg", text);
    if (spec->what.nan == GPH_NAN_KEEP && !gph_sample_is_float(format.sample))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "nan",
                                 "%s cannot hold NaN; 'keep' is for f32 and f64", text);
    return GPH_OK;
}

static gph_status
copy_labels(gph_spec *spec, const gph_stream_write *what, gph_stream_problem *problem)
{
    uint32_t channels = what->channels;
    if (!what->n_labels && spec->name.tokens & GPH_NAME_LABEL)
        return gph_stream_refuse(problem, GPH_ARGUMENT, "labels",
                                 "{label} in the name of the file needs 'labels'");
    if (!what->n_labels)
        return GPH_OK;
    if (what->n_labels != channels || !what->labels)
        return gph_stream_refuse(problem, GPH_ARGUMENT, "labels", "%u labels for %u channels",
                                 what->n_labels, channels);
    spec->labels = calloc(channels, sizeof *spec->labels);
    spec->titles = calloc(channels, sizeof *spec->titles);
    if (!spec->labels || !spec->titles)
        return GPH_MEMORY;
    bool name_by_label = spec->name.tokens & GPH_NAME_LABEL && !(spec->name.tokens & GPH_NAME_CH);
    for (uint32_t n = 0; n < channels; n++) {
        spec->labels[n] = malloc(68);
        spec->titles[n] = malloc(GPH_SLATE_TEXT + 1);
        if (!spec->labels[n] || !spec->titles[n])
            return GPH_MEMORY;
        gph_chunk_clean(what->labels[n], spec->titles[n], GPH_SLATE_TEXT + 1);
        gph_name_sanitize(what->labels[n], spec->labels[n], 68);
        for (uint32_t other = 0; other < n && name_by_label; other++)
            if (!strcasecmp(spec->labels[other], spec->labels[n]))
                return gph_stream_refuse(problem, GPH_ARGUMENT, "labels",
                                         "labels %u and %u make the same name, '%s'", other + 1,
                                         n + 1, spec->labels[n]);
    }
    return GPH_OK;
}

/* Known, of bearable length, said once. */
static gph_status
check_tag(const gph_tag *tags, uint32_t n, gph_stream_problem *problem)
{
    if (!gph_tag_is_known(tags[n].key))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "tag",
                                 "'%s' is not a tag; title artist album comment copyright "
                                 "genre date track license are",
                                 tags[n].key);
    if (strlen(tags[n].value) > GPH_TAG_BYTES)
        return gph_stream_refuse(problem, GPH_ARGUMENT, "tag",
                                 "the tag '%s' has %zu bytes; %d are the most", tags[n].key,
                                 strlen(tags[n].value), (int)GPH_TAG_BYTES);
    for (uint32_t other = 0; other < n; other++)
        if (!strcmp(tags[other].key, tags[n].key))
            return gph_stream_refuse(problem, GPH_ARGUMENT, "tag", "the tag '%s' is there twice",
                                     tags[n].key);
    return GPH_OK;
}

static gph_status
copy_tags(gph_spec *spec, const gph_stream_write *what, gph_stream_problem *problem)
{
    if (!what->n_tags)
        return GPH_OK;
    spec->tags = calloc(what->n_tags, sizeof *spec->tags);
    if (!spec->tags)
        return GPH_MEMORY;
    for (uint32_t n = 0; n < what->n_tags; n++) {
        gph_status status = check_tag(what->tags, n, problem);
        if (status)
            return status;
        char clean[GPH_TAG_BYTES + 1];
        gph_chunk_clean(what->tags[n].value, clean, sizeof clean);
        spec->tags[n].key = strdup(what->tags[n].key);
        spec->tags[n].value = strdup(clean);
        spec->what.n_tags = n + 1;
        if (!spec->tags[n].key || !spec->tags[n].value)
            return GPH_MEMORY;
    }
    return GPH_OK;
}

static gph_status
check_root(const gph_file_system *files, const char *folder, const char *setting,
           gph_stream_problem *problem)
{
    char reason[100];
    gph_file root = files->open_folder(files->user, folder);
    int error = root < 0 ? (int)root : files->writable(files->user, root);
    if (root >= 0)
        files->close(files->user, root);
    if (error == -ENOMEM)
        return GPH_MEMORY; /* which says nothing of the folder */
    if (error)
        return gph_stream_refuse(problem, GPH_IO, setting, "%s folder '%s': %s",
                                 root < 0 ? "cannot open the" : "cannot write to the", folder,
                                 gph_file_error(error, reason, sizeof reason));
    return GPH_OK;
}

/* The longest name that there can be, and whether the folder is there and open to us. */
static gph_status
check_folder(const gph_spec *spec, const gph_stream_site *site, gph_stream_problem *problem)
{
    const gph_file_system *files = site->files ? site->files : &gph_file_system_real;
    char path[GPH_NAME_PATH];
    gph_name_values values = {.take = 99999, .part = 9999, .channels = spec->what.channels};
    for (uint32_t n = 0; n < (spec->name.per_channel ? spec->what.channels : 1); n++) {
        values.channel = spec->name.per_channel ? n + 1 : 0;
        values.label = spec->labels ? spec->labels[n] : NULL;
        if (!gph_name_fill(&spec->name, &values, 1, path, sizeof path))
            return gph_stream_refuse(problem, GPH_IO, "file",
                                     "this makes names of more than 250 bytes");
    }
    return check_root(files, spec->name.root, "file", problem);
}

/* Another folder for the parts that come after a failure: the names below it are the same. */
static gph_status
check_failover(gph_spec *spec, const gph_stream_site *site, gph_stream_problem *problem)
{
    const gph_file_system *files = site->files ? site->files : &gph_file_system_real;
    const char *folder = spec->what.failover;
    if (!folder)
        return GPH_OK;
    spec->failover = malloc(sizeof *spec->failover);
    if (!spec->failover)
        return GPH_MEMORY;
    *spec->failover = spec->name;
    char *root = spec->failover->root;
    bool absolute = folder[0] == '/';
    int length = snprintf(root, sizeof spec->failover->root, "%s%s%s", absolute ? "" : site->folder,
                          absolute ? "" : "/", folder);
    if (!*folder || length < 0 || (size_t)length >= sizeof spec->failover->root)
        return gph_stream_refuse(problem, GPH_ARGUMENT, "failover", "this is no folder's name");
    if (!strcmp(root, spec->name.root))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "failover",
                                 "the files go to this folder already; another disk is wanted");
    spec->shares = site->below && gph_disk_has_both(files, spec->name.root, root);
    return check_root(files, root, "failover", problem);
}

gph_status
gph_spec_check_rate(const gph_spec *spec, double rate, gph_stream_problem *problem)
{
    char text[200];
    gph_output_spec output = {
        .format = spec->format,
        .channels = spec->name.per_channel ? 1 : spec->what.channels,
        .rate = (uint32_t)rate,
        .quality = spec->what.quality,
    };
    if (!gph_format_carries(spec->format, output.channels, rate, text, sizeof text) ||
        (rate > 0 && !gph_output_probe(&output, text, sizeof text)))
        return gph_stream_refuse(problem, GPH_UNSUPPORTED, "format", "%s", text);
    return GPH_OK;
}

static gph_status
check_all(gph_spec *spec, const gph_stream_site *site, const gph_stream_write *what,
          gph_stream_problem *problem)
{
    char text[400];
    bool codes = what->flags & GPH_STREAM_CODES;
    gph_status status = check_numbers(&spec->what, problem);
    if (status)
        return status;
    if (!gph_name_parse(what->file, site->folder, site->node, site->patch,
                        what->files == GPH_FILES_PER_CHANNEL, what->flags & GPH_STREAM_UTC,
                        &spec->name, text, sizeof text))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "file", "%s", text);
    if (site->below && !gph_name_move(&spec->name, site->below))
        return gph_stream_refuse(problem, GPH_ARGUMENT, "file", "this name is too long");
    if (!gph_format_find(what->format, what->file, codes, &spec->format, text, sizeof text))
        return gph_stream_refuse(problem, GPH_ARGUMENT, codes ? "sampletype" : "format", "%s",
                                 text);
    snprintf(problem->warning, sizeof problem->warning, "%s", text);
    status = gph_spec_check_rate(spec, site->rate, problem);
    status = status ? status : check_effects(spec, problem);
    status = status ? status : copy_labels(spec, &spec->what, problem);
    status = status ? status : copy_tags(spec, what, problem);
    status = status ? status : check_folder(spec, site, problem);
    return status ? status : check_failover(spec, site, problem);
}

gph_status
gph_spec_init(gph_spec *spec, const gph_stream_site *site, const gph_stream_write *what,
              gph_stream_problem *problem)
{
    gph_stream_write known = {.size = sizeof known};
    memcpy(&known, what, what->size < sizeof known ? what->size : sizeof known);
    memset(spec, 0, sizeof *spec);
    spec->what = known;
    spec->what.n_tags = 0;
    spec->rate = site->rate;
    snprintf(spec->node, sizeof spec->node, "%s", site->node ? site->node : "");
    snprintf(spec->patch, sizeof spec->patch, "%s", site->patch ? site->patch : "");
    gph_status status = check_all(spec, site, &known, problem);
    if (status == GPH_MEMORY)
        gph_stream_refuse(problem, status, NULL, "no memory for a recorder");
    if (status)
        gph_spec_finish(spec);
    return status;
}

void
gph_spec_finish(gph_spec *spec)
{
    for (uint32_t n = 0; spec->labels && n < spec->what.channels; n++)
        free(spec->labels[n]);
    for (uint32_t n = 0; spec->titles && n < spec->what.channels; n++)
        free(spec->titles[n]);
    free(spec->labels);
    free(spec->titles);
    for (uint32_t n = 0; spec->tags && n < spec->what.n_tags; n++) {
        free((void *)(uintptr_t)spec->tags[n].key);
        free((void *)(uintptr_t)spec->tags[n].value);
    }
    free(spec->tags);
    free(spec->failover);
    memset(spec, 0, sizeof *spec);
}
