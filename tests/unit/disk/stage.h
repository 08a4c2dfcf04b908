/* A writer driven step by step, without threads and by a clock that the test turns, over files whose
 * every call can be made to fail. What a failed barrier had not brought to the disk is spoilt, as it
 * may be on a real one, so that a file which keeps it convicts itself. [test program] */
#ifndef GPH_TEST_DISK_STAGE_H
#define GPH_TEST_DISK_STAGE_H

#include "../../../core/disk/convert.h"
#include "../../../core/disk/part_file.h"
#include "../../../core/disk/stream_state.h"
#include "../../../core/disk/writer_state.h"
#include "../../../core/platform/aligned.h"
#include "bench.h"

#include <errno.h>

enum {
    ON_WRITE,
    ON_BARRIER,
    ON_SYNC,
    ON_CREATE,
    ON_RENAME,
    ON_FOLDER,
    ON_RESIZE,
    ON_RESERVE,
    N_CALLS
};

enum { MOST_OPEN = 4096, MOST_FILES = 4096, BEHIND_HEADER = 8192 };

/* What was written to a file since its last good sync. */
typedef struct unsynced {
    int64_t from, to;
} unsynced;

typedef struct stage {
    char folder[256], spare[300];
    gph_file_system files;
    int64_t now_ns;
    gph_time_source clock;
    /* The fault: the n-th call of a kind (N_CALLS: of any), once or from then on. */
    int kind, at, calls[N_CALLS];
    bool ever, shorter;
    int error;
    int64_t delay_ns; /* a call that is hit takes so long, while sound goes on */
    int64_t free;     /* what the disk says it has left; 0: what it has */
    const char *only; /* hits calls on files of this folder alone, or NULL */
    unsynced dirty[MOST_OPEN];
    bool in_spare[MOST_OPEN];
    bool is_journal[MOST_OPEN];
    bool journals; /* calls on journals are hit, and no others */
    gph_take_counter *takes;
    gph_spec spec;
    gph_stream_site site;
    gph_stream_write what;
    gph_writer_plan plan;
    gph_writer *writer;
    uint32_t latency[64];
    void *memory;
    struct gph_stream stream;
    int64_t frame;
    float *block[64];
    uint32_t n_files;
    gph_take_file *list[MOST_FILES];
    int64_t failed_ns;  /* when the first news of a failure came */
    int64_t gap_frames; /* of all news of gaps */
    int64_t written;    /* bytes of sound files that were given to the disk */
} stage;

static void stage_block(stage *s, bool look);

static bool
hits(stage *s, int kind)
{
    int n = ++s->calls[kind];
    bool hit =
        (kind == s->kind || s->kind == N_CALLS) && s->at && (n == s->at || (s->ever && n > s->at));
    for (int64_t waited = 0; hit && waited < s->delay_ns; waited += SECONDS(1) / 100)
        stage_block(s, false);
    return hit;
}

static bool
concerns(const stage *s, gph_file file)
{
    if (file >= 0 && file < MOST_OPEN && s->is_journal[file] != s->journals)
        return false;
    return !s->only ||
           (file >= 0 && file < MOST_OPEN && s->in_spare[file]) == (s->only == s->spare);
}

/* Sound is written from front to back, so what is between two writes is written too; but not what is between
 * a header, which is another test's business, and the sound. */
static void
note_dirty(unsynced *dirty, int64_t from, int64_t to)
{
    from = from < BEHIND_HEADER ? BEHIND_HEADER : from;
    if (to <= from)
        return;
    dirty->from = !dirty->to || from < dirty->from ? from : dirty->from;
    dirty->to = to > dirty->to ? to : dirty->to;
}

static int64_t
stage_write(void *user, gph_file file, const void *data, size_t bytes, int64_t offset)
{
    stage *s = user;
    size_t n = bytes;
    int error = 0;
    if (concerns(s, file) && hits(s, ON_WRITE)) {
        error = s->error;
        n = s->shorter || error ? (bytes + 1) / 2 : bytes;
    }
    int64_t done = gph_file_system_real.write_at(NULL, file, data, n, offset);
    s->written += s->is_journal[file] || done < 0 ? 0 : done;
    note_dirty(&s->dirty[file], offset, offset + (int64_t)n);
    return error && !s->shorter ? -error : done;
}

static void
spoil(stage *s, gph_file file)
{
    static const char bad[4096] = {0x55};
    unsynced dirty = s->dirty[file];
    for (int64_t at = dirty.from; at < dirty.to; at += (int64_t)sizeof bad) {
        size_t n = dirty.to - at < (int64_t)sizeof bad ? (size_t)(dirty.to - at) : sizeof bad;
        gph_file_system_real.write_at(NULL, file, bad, n, at);
    }
    s->dirty[file] = (unsynced){0, 0};
}

