/* Row D6 in a file of holes: a wav passes 4 GiB while it is open, becomes RF64 in place, and its program is killed behind it
 * or closes it. Around the place, at the beginning and at the end stands the counter, all else is silence that is not
 * written. */
#include "bench.h"

#include "../../../core/disk/recover.h"
#include "../../../core/platform/process.h"

enum { CHANNELS = 256, WIDTH = CHANNELS * 4, SOUND = 20000, BLOCK = 1000 };
#define PASS   (INT64_C(4294967296) / WIDTH) /* the frame with which the sound is 4 GiB long */
#define FRAMES (INT64_C(5000000) / BLOCK * BLOCK)

static int64_t holes;

static int64_t
write_or_skip(void *user, gph_file file, const void *data, size_t bytes, int64_t offset)
{
    const unsigned char *at = data;
    const gph_file_system *real = &gph_file_system_real;
    int64_t end = offset + (int64_t)bytes;
    bool nothing = bytes > 65536 && at[0] == 0 && memcmp(at, at + 1, bytes - 1) == 0;
    if (!nothing || end < real->size(user, file))
        return real->write_at(user, file, data, bytes, offset);
    int error = real->resize(user, file, end);
    holes += (int64_t)bytes;
    return error ? error : (int64_t)bytes;
}

static bool
is_sound(int64_t frame)
{
    return frame < SOUND || frame >= FRAMES - SOUND ||
           (frame >= PASS - SOUND && frame < PASS + SOUND);
}

/* Whether there is sound in a block or in the one before. */
static bool
near_sound(int64_t at)
{
    return is_sound(at) || is_sound(at + BLOCK - 1) || is_sound(at - BLOCK) || is_sound(at - 1);
}

/* Records the whole; what of it the disk has when it returns is the writer's affair. */
static void
record(rig *r)
{
    for (int64_t at = 0; at < FRAMES; at += BLOCK) {
        for (uint32_t c = 0; c < CHANNELS; c++)
            for (uint32_t f = 0; f < BLOCK && (near_sound(at)); f++)
                r->block[c][f] = is_sound(at + f) ? counter(at + f, c) : 0;
        ck_assert_uint_eq(gph_stream_put(r->stream, at, (const float *const *)r->block, BLOCK),
                          BLOCK);
    }
}

static void
check_around(SNDFILE *sound, int64_t first, int64_t frames)
{
    float *found = calloc((size_t)frames * CHANNELS, sizeof *found);
    ck_assert_int_eq(sf_seek(sound, first, SEEK_SET), first);
    ck_assert_int_eq(sf_readf_float(sound, found, frames), frames);
    for (int64_t f = 0; f < frames; f++)
        for (uint32_t c = 0; c < CHANNELS; c++) {
            float wanted = is_sound(first + f) ? counter(first + f, c) : 0;
            if (memcmp(&found[f * CHANNELS + c], &wanted, sizeof wanted) != 0)
                ck_abort_msg("frame %lld, channel %u: %g", (long long)(first + f), c,
                             (double)found[f * CHANNELS + c]);
        }
    free(found);
}

/* A file that begins as RF64 and holds what went in. */
static int64_t
check_file(const char *path)
{
    SF_INFO info = {0};
    SNDFILE *sound = sf_open(path, SFM_READ, &info);
    ck_assert_msg(sound != NULL, "%s", sf_strerror(NULL));
    ck_assert_int_eq(info.format & SF_FORMAT_TYPEMASK, SF_FORMAT_RF64);
    ck_assert_int_eq(info.channels, CHANNELS);
    ck_assert_int_gt(info.frames, PASS + SOUND);
    check_around(sound, 0, SOUND + 100);
    check_around(sound, PASS - SOUND - 100, 2 * SOUND + 200);
    int64_t end = info.frames < FRAMES ? info.frames : FRAMES;
    check_around(sound, end - SOUND - 100, SOUND + 100);
    sf_close(sound);
    return info.frames;
}

static void
begin(rig *r, gph_file_system *files)
{
    *files = gph_file_system_real;
    files->write_at = write_or_skip;
    r->site.files = files;
    ck_assert_int_eq(rig_open(r), GPH_OK);
    gph_stream_start(r->stream, 0);
}

START_TEST(it_becomes_rf64_while_it_is_open_and_is_closed)
{
    rig r;
    gph_file_system files;
    char path[600];
    rig_init(&r, CHANNELS, "x.wav");
    begin(&r, &files);
    record(&r);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 1);
    ck_assert_int_gt(holes, PASS * WIDTH / 2);
    snprintf(path, sizeof path, "%s/x.wav", r.folder);
    ck_assert_int_eq(check_file(path), FRAMES);
    rig_free(&r);
}
END_TEST

static void
hear(void *user, const gph_recover_found *found)
{
    *(gph_recover_found *)user = *found;
}

/* The folder of the take, in the process that is to die. */
static const char doomed[] = "GPH_TEST_DOOMED";

/* Dies without a word as soon as all is in the ring. */
static void
record_and_die(const char *folder)
{
    rig r;
    gph_file_system files;
    rig_init(&r, CHANNELS, "x.wav");
    rmdir(r.folder);
    snprintf(r.folder, sizeof r.folder, "%s", folder);
    begin(&r, &files);
    record(&r);
    _exit(0);
}

/* This program once more. */
static void
let_die(const char *folder)
{
    const char *const words[] = {gph_process_own_program(), NULL};
    char how[100];
    gph_process *process;
    gph_channel *channel;
    setenv(doomed, folder, 1);
    ck_assert_int_eq(gph_process_start(words, &process, &channel), GPH_OK);
    ck_assert(gph_process_ended(process, 110000, how, sizeof how));
    ck_assert_str_eq(how, "");
    unsetenv(doomed);
    gph_channel_free(channel);
    gph_process_free(process);
}

/* A process of its own records. */
START_TEST(it_is_killed_behind_4_gib_and_recovered)
{
    rig r;
    char path[600];
    rig_init(&r, CHANNELS, "x.wav");
    let_die(r.folder);
    gph_recover_found found = {0};
    const gph_recover_options options = {.most_frames = -1, .found = hear, .user = &found};
    ck_assert_int_eq(gph_recover_path(&options, r.folder), 0);
    ck_assert_int_eq(found.state, GPH_RECOVER_DONE);
    snprintf(path, sizeof path, "%s/x.wav", r.folder);
    ck_assert_int_eq(check_file(path), found.frames);
    rig_free(&r);
}
END_TEST

static void
fill(TCase *cases)
{
    if (getenv(doomed) != NULL)
        record_and_die(getenv(doomed));
    tcase_add_test(cases, it_becomes_rf64_while_it_is_open_and_is_closed);
    tcase_add_test(cases, it_is_killed_behind_4_gib_and_recovered);
}

SUITE_CASES("large", fill)
