/* Recordings on a disk in memory, and what recovery makes of them. [test program] */
#ifndef GPH_TEST_DISK_RECOVERY_H
#define GPH_TEST_DISK_RECOVERY_H

#include "../../../core/disk/lengths.h"
#include "../../../core/disk/recover.h"
#include "../../support/memory_disk.h"
#include "bench.h"

#include <errno.h>

/* What a recovery has told. */
typedef struct told {
    uint32_t n, done, empty, live, unknown, refused, failed;
    int64_t frames, doubt, cut, missing; /* sums; without those that are not known */
    char name[300], became[300], reason[300];
    gph_recover_state state; /* of the last */
} told;

static inline void
hear(void *user, const gph_recover_found *found)
{
    told *t = user;
    t->n++;
    *(found->state == GPH_RECOVER_DONE      ? &t->done
      : found->state == GPH_RECOVER_EMPTY   ? &t->empty
      : found->state == GPH_RECOVER_LIVE    ? &t->live
      : found->state == GPH_RECOVER_UNKNOWN ? &t->unknown
      : found->state == GPH_RECOVER_REFUSED ? &t->refused
                                            : &t->failed) += 1;
    t->frames += found->frames > 0 ? found->frames : 0;
    t->doubt += found->doubt;
    t->cut += found->cut;
    t->missing += found->missing;
    t->state = found->state;
    snprintf(t->name, sizeof t->name, "%s", found->name);
    snprintf(t->became, sizeof t->became, "%s", found->became);
    snprintf(t->reason, sizeof t->reason, "%s", found->reason);
}

static inline gph_recover_options
recover_options(memory_disk *disk, told *t)
{
    memset(t, 0, sizeof *t);
    return (gph_recover_options){
        .files = memory_disk_files(disk), .most_frames = -1, .found = hear, .user = t};
}

/* Recovers a whole disk; `boot` NULL: the same start of the machine. */
static inline int
recover(memory_disk *disk, const char *boot, told *t)
{
    gph_recover_options options = recover_options(disk, t);
    options.boot = boot;
    return gph_recover_path(&options, "/");
}

/* Records the counter signal on a disk in memory, from the take's frame 0 on. */
static inline memory_disk *
record_in_memory(const char *format, const char *file, uint32_t channels, bool per_channel,
                 int64_t frames)
{
    rig r;
    memory_disk *disk = memory_disk_new();
    rig_init(&r, channels, file);
    r.site.files = memory_disk_files(disk);
    r.what.format = format;
    r.what.files = per_channel ? GPH_FILES_PER_CHANNEL : GPH_FILES_ONE;
    ck_assert_msg(rig_open(&r) == GPH_OK, "%s", r.problem.text);
    gph_stream_start(r.stream, 0);
    /* So that some containers have something behind the sound. */
    gph_stream_mark(r.stream, frames / 2, 0);
    rig_run(&r, frames, 1000);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    rig_free(&r);
    return disk;
}

/* The full name of a file whose path ends so, or NULL. */
static inline const char *
name_of(const memory_disk *disk, const char *ending)
{
    const char *name;
    for (size_t n = 0; (name = memory_disk_name(disk, n)) != NULL; n++)
        if (strlen(name) >= strlen(ending) && !strcmp(name + strlen(name) - strlen(ending), ending))
            return name;
    return NULL;
}

static inline uint32_t
count_endings(const memory_disk *disk, const char *ending)
{
    const char *name;
    uint32_t count = 0;
    for (size_t n = 0; (name = memory_disk_name(disk, n)) != NULL; n++)
        count +=
            strlen(name) >= strlen(ending) && !strcmp(name + strlen(name) - strlen(ending), ending);
    return count;
}

/* Bytes in memory as libsndfile reads them. */
typedef struct view {
    const uint8_t *bytes;
    sf_count_t size, at;
} view;

static inline sf_count_t
view_length(void *user)
{
    return ((view *)user)->size;
}

static inline sf_count_t
view_seek(sf_count_t offset, int whence, void *user)
{
    view *v = user;
    v->at = offset + (whence == SEEK_CUR ? v->at : whence == SEEK_END ? v->size : 0);
    return v->at;
}

static inline sf_count_t
view_read(void *bytes, sf_count_t count, void *user)
{
    view *v = user;
    sf_count_t left = v->at < v->size ? v->size - v->at : 0;
    sf_count_t n = count < left ? count : left;
    if (n > 0)
        memcpy(bytes, v->bytes + v->at, (size_t)n);
    v->at += n > 0 ? n : 0;
    return n > 0 ? n : 0;
}

static inline sf_count_t
view_write(const void *bytes, sf_count_t count, void *user)
{
    (void)bytes, (void)count, (void)user;
    return 0;
}

static inline sf_count_t
view_tell(void *user)
{
    return ((view *)user)->at;
}

/* What stands in a file on a disk in memory; NULL: libsndfile cannot open it. SD2 and raw are read as
 * what they are, bare samples. */
static inline float *
read_in_memory(const memory_disk *disk, const char *name, gph_format format, uint32_t channels,
               int64_t *frames)
{
    SF_VIRTUAL_IO io = {view_length, view_seek, view_read, view_write, view_tell};
    view v = {.at = 0};
    size_t size;
    SF_INFO info = {.format = 0};
    v.bytes = memory_disk_bytes(disk, name, &size);
    v.size = (sf_count_t)size;
    if (format.container == GPH_RAW || format.container == GPH_SD2) {
        format.container = GPH_RAW;
        info = (SF_INFO){.samplerate = RATE,
                         .channels = (int)channels,
                         .format = gph_format_sndfile(format, channels)};
        if (strstr(name, ".sd2"))
            info.format = (info.format & ~SF_FORMAT_ENDMASK) | SF_ENDIAN_BIG;
    }
    SNDFILE *sound = v.bytes ? sf_open_virtual(&io, SFM_READ, &info, &v) : NULL;
    if (!sound || info.channels != (int)channels) {
        sf_close(sound);
        return NULL;
    }
    float *samples = calloc(size * 4 + 65536, sizeof *samples);
    *frames = 0;
    sf_count_t n;
    while ((n = sf_readf_float(sound, samples + *frames * channels, 1024)) > 0)
        *frames += n;
    sf_close(sound);
    return samples;
}

/* How many frames from the first on are those of the counter signal, within what the format keeps. */
static inline int64_t
good_frames(const float *samples, gph_format format, int64_t frames, uint32_t first,
            uint32_t channels)
{
    float near = format.sample == GPH_S16                                 ? 1e-4F
                 : format.sample == GPH_ULAW || format.sample == GPH_ALAW ? 0.04F
                 : format.sample == GPH_VORBIS                            ? 0.2F
                                                                          : 1e-6F;
    for (int64_t f = 0; f < frames; f++)
        for (uint32_t c = 0; c < channels; c++)
            if (!(fabsf(samples[f * channels + c] - counter(f + (1 << 23), first + c)) <= near))
                return f;
    return frames;
}

#endif
