/* Files that are read: every frame at its place whatever the blocks, and no file that lies, hangs or
 * shrinks does more harm than silence. */
#include "bench.h"

#include <fcntl.h>

enum { FRAMES = 100000 };

static void
make_file(const rig *r, const char *name, int format, int rate, int64_t frames, uint32_t channels,
          char *path)
{
    SF_INFO info = {.samplerate = rate, .channels = (int)channels, .format = format};
    snprintf(path, 600, "%s/%s", r->folder, name);
    SNDFILE *sound = sf_open(path, SFM_WRITE, &info);
    ck_assert_ptr_nonnull(sound);
    float *samples = calloc((size_t)frames * channels, sizeof *samples);
    for (int64_t n = 0; n < frames * channels; n++)
        samples[n] = counter(n / channels, (uint32_t)(n % channels));
    ck_assert_int_eq(sf_writef_float(sound, samples, frames), frames);
    sf_close(sound);
    free(samples);
}

static gph_status
open_player(rig *r, gph_stream_read *what, const char *path)
{
    what->size = sizeof *what;
    what->file = path;
    r->status = gph_stream_open_read(&r->site, what, &r->problem, &r->stream);
    if (!r->status)
        r->status = gph_stream_activate(r->stream, RATE, MOST_BLOCK, NULL, &r->problem);
    if (r->stream)
        gph_stream_freewheel(r->stream, true);
    return r->status;
}

/* Reads until the end or so many frames; each must be the counter from `first` on. */
static int64_t
read_counter(rig *r, int64_t first, int64_t most, uint32_t channels)
{
    int64_t done = 0;
    while (done < most) {
        uint32_t frames = rig_random(r, MOST_BLOCK);
        frames = most - done < frames ? (uint32_t)(most - done) : frames;
        uint32_t got = gph_stream_get(r->stream, r->block, frames);
        for (uint32_t c = 0; c < channels; c++)
            for (uint32_t f = 0; f < frames; f++) {
                float expected = f < got ? counter(first + done + f, c) : 0.0f;
                if (r->block[c][f] != expected)
                    ck_abort_msg("frame %lld of channel %u is %g, not %g",
                                 (long long)(first + done + f), c, (double)r->block[c][f],
                                 (double)expected);
            }
        done += got;
        if (got < frames)
            break;
    }
    return done;
}

