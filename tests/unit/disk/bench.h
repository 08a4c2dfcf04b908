/* Streams on their own: a folder, a signal of which every frame and channel can be told from all
 * others, and a way to drive it through a stream in blocks of any size. [test program] */
#ifndef GPH_TEST_DISK_BENCH_H
#define GPH_TEST_DISK_BENCH_H

#include "../../../core/disk/stream.h"
#include "../folder.h"
#include "../suite.h"

#include <dirent.h>
#include <math.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BLOCK = 1024, RATE = 48000 };
#define SECONDS(n) ((int64_t)(n)*1000000000)

/* The counter signal: exact in float32 and in 24 bits. */
static inline float
counter(int64_t frame, uint32_t channel)
{
    return (float)((frame + (int64_t)channel * 65536) % 8388608) / 8388608.0f;
}

/* A second in a millisecond: so long a disk is left alone, or waited for. */
static inline int64_t
hurried_monotonic(void *user)
{
    (void)user;
    return gph_clock_system.monotonic_ns(NULL) * 1000;
}

static inline int64_t
hurried_wall(void *user)
{
    (void)user;
    return gph_clock_system.wall_ns(NULL);
}

static const gph_time_source hurried
    __attribute__((unused)) = {NULL, hurried_monotonic, hurried_wall};

typedef struct rig {
    char folder[256];
    gph_take_counter *takes;
    gph_stream_site site;
    gph_stream_write what;
    gph_stream_problem problem;
    gph_stream *stream;
    gph_status status;
    uint32_t latency[1024];
    bool freewheel;
    int64_t clock;
    uint64_t dice;
    float *block[1024];
} rig;

static inline void
rig_init(rig *r, uint32_t channels, const char *file)
{
    memset(r, 0, sizeof *r);
    const char *place = getenv("TMPDIR");
    snprintf(r->folder, sizeof r->folder, "%s/gph-disk-XXXXXX", place ? place : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(r->folder));
    ck_assert_int_eq(gph_take_counter_new(&r->takes), GPH_OK);
    r->site = (gph_stream_site){
        .node = "rec", .patch = "test", .folder = r->folder, .rate = RATE, .takes = r->takes};
    r->what = (gph_stream_write){.size = sizeof r->what, .channels = channels, .file = file};
    r->freewheel = true;
    r->dice = 88172645463325252u;
    for (uint32_t c = 0; c < channels; c++)
        r->block[c] = calloc(MOST_BLOCK, sizeof(float));
}

static inline gph_status
rig_open(rig *r)
{
    r->status = gph_stream_open_write(&r->site, &r->what, &r->problem, &r->stream);
    char warning[sizeof r->problem.warning];
    memcpy(warning, r->problem.warning, sizeof warning);
    if (!r->status)
        r->status = gph_stream_activate(r->stream, r->site.rate > 0 ? r->site.rate : RATE,
                                        MOST_BLOCK, r->latency, &r->problem);
    memcpy(r->problem.warning, warning, sizeof warning);
    if (r->stream)
        gph_stream_freewheel(r->stream, r->freewheel);
    return r->status;
}

static inline uint32_t
rig_random(rig *r, uint32_t most)
{
    r->dice ^= r->dice << 13;
    r->dice ^= r->dice >> 7;
    r->dice ^= r->dice << 17;
    return 1 + (uint32_t)(r->dice % most);
}

/* One block of the counter signal as late as each channel is. Returns frames taken. */
static inline uint32_t
rig_block(rig *r, uint32_t frames)
{
    for (uint32_t c = 0; c < r->what.channels; c++)
        for (uint32_t f = 0; f < frames; f++)
            r->block[c][f] = counter(r->clock + f - r->latency[c] + (1 << 23), c);
    uint32_t taken = gph_stream_put(r->stream, r->clock, (const float *const *)r->block, frames);
    r->clock += frames;
    return taken;
}

/* Blocks of random sizes up to a frame. */
static inline void
rig_run(rig *r, int64_t to, uint32_t most)
{
    while (r->clock < to) {
        uint32_t frames = rig_random(r, most);
        rig_block(r, to - r->clock < frames ? (uint32_t)(to - r->clock) : frames);
    }
}

static inline gph_status
rig_finish(rig *r)
{
    return gph_stream_finish(r->stream, SECONDS(20), &r->problem);
}

static inline void
rig_free(rig *r)
{
    gph_stream_free(r->stream);
    gph_take_counter_free(r->takes);
    for (uint32_t c = 0; c < 1024; c++)
        free(r->block[c]);
    folder_remove(r->folder);
}

/* A file read by libsndfile: frames in `info`, samples interleaved. */
static inline float *
read_file(const char *path, SF_INFO *info)
{
    memset(info, 0, sizeof *info);
    SNDFILE *sound = sf_open(path, SFM_READ, info);
    ck_assert_msg(sound != NULL, "%s: %s", path, sf_strerror(NULL));
    size_t n = (size_t)info->frames * (size_t)info->channels;
    float *samples = calloc(n ? n : 1, sizeof *samples);
    ck_assert_int_eq(sf_readf_float(sound, samples, info->frames), info->frames);
    sf_close(sound);
    return samples;
}

static inline uint32_t
count_names(const char *folder)
{
    uint32_t n = 0;
    DIR *entries = opendir(folder);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries))
        n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(entries);
    return n;
}

static inline bool
is_there(const rig *r, const char *name)
{
    char path[600];
    struct stat about;
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    return !lstat(path, &about);
}

static inline void
put_text(const rig *r, const char *name, const char *text)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* Every frame of a file of the counter signal from a clock on. */
static inline void
check_counter(const char *path, int64_t first, int64_t frames, uint32_t channel, uint32_t channels)
{
    SF_INFO info;
    float *samples = read_file(path, &info);
    ck_assert_int_eq(info.frames, frames);
    ck_assert_int_eq(info.channels, channels);
    for (int64_t f = 0; f < frames; f++)
        for (uint32_t c = 0; c < channels; c++)
            /* Check notes each assertion in a pipe: one a sample would take minutes. */
            if (samples[f * channels + c] != counter(first + f + (1 << 23), channel + c))
                ck_abort_msg("%s: frame %lld of channel %u", path, (long long)f, c);
    free(samples);
}

#endif