static int
stage_barrier(void *user, gph_file file)
{
    stage *s = user;
    if (concerns(s, file) && hits(s, ON_BARRIER) && s->error) {
        spoil(s, file);
        return -s->error;
    }
    s->dirty[file] = (unsynced){0, 0};
    return 0;
}

static int
stage_sync(void *user, gph_file file)
{
    stage *s = user;
    return concerns(s, file) && hits(s, ON_SYNC) ? -s->error : 0;
}

static gph_file
stage_create(void *user, gph_file folder, const char *name)
{
    stage *s = user;
    bool spare = s->in_spare[folder];
    bool journal = strstr(name, ".journal");
    s->is_journal[folder] = s->journals;
    if (journal == s->journals && concerns(s, folder) && hits(s, ON_CREATE))
        return -s->error;
    gph_file file = gph_file_system_real.create(NULL, folder, name);
    if (file >= 0) {
        s->is_journal[file] = journal;
        ck_assert_int_lt(file, MOST_OPEN);
        s->in_spare[file] = spare;
        s->dirty[file] = (unsynced){0, 0};
    }
    return file;
}

static int
stage_rename(void *user, gph_file folder, const char *from, const char *to)
{
    stage *s = user;
    if (concerns(s, folder) && hits(s, ON_RENAME))
        return -s->error;
    return gph_file_system_real.rename_new(NULL, folder, from, to);
}

/* What is no journal. */
static inline uint32_t
stage_count(const char *folder)
{
    uint32_t n = 0;
    DIR *entries = opendir(folder);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries))
        n += entry->d_name[0] != '.' && !strstr(entry->d_name, ".journal");
    closedir(entries);
    return n;
}

static gph_file
stage_folder(void *user, const char *path)
{
    stage *s = user;
    gph_file folder = gph_file_system_real.open_folder(NULL, path);
    if (folder >= 0)
        s->is_journal[folder] = s->journals;
    if (folder >= 0)
        s->in_spare[folder] = !strcmp(path, s->spare);
    return folder;
}

static gph_file
stage_beneath(void *user, gph_file folder, const char *relative, bool create)
{
    stage *s = user;
    bool spare = s->in_spare[folder];
    if (concerns(s, folder) && hits(s, ON_FOLDER))
        return -s->error;
    gph_file inner = gph_file_system_real.open_beneath(NULL, folder, relative, create);
    if (inner >= 0)
        s->is_journal[inner] = s->journals;
    if (inner >= 0)
        s->in_spare[inner] = spare;
    return inner;
}

static int
stage_resize(void *user, gph_file file, int64_t bytes)
{
    stage *s = user;
    if (concerns(s, file) && hits(s, ON_RESIZE))
        return -s->error;
    return gph_file_system_real.resize(NULL, file, bytes);
}

static int
stage_reserve(void *user, gph_file file, int64_t bytes)
{
    stage *s = user;
    (void)bytes;
    return concerns(s, file) && hits(s, ON_RESERVE) ? -s->error : 0;
}

static int64_t
stage_free_bytes(void *user, gph_file file)
{
    stage *s = user;
    return s->free && !s->in_spare[file] ? s->free : gph_file_system_real.free_bytes(NULL, file);
}

static int64_t
stage_mono(void *user)
{
    return ((stage *)user)->now_ns;
}

static int64_t
stage_wall(void *user)
{
    return ((stage *)user)->now_ns;
}

static void
stage_report(void *user, gph_take_file *file)
{
    stage *s = user;
    ck_assert_uint_lt(s->n_files, MOST_FILES);
    s->list[s->n_files++] = file;
}

static void
stage_init(stage *s, uint32_t channels, const char *file, const char *format)
{
    memset(s, 0, sizeof *s);
    /* In memory where that can be had: it is thousands of takes. */
    const char *place = access("/dev/shm", W_OK) ? getenv("TMPDIR") : "/dev/shm";
    snprintf(s->folder, sizeof s->folder, "%s/gph-stage-XXXXXX", place ? place : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(s->folder));
    snprintf(s->spare, sizeof s->spare, "%s/spare", s->folder);
    ck_assert_int_eq(mkdir(s->spare, 0777), 0);
    s->now_ns = SECONDS(1000000);
    s->clock = (gph_time_source){s, stage_mono, stage_wall};
    s->files = gph_file_system_real;
    s->files.user = s;
    s->files.open_folder = stage_folder;
    s->files.open_beneath = stage_beneath;
    s->files.create = stage_create;
    s->files.write_at = stage_write;
    s->files.sync_data = stage_barrier;
    s->files.sync = stage_sync;
    s->files.rename_new = stage_rename;
    s->files.resize = stage_resize;
    s->files.reserve = stage_reserve;
    s->files.free_bytes = stage_free_bytes;
    ck_assert_int_eq(gph_take_counter_new(&s->takes), GPH_OK);
    s->what = (gph_stream_write){.size = sizeof s->what,
                                 .channels = channels,
                                 .file = file,
                                 .format = format,
                                 .sync_seconds = 0.1,
                                 .buffer_seconds = 0.5};
    s->site = (gph_stream_site){
        .node = "rec", .patch = "test", .folder = s->folder, .rate = RATE, .takes = s->takes};
    for (uint32_t c = 0; c < channels; c++)
        s->block[c] = calloc(MOST_BLOCK, sizeof(float));
}

