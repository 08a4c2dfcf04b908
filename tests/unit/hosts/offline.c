/* The offline host: the same bits for every block, files in and out, drained to the last frame. [test program] */
#include "../folder.h"
#include "witness.h"

#include <sndfile.h>
#include <unistd.h>

static char folder[] = "/tmp/offline-XXXXXX";

static void
enter(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void
leave(void)
{
    /* The current folder is in use. */
    ck_assert_int_eq(chdir(".."), 0);
    folder_remove(folder);
}

/* A file whose two channels are the counter. */
static void
make_file(const char *path, sf_count_t frames, int rate)
{
    SF_INFO info = {.samplerate = rate, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    for (sf_count_t n = 0; n < frames; n++) {
        float frame[2] = {gph_pump_counter(n, 0), gph_pump_counter(n, 1)};
        sf_writef_float(file, frame, 1);
    }
    sf_close(file);
}

static void
run_to_end(bench *b)
{
    ck_assert_int_eq(bench_start(b), GPH_OK);
    while (b->host->step(b->stream, 4096, 0) > 0)
        bench_dispatch(b, 0);
    bench_dispatch(b, 0);
}

START_TEST(drains_on_the_frame)
{
    static const uint32_t blocks[] = {1, 17, 64, 1024};
    enter();
    make_file("in.wav", 5000, 44100);
    for (size_t n = 0; n < 4; n++) {
        char out[40];
        snprintf(out, sizeof out, "out=out-%u.wav", blocks[n]);
        bench b;
        bench_init(&b, "offline");
        bench_set(&b, "in=in.wav");
        bench_set(&b, out);
        b.want.block = wish(blocks[n], GPH_WISH_EXACT);
        b.w.content = CONTENT_BY_FRAME;
        b.w.counts_out = true;
        b.w.drain_after = 2000;
        ck_assert_msg(bench_open(&b) == GPH_OK, "%s", b.options.error);
        ck_assert_double_eq(b.got.rate, 44100);
        run_to_end(&b);
        ck_assert_uint_eq(b.w.breaches, 0);
        ck_assert_uint_eq(b.w.lost_in + b.w.lost_out, 0);
        ck_assert_uint_eq(b.w.freewheel, b.w.cycles); /* always */
        ck_assert_int_ge(b.w.drained, 2000);
        ck_assert_int_eq((int64_t)b.w.frames - b.w.drained, 5000);
        ck_assert_int_eq(b.w.last_mono_ns,
                         (int64_t)((double)(b.w.next_frame - b.w.last_frames) / 44100 * 1e9));
        unsigned long long frames = b.w.frames;
        bench_finish(&b);
        SF_INFO info = {0};
        SNDFILE *file = sf_open(out + 4, SFM_READ, &info);
        ck_assert_ptr_nonnull(file);
        ck_assert_int_eq(info.frames, (sf_count_t)frames);
        for (sf_count_t k = 0; k < info.frames; k++) {
            float frame[2];
            ck_assert_int_eq(sf_readf_float(file, frame, 1), 1);
            ck_assert(memcmp(&frame[1], &(float){gph_pump_counter(k + 1, 1)}, 4) == 0);
        }
        sf_close(file);
    }
    leave();
}
END_TEST

START_TEST(overwrites_nothing)
{
    enter();
    make_file("there.wav", 10, 48000);
    static const char *const outs[][2] = {
        {"out=there.wav", "'there.wav': exists, and nothing is overwritten"},
        {"out=new.xyz", "ends in none of .wav .rf64 .w64 .caf .aiff .au .flac"},
        {"out=no/such/folder.wav", "No such file or directory"},
    };
    for (size_t n = 0; n < 3; n++) {
        bench b;
        bench_init(&b, "offline");
        bench_set(&b, outs[n][0]);
        ck_assert_int_lt(bench_open(&b), 0);
        ck_assert_ptr_nonnull(strstr(b.options.error, outs[n][1]));
        ck_assert_str_eq(b.options.config.bad_setting, "out");
        bench_finish(&b);
    }
    SF_INFO info = {0};
    SNDFILE *file = sf_open("there.wav", SFM_READ, &info);
    ck_assert_int_eq(info.frames, 10);
    sf_close(file);
    /* Refused by the engine, or never started: nothing is left behind. */
    bench b;
    bench_init(&b, "offline");
    bench_set(&b, "out=new.wav");
    b.w.answer = GPH_MEMORY;
    ck_assert_int_lt(bench_open(&b), 0);
    ck_assert_int_ne(access("new.wav", F_OK), 0);
    b.w.answer = GPH_OK;
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    bench_finish(&b);
    ck_assert_int_ne(access("new.wav", F_OK), 0);
    leave();
}
END_TEST

START_TEST(refuses_what_the_file_is_not)
{
    enter();
    make_file("in.wav", 10, 44100);
    bench b;
    bench_init(&b, "offline");
    bench_set(&b, "in=in.wav");
    b.want.rate = wish(48000, GPH_WISH_EXACT);
    ck_assert_int_eq(bench_open(&b), GPH_UNSUPPORTED);
    ck_assert_str_eq(b.options.error, "rate: wanted 48000, but the input file's rate is 44100");
    b.want.rate = wish(0, GPH_WISH_ANY);
    b.want.channels_in = wish(3, GPH_WISH_EXACT);
    ck_assert_int_eq(bench_open(&b), GPH_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(b.options.error, "input channels: wanted 3"));
    b.options.lines[0] = "in=nothing.wav";
    ck_assert_int_eq(bench_open(&b), GPH_IO);
    ck_assert_str_eq(b.options.config.bad_setting, "in");
    bench_finish(&b);
    leave();
}
END_TEST

START_TEST(counts_to_its_length)
{
    bench b;
    bench_init(&b, "offline");
    bench_set(&b, "signal=counter");
    bench_set(&b, "length=100000");
    b.w.content = CONTENT_BY_FRAME;
    b.w.drain_after = 1;
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    for (int round = 0; round < 2; round++) {
        b.w.drained = 0;
        run_to_end(&b);
        ck_assert_int_eq((int64_t)b.w.frames - b.w.drained, 100000);
        ck_assert_uint_eq(b.w.breaches, 0);
        bench_stop(&b);
    }
    /* As many frames as asked for, as far as whole blocks go. */
    b.w.drained = 0;
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    ck_assert_int_eq(b.host->step(b.stream, 1000, 0), 1024);
    ck_assert_int_eq(b.host->step(b.stream, 0, 100000000), 5120); /* 100 ms of its own time */
    bench_finish(&b);
}
END_TEST

SUITE("offline", drains_on_the_frame, overwrites_nothing, refuses_what_the_file_is_not,
      counts_to_its_length)
