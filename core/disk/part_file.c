/* One file of a part: its names, its `.part`, the way to its last name. [writer, barrier] */
#include "part_file.h"

#include "journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPEATS = 100000 };

/* Longest: `._` NAME `.part`. */
typedef char longer_name[GPH_NAME_PART + 16];

void
gph_take_file_free(gph_take_file *about)
{
    if (!about)
        return;
    free(about->path);
    free(about->peak);
    free(about->rms);
    free(about->gaps);
    free(about->cues);
    free(about->error);
    free(about);
}

static gph_take_file *
about_new(uint32_t channels)
{
    gph_take_file *about = calloc(1, sizeof *about);
    if (!about)
        return NULL;
    about->peak = calloc(channels, sizeof *about->peak);
    about->rms = calloc(channels, sizeof *about->rms);
    /* Root, folder and name, each with its separator. */
    about->path = malloc(2 * GPH_NAME_PATH + GPH_NAME_PART + 16);
    if (!about->peak || !about->rms || !about->path) {
        gph_take_file_free(about);
        return NULL;
    }
    about->path[0] = '\0';
    return about;
}

/* Names for one try: the folder below the root, and what stands in it. */
static bool
names_of(gph_part_file *file)
{
    char path[GPH_NAME_PATH];
    if (!gph_name_fill(file->plan->name, &file->values, file->repeat, path, sizeof path))
        return false;
    char *slash = strrchr(path, '/');
    const char *last = slash ? slash + 1 : path;
    snprintf(file->final_name, sizeof file->final_name, "%.*s", GPH_NAME_PART, last);
    snprintf(file->relative, sizeof file->relative, "%.*s", slash ? (int)(slash - path) : 0, path);
    return true;
}

static int
is_taken(const gph_part_file *file, const char *before, const char *after)
{
    longer_name name;
    snprintf(name, sizeof name, "%s%s%s", before, file->final_name, after);
    return file->plan->files->exists(file->plan->files->user, file->folder, name);
}

/* Below 0: cannot say; 1: one of the names is in use. */
static int
any_taken(const gph_part_file *file)
{
    int taken = is_taken(file, "", "");
    if (!taken)
        taken = is_taken(file, "", ".part");
    if (!taken && file->has_fork)
        taken = is_taken(file, "._", "");
    if (!taken && file->channel <= 1) {
        char name[GPH_NAME_PART + 1];
        gph_journal_name(file->final_name, name, sizeof name);
        taken = file->plan->files->exists(file->plan->files->user, file->folder, name);
    }
    return taken;
}

static gph_file
make(gph_part_file *file, gph_part_announce *announce, void *user)
{
    const gph_file_system *files = file->plan->files;
    gph_file root = files->open_folder(files->user, file->plan->name->root);
    if (root < 0)
        return root;
    if (!names_of(file)) {
        files->close(files->user, root);
        return -ENAMETOOLONG;
    }
    file->folder = files->open_beneath(files->user, root, file->relative, true);
    files->close(files->user, root);
    if (file->folder < 0)
        return file->folder;
    for (; file->repeat < MOST_REPEATS; file->repeat++) {
        if (!names_of(file))
            return -ENAMETOOLONG;
        int taken = any_taken(file);
        if (taken < 0)
            return taken;
        if (taken)
            continue;
        snprintf(file->part_name, sizeof file->part_name, "%.*s.part", GPH_NAME_PART - 5,
                 file->final_name);
        int error = announce(user, file);
        if (error == -EEXIST)
            continue;
        return error ? error : files->create(files->user, file->folder, file->part_name);
    }
    return -EEXIST;
}

/* The fork of an SD2 file, whole from the first moment. */
static int
make_fork(const gph_part_file *file, const gph_output_spec *spec)
{
    const gph_file_system *files = file->plan->files;
    void *bytes;
    size_t size;
    int error = gph_output_fork(spec, &bytes, &size);
    if (error)
        return error;
    longer_name name;
    snprintf(name, sizeof name, "._%s", file->part_name);
    gph_file fork = files->create(files->user, file->folder, name);
    int64_t written = fork < 0 ? fork : files->write_at(files->user, fork, bytes, size, 0);
    if (fork >= 0) {
        error = written == (int64_t)size ? files->sync(files->user, fork) : -ENOSPC;
        files->close(files->user, fork);
        if (error)
            files->remove(files->user, file->folder, name);
    }
    free(bytes);
    return written < 0 ? (int)written : error;
}