START_TEST(every_frame_is_read)
{
    rig r;
    char path[600];
    gph_stream_read what = {.buffer_seconds = 0.1};
    rig_init(&r, 3, "x.wav");
    make_file(&r, "in.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, RATE, FRAMES, 3, path);
    ck_assert_msg(open_player(&r, &what, path) == GPH_OK, "%s", r.problem.text);
    ck_assert_uint_eq(what.channels, 3);
    ck_assert_double_eq(what.rate, RATE);
    ck_assert_int_eq(what.frames, FRAMES);
    ck_assert_int_eq(read_counter(&r, 0, INT64_MAX, 3), FRAMES);
    ck_assert_uint_eq(gph_stream_get(r.stream, r.block, 10), 0);
    gph_stream_stats stats = {.size = sizeof stats};
    gph_stream_stats_get(r.stream, &stats);
    ck_assert_int_eq(stats.lost, 0);
    rig_free(&r);
}
END_TEST

START_TEST(seeking_is_exact)
{
    rig r;
    char path[600];
    gph_stream_read what = {.buffer_seconds = 0.1, .offset = 1000};
    rig_init(&r, 1, "x.wav");
    make_file(&r, "in.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, RATE, FRAMES, 1, path);
    ck_assert_int_eq(open_player(&r, &what, path), GPH_OK);
    ck_assert_int_eq(what.frames, FRAMES - 1000);
    read_counter(&r, 1000, 5000, 1);
    ck_assert_int_eq(gph_stream_seek(r.stream, -1), GPH_ARGUMENT);
    ck_assert_int_eq(gph_stream_seek(r.stream, 70000), GPH_OK);
    read_counter(&r, 71000, 5000, 1);
    gph_stream_seek(r.stream, 0);
    ck_assert_int_eq(read_counter(&r, 1000, INT64_MAX, 1), FRAMES - 1000);
    gph_stream_seek(r.stream, 10);
    gph_stream_seek(r.stream, 20);
    read_counter(&r, 1020, 500, 1);
    gph_stream_seek(r.stream, FRAMES * 2);
    ck_assert_uint_eq(gph_stream_get(r.stream, r.block, 10), 0);
    rig_free(&r);
}
END_TEST

START_TEST(a_loop_has_no_seam)
{
    rig r;
    char path[600];
    gph_stream_read what = {.buffer_seconds = 0.1, .flags = GPH_STREAM_LOOP, .offset = 7};
    rig_init(&r, 1, "x.wav");
    make_file(&r, "in.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 1007, 1, path);
    ck_assert_int_eq(open_player(&r, &what, path), GPH_OK);
    for (int64_t at = 0; at < 20000; at += 100) {
        ck_assert_uint_eq(gph_stream_get(r.stream, r.block, 100), 100);
        for (uint32_t f = 0; f < 100; f++)
            ck_assert_float_eq(r.block[0][f], counter(7 + (at + f) % 1000, 0));
    }
    rig_free(&r);
}
END_TEST

START_TEST(another_rate_is_converted_or_refused)
{
    rig r;
    char path[600];
    gph_stream_read what = {.flags = 0};
    rig_init(&r, 1, "x.wav");
    snprintf(path, sizeof path, "%s/sine.wav", r.folder);
    SF_INFO info = {.samplerate = 44100, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    SNDFILE *sound = sf_open(path, SFM_WRITE, &info);
    for (int n = 0; n < 44100; n++) {
        float x = sinf(6.2831853f * 441.0f * (float)n / 44100.0f);
        sf_write_float(sound, &x, 1);
    }
    sf_close(sound);
    ck_assert_int_eq(open_player(&r, &what, path), GPH_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(r.problem.text, "44100"));
    ck_assert_ptr_nonnull(strstr(r.problem.text, "48000"));
    r.stream = NULL;
    what.flags = GPH_STREAM_CONVERT;
    ck_assert_msg(open_player(&r, &what, path) == GPH_OK, "%s", r.problem.text);
    ck_assert_int_eq(what.frames, 48000);
    int64_t at = 0;
    double worst = 0;
    for (uint32_t got = 100; got == 100; at += got) {
        got = gph_stream_get(r.stream, r.block, 100);
        for (uint32_t f = 0; f < got && at + f < 47000; f++) {
            double x = sin(2 * M_PI * 441.0 * (double)(at + f) / 48000.0);
            double error = fabs(x - (double)r.block[0][f]);
            worst = at + f > 500 && error > worst ? error : worst;
        }
    }
    ck_assert_int_ge(at, 47990);
    ck_assert_int_le(at, 48010);
    ck_assert_msg(worst < 1e-3, "off by %g", worst);
    rig_free(&r);
}
END_TEST

static void
refused(rig *r, const char *path)
{
    gph_stream_read what = {.flags = 0};
    gph_status status = open_player(r, &what, path);
    ck_assert_msg(status < 0, "'%s' was not refused", path);
    ck_assert_str_eq(r->problem.setting, "file");
    ck_assert_ptr_null(r->stream);
}

START_TEST(what_is_no_sound_file_is_refused)
{
    rig r;
    char path[600];
    rig_init(&r, 1, "x.wav");
    refused(&r, "/nowhere/at/all.wav");
    refused(&r, r.folder);
    refused(&r, "/dev/zero");
#ifndef TEST_NO_LINKS
    snprintf(path, sizeof path, "%s/fifo.wav", r.folder);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    refused(&r, path);
#endif
    put_text(&r, "text.wav", "RIFF, no, not really");
    snprintf(path, sizeof path, "%s/text.wav", r.folder);
    refused(&r, path);
    put_text(&r, "empty.wav", "");
    snprintf(path, sizeof path, "%s/empty.wav", r.folder);
    refused(&r, path);
    make_file(&r, "adpcm.wav", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, RATE, 5000, 1, path);
    refused(&r, path);
    make_file(&r, "fast.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 768001, 5000, 1, path);
    refused(&r, path);
    rig_free(&r);
}
END_TEST

START_TEST(headers_that_lie_are_read_to_the_end)
{
    rig r;
    char path[600];
    static const unsigned char huge[] = {0xf0, 0xff, 0xff, 0x7f};
    gph_stream_read what = {.flags = 0};
    rig_init(&r, 1, "x.wav");
    make_file(&r, "in.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 5000, 1, path);
    /* Lengths of the file and, where libsndfile puts it, of the sound. */
    char bytes[200];
    int file = open(path, O_RDWR);
    ck_assert_int_eq(pread(file, bytes, sizeof bytes, 0), sizeof bytes);
    char *data = memmem(bytes, sizeof bytes, "data", 4);
    ck_assert_ptr_nonnull(data);
    ck_assert_int_eq(pwrite(file, huge, 4, 4), 4);
    ck_assert_int_eq(pwrite(file, huge, 4, data - bytes + 4), 4);
    close(file);
    ck_assert_msg(open_player(&r, &what, path) == GPH_OK, "%s", r.problem.text);
    ck_assert_int_eq(read_counter(&r, 0, INT64_MAX, 1), 5000);
    rig_free(&r);
}
END_TEST

START_TEST(what_is_no_number_is_zero)
{
    rig r;
    char path[600];
    gph_stream_read what = {.flags = 0};
    rig_init(&r, 1, "x.wav");
    snprintf(path, sizeof path, "%s/nan.wav", r.folder);
    SF_INFO info = {.samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    SNDFILE *sound = sf_open(path, SFM_WRITE, &info);
    static const float bad[] = {0.5f, NAN, INFINITY, -INFINITY, 0.25f};
    sf_write_float(sound, bad, 5);
    sf_close(sound);
    ck_assert_int_eq(open_player(&r, &what, path), GPH_OK);
    ck_assert_uint_eq(gph_stream_get(r.stream, r.block, 10), 5);
    static const float good[] = {0.5f, 0, 0, 0, 0.25f};
    for (int n = 0; n < 5; n++)
        ck_assert_float_eq(r.block[0][n], good[n]);
    gph_stream_stats stats = {.size = sizeof stats};
    gph_stream_stats_get(r.stream, &stats);
    ck_assert_int_eq(stats.not_finite, 3);
    rig_free(&r);
}
END_TEST

START_TEST(a_file_that_shrinks_ends)
{
    rig r;
    char path[600];
    gph_stream_read what = {.buffer_seconds = 0.1};
    rig_init(&r, 1, "x.wav");
    make_file(&r, "in.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, FRAMES, 1, path);
    ck_assert_int_eq(open_player(&r, &what, path), GPH_OK);
    ck_assert_int_eq(truncate(path, 44 + 4 * 50000), 0);
    int64_t got = read_counter(&r, 0, INT64_MAX, 1);
    ck_assert_int_ge(got, 49000);
    ck_assert_int_le(got, 50000);
    rig_free(&r);
}
END_TEST

SUITE("reader", every_frame_is_read, seeking_is_exact, a_loop_has_no_seam,
      another_rate_is_converted_or_refused, what_is_no_sound_file_is_refused,
      headers_that_lie_are_read_to_the_end, what_is_no_number_is_zero, a_file_that_shrinks_ends)