/* After `what` is as it should be. */
static void
stage_open(stage *s)
{
    gph_stream_problem problem = {.setting = NULL};
    const gph_stream_write *what = &s->spec.what;
    ck_assert_msg(gph_spec_init(&s->spec, &s->site, &s->what, &problem) == GPH_OK, "%s",
                  problem.text);
    s->plan = (gph_writer_plan){
        .latency = s->latency,
        .rate = RATE,
        .hold_back = 2 * 480,
        .keep = 2 * 480,
        .gap_limit = (int64_t)(what->gap_limit_seconds * RATE),
        .gap = what->gap,
        .rotate_seconds = what->rotate_seconds,
        .rotate_bytes = what->rotate_bytes,
        .preroll = (uint64_t)(what->preroll_seconds * RATE),
        .clock = &s->clock,
        .takes = s->takes,
        .part = {.files = &s->files,
                 .name = &s->spec.name,
                 .node = "rec",
                 .patch = "test",
                 .output = {.format = s->spec.format,
                            .channels = what->channels,
                            .rate = RATE,
                            .quality = what->quality},
                 .converter = {.sample = s->spec.format.sample,
                               .dither = (what->flags & GPH_STREAM_DITHER) != 0},
                 .batch_frames = 1024,
                 .report = stage_report,
                 .report_user = s},
    };
    gph_writer_plan_safety(&s->plan, &s->spec);
    s->plan.barrier_thread = false;
    size_t bytes;
    uint64_t frames = (uint64_t)(what->buffer_seconds * RATE) + 4 * 480;
    ck_assert(gph_ring_plan(what->channels, frames, &s->plan.ring, &bytes));
    s->memory = gph_aligned_new(bytes);
    s->plan.memory = s->memory;
    ck_assert_int_eq(gph_writer_new(&s->plan, &s->writer), GPH_OK);
    s->stream.active = true;
    s->stream.keep = s->plan.keep;
    s->stream.writes = (gph_recorder *)(uintptr_t)1; /* it is one; nobody asks which */
    gph_ring_view(s->memory, &s->plan.ring, &s->stream.ring);
    atomic_store(&s->stream.start, INT64_MAX);
    atomic_store(&s->stream.stop, INT64_MAX);
}

static void
stage_step(stage *s)
{
    gph_event event;
    for (int n = 0; n < 10000 && gph_writer_step(s->writer); n++)
        ;
    while (gph_stream_news(&s->stream, &event)) {
        if (event.index == GPH_STREAM_FAILED && !s->failed_ns)
            s->failed_ns = s->now_ns;
        if (event.index == GPH_STREAM_GAP)
            s->gap_frames += event.data;
    }
}

/* A block of time, with the writer looking in after it or not. */
static void
stage_block(stage *s, bool look)
{
    enum { FRAMES = 480 };
    for (uint32_t c = 0; c < s->what.channels; c++)
        for (uint32_t f = 0; f < FRAMES; f++)
            s->block[c][f] = counter(s->frame + f, c);
    gph_stream_put(&s->stream, s->frame, (const float *const *)s->block, FRAMES);
    s->frame += FRAMES;
    s->now_ns += SECONDS(1) / 100;
    if (look)
        stage_step(s);
}

static inline void
stage_run(stage *s, int64_t to)
{
    while (s->frame < to)
        stage_block(s, true);
}

/* The end of the recording: nothing more comes, time goes on. */
static void
stage_end(stage *s)
{
    int64_t clock = atomic_load(&s->stream.clock);
    gph_ring_mark mark = {0, 0, s->stream.position, clock, s->stream.missing};
    mark.kind = s->stream.dropped ? GPH_MARK_DROP : GPH_MARK_LOST;
    for (int n = 0; s->stream.missing && n < 1000; n++) {
        if (gph_ring_put_mark(&s->stream.ring, &mark, 0))
            s->stream.missing = 0;
        else
            stage_step(s);
    }
    mark.kind = GPH_MARK_END;
    mark.frames = 0;
    ck_assert(gph_ring_put_mark(&s->stream.ring, &mark, 0));
    for (int n = 0; n < 3000 && !gph_writer_is_done(s->writer); n++) {
        stage_step(s);
        s->now_ns += SECONDS(1) / 100;
    }
    ck_assert_msg(gph_writer_is_done(s->writer), "not done 30 s after the end");
}