static int
begin(gph_part_file *file, const gph_output_spec *spec, gph_part_announce *announce, void *user)
{
    const gph_file_system *files = file->plan->files;
    gph_file made = make(file, announce, user);
    if (made < 0)
        return (int)made;
    int error = gph_output_new(files, made, spec, &file->output);
    if (error) {
        files->close(files->user, made);
        files->remove(files->user, file->folder, file->part_name);
    } else if (file->has_fork && (error = make_fork(file, spec)) != 0) {
        files->remove(files->user, file->folder, file->part_name);
    }
    return error;
}

static gph_slate
slate_of(const gph_part_plan *plan, const gph_part_place *place, uint32_t channel)
{
    gph_slate slate = {
        .project = plan->patch,
        .node = plan->node,
        .labels = plan->titles ? plan->titles + (channel ? channel - 1 : 0) : NULL,
        .take = place->take,
        .part = place->part,
        .channel = channel,
        .n_files = channel ? plan->output.channels : 1,
    };
    gph_slate_place(&slate, place->take_wall_ns,
                    place->first_frame - place->start_clock - (int64_t)place->capture_latency,
                    plan->output.rate, plan->name->utc);
    return slate;
}

int
gph_part_file_init(gph_part_file *file, const gph_part_plan *plan, const gph_part_place *place,
                   uint32_t channel, gph_part_announce *announce, void *user, char *text,
                   size_t size)
{
    gph_output_spec spec = plan->output;
    memset(file, 0, sizeof *file);
    file->plan = plan;
    file->repeat = 1;
    file->channel = channel;
    file->folder = -1;
    file->has_fork = spec.format.container == GPH_SD2;
    file->values = (gph_name_values){
        .take = place->take,
        .channel = channel,
        .channels = spec.channels,
        .label = plan->labels && channel ? plan->labels[channel - 1] : NULL,
        .part = place->part,
    };
    gph_clock_calendar(place->wall_ns, plan->name->utc, &file->values.time);
    gph_slate slate = slate_of(plan, place, channel);
    spec.slate = &slate;
    spec.channels = channel ? 1 : spec.channels;
    file->width = spec.channels;
    file->about = about_new(spec.channels);
    file->sums = calloc(spec.channels * (size_t)(1 + GPH_OUTPUT_POINTS), sizeof *file->sums);
    for (uint32_t n = 0; file->sums && n < GPH_OUTPUT_POINTS; n++)
        file->points[n] = file->sums + spec.channels * (size_t)(1 + n);
    int error = file->about && file->sums ? begin(file, &spec, announce, user) : -ENOMEM;
    file->empty = error ? 0 : gph_output_bytes(file->output);
    if (error) {
        char reason[100];
        snprintf(text, size, "cannot make '%s/%s%s%s': %s", plan->name->root, file->relative,
                 *file->relative ? "/" : "", file->final_name,
                 gph_file_error(error, reason, sizeof reason));
    }
    return error;
}

void
gph_part_file_undo(gph_part_file *file)
{
    const gph_file_system *files = file->plan->files;
    const char *name = file->renamed ? file->final_name : file->part_name;
    files->remove(files->user, file->folder, name);
    if (file->has_fork) {
        longer_name fork;
        snprintf(fork, sizeof fork, "._%s", name);
        files->remove(files->user, file->folder, fork);
    }
}

/* From `.part` to the last name, which somebody may have taken meanwhile. */
static int
rename_last(gph_part_file *file)
{
    const gph_file_system *files = file->plan->files;
    for (; file->repeat < MOST_REPEATS; file->repeat++) {
        if (!names_of(file))
            return -ENAMETOOLONG;
        if (file->has_fork && is_taken(file, "._", ""))
            continue;
        int error = files->rename_new(files->user, file->folder, file->part_name, file->final_name);
        if (error == -EEXIST)
            continue;
        if (error || !file->has_fork)
            return error;
        longer_name from;
        longer_name to;
        snprintf(from, sizeof from, "._%s", file->part_name);
        snprintf(to, sizeof to, "._%s", file->final_name);
        return files->rename_new(files->user, file->folder, from, to);
    }
    return -EEXIST;
}

int
gph_part_file_settle(gph_part_file *file)
{
    const gph_file_system *files = file->plan->files;
    int error = files->sync(files->user, gph_output_file(file->output));
    /* Folders that cannot be synced are let be. */
    if (!error && files->sync(files->user, file->folder) == -EIO)
        error = -EIO;
    return error;
}

void
gph_part_file_reserve(gph_part_file *file)
{
    const gph_file_system *files = file->plan->files;
    int64_t frame = (int64_t)file->width * gph_sample_bytes(file->plan->output.format.sample);
    /* What is not known beforehand is taken as a third of 16 bits. */
    int64_t ahead = (int64_t)file->plan->reserve_frames * (frame ? frame : file->width * 2 / 3 + 1);
    int64_t bytes = gph_output_bytes(file->output);
    if (!ahead || file->reserved - bytes > ahead / 2)
        return;
    /* Others have files on this disk too, and a refusal might leave it full. */
    int64_t left = files->free_bytes(files->user, file->folder) - file->plan->min_free;
    if (ahead > left / 4)
        ahead = left > 0 ? left / 4 : 0;
    /* If it cannot be had it is asked for again after as many bytes. */
    files->reserve(files->user, gph_output_file(file->output), bytes + ahead);
    file->reserved = bytes + ahead;
}

void
gph_part_file_note_sums(gph_part_file *file, gph_output_point point)
{
    memcpy(file->points[point], file->sums, file->width * sizeof *file->sums);
}

/* An error is final: it is kept, and nobody syncs this file again. */
static int
sync_once(gph_part_file *file, int *sync_error)
{
    const gph_file_system *files = file->plan->files;
    if (file->unsynced)
        return 0;
    if (!*sync_error)
        *sync_error = files->sync_data(files->user, gph_output_file(file->output));
    return *sync_error;
}

/* All frames, then what tells of them, then the length. */
static int
end_whole(gph_part_file *file, const gph_cue *cues, uint32_t n_cues, int *sync_error)
{
    int error = gph_output_flush(file->output);
    if (error)
        return error;
    if (!file->settled && sync_once(file, sync_error))
        return *sync_error;
    file->settled = true;
    if (!file->ended) {
        int ended = gph_output_end(file->output, cues, n_cues);
        if (ended && !file->spoilt)
            file->spoilt = ended;
        file->ended = true;
    }
    return gph_output_flush(file->output);
}

int
gph_part_file_complete(gph_part_file *file, const gph_cue *cues, uint32_t n_cues, int cut,
                       int *sync_error)
{
    const gph_file_system *files = file->plan->files;
    int error = 0;
    if (!file->synced) {
        error = cut >= 0 ? gph_output_cut(file->output, (gph_output_point)cut)
                         : end_whole(file, cues, n_cues, sync_error);
        if (!error)
            error = files->resize(files->user, gph_output_file(file->output),
                                  gph_output_bytes(file->output));
        /* What was cut to what is safe stays so when a sync has failed. */
        if (!error && !(cut == GPH_OUTPUT_SAFE && *sync_error))
            error = sync_once(file, sync_error);
        file->synced = !error;
    }
    if (!error && !file->renamed) {
        error = rename_last(file);
        file->renamed = !error;
        if (!error)
            files->sync(files->user, file->folder);
    }
    file->failed = error;
    return error;
}

void
gph_part_file_path(const gph_part_file *file, gph_take_file *about)
{
    const char *root = file->plan->name->root;
    snprintf(about->path, 2 * GPH_NAME_PATH + GPH_NAME_PART + 16, "%s%s%s%s%s", root,
             root[strlen(root) - 1] == '/' ? "" : "/", file->relative, *file->relative ? "/" : "",
             file->renamed ? file->final_name : file->part_name);
}

void
gph_part_file_finish(gph_part_file *file)
{
    gph_output_free(file->output);
    if (file->folder >= 0)
        file->plan->files->close(file->plan->files->user, file->folder);
    gph_take_file_free(file->about);
    free(file->sums);
    memset(file, 0, sizeof *file);
    file->folder = -1;
}