static void
stage_free(stage *s)
{
    gph_writer_free(s->writer);
    for (uint32_t n = 0; n < s->n_files; n++)
        gph_take_file_free(s->list[n]);
    gph_spec_finish(&s->spec);
    gph_take_counter_free(s->takes);
    for (uint32_t c = 0; c < 64; c++)
        free(s->block[c]);
    gph_aligned_free(s->memory);
    folder_remove(s->spare);
    folder_remove(s->folder);
}

/* ---------------------------------------------------------------- what is in the files */

static float *
stage_read(const stage *s, const gph_take_file *file)
{
    SF_INFO info = {.samplerate = 0};
    if (s->spec.format.container == GPH_RAW)
        info = (SF_INFO){.samplerate = RATE,
                         .channels = (int)file->channels,
                         .format = SF_FORMAT_RAW | SF_FORMAT_PCM_24};
    SNDFILE *sound = sf_open(file->path, SFM_READ, &info);
    ck_assert_msg(sound != NULL, "%s: %s", file->path, sf_strerror(NULL));
    /* What a dead disk could not be told to cut off, and the header of which it took a half, or none. */
    bool unfinished =
        file->error && (strstr(file->path, ".part") || strstr(file->error, "not completed"));
    ck_assert_msg(info.frames == file->frames || unfinished, "%s: %lld frames, reported %lld",
                  file->path, (long long)info.frames, (long long)file->frames);
    info.frames = info.frames < file->frames ? info.frames : file->frames;
    float *samples = calloc((size_t)file->frames * file->channels + 1, sizeof *samples);
    ck_assert_int_eq(sf_readf_float(sound, samples, info.frames), info.frames);
    sf_close(sound);
    return samples;
}

/* The value that a file has for a frame of the signal. */
static float
as_stored(const stage *s, float x)
{
    double scale = s->spec.format.sample == GPH_S16 ? 32767 : 8388607;
    double whole = s->spec.format.sample == GPH_S16 ? 32768 : 8388608;
    if (gph_sample_is_float(s->spec.format.sample))
        return x;
    return (float)((double)rintf(x * (float)scale) / whole);
}

static bool
is_gap(const gph_take_file *file, int64_t frame)
{
    for (uint32_t g = 0; g < file->n_gaps; g++)
        if (frame >= file->gaps[g].position &&
            frame < file->gaps[g].position + file->gaps[g].frames)
            return true;
    return false;
}

/* Marks what a file holds in `seen`, one byte a frame: 1 sound, 2 told to be missing. */
static void
stage_account(const stage *s, const gph_take_file *file, unsigned char *seen, int64_t frames)
{
    float *samples = stage_read(s, file);
    for (int64_t f = 0; f < file->frames; f++) {
        int64_t clock = file->first_frame + f;
        ck_assert_int_lt(clock, frames);
        bool gap = is_gap(file, f);
        for (uint32_t c = 0; c < file->channels; c++) {
            uint32_t channel = file->channel ? file->channel - 1 : c;
            float expected = gap ? 0 : as_stored(s, counter(clock, channel));
            if (samples[f * file->channels + c] != expected)
                ck_abort_msg("%s: frame %lld of channel %u is %.9g, not %.9g", file->path,
                             (long long)f, channel, (double)samples[f * file->channels + c],
                             (double)expected);
        }
        if (file->channel <= 1) {
            if (seen[clock])
                ck_abort_msg("%s: frame %lld is in two files", file->path, (long long)clock);
            seen[clock] = gap ? 2 : 1;
        }
    }
    /* What is missing where a file ends. */
    for (uint32_t g = 0; g < file->n_gaps; g++)
        for (int64_t f = 0; f < file->gaps[g].frames && file->channel <= 1; f++) {
            int64_t clock = file->first_frame + file->gaps[g].position + f;
            if (file->gaps[g].position >= file->frames && clock < frames && !seen[clock])
                seen[clock] = 2;
        }
    free(samples);
}

/* Files and gap list are the signal, to the frame; returns frames that were told to be missing. */
static inline int64_t
stage_check(const stage *s, int64_t first, int64_t frames)
{
    unsigned char *seen = calloc((size_t)frames + 1, 1);
    int64_t missing = 0;
    for (uint32_t n = 0; n < s->n_files; n++)
        stage_account(s, s->list[n], seen, frames);
    for (int64_t f = first; f < frames; f++) {
        if (!seen[f])
            ck_abort_msg("frame %lld is in no file and in no list (%u files)", (long long)f,
                         s->n_files);
        missing += seen[f] == 2;
    }
    free(seen);
    return missing;
}

#endif
