/* What goes into a stream between start and stop is in its file, whatever the blocks. */
#include "bench.h"

static const gph_take_file *
only_file(rig *r)
{
    ck_assert_uint_eq(gph_stream_n_files(r->stream), 1);
    return gph_stream_file(r->stream, 0);
}

static void
record_counter(uint32_t channels, const char *format)
{
    rig r;
    rig_init(&r, channels, "{take}-{node}.wav");
    r.what.format = format;
    r.what.buffer_seconds = 0.2;
    ck_assert_msg(rig_open(&r) == GPH_OK, "%s", r.problem.text);
    rig_run(&r, 3000, MOST_BLOCK);
    ck_assert_int_eq(gph_stream_start(r.stream, 2501), GPH_OK);
    rig_run(&r, 30000, MOST_BLOCK);
    ck_assert_int_eq(gph_stream_stop(r.stream, 29877), GPH_OK);
    ck_assert_msg(rig_finish(&r) == GPH_OK, "%s", r.problem.text);
    const gph_take_file *file = only_file(&r);
    ck_assert_int_eq(file->frames, 29877 - 2501);
    ck_assert_int_eq(file->first_frame, 2501);
    ck_assert_uint_eq(file->n_gaps, 0);
    ck_assert_ptr_null(file->error);
    ck_assert_ptr_nonnull(strstr(file->path, "/001-rec.wav"));
    check_counter(file->path, 2501, file->frames, 0, channels);
    ck_assert_uint_eq(count_names(r.folder), 1);
    rig_free(&r);
}

START_TEST(two_channels)
{
    record_counter(2, NULL);
}
END_TEST

START_TEST(thirty_two_channels)
{
    record_counter(32, NULL);
}
END_TEST

START_TEST(many_channels)
{
    record_counter(128, "f32");
}
END_TEST

START_TEST(preroll_is_there_and_counts)
{
    rig r;
    rig_init(&r, 2, "x.wav");
    r.what.preroll_seconds = 0.1;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    rig_run(&r, 20000, MOST_BLOCK);
    gph_stream_start(r.stream, 19990);
    rig_run(&r, 25000, MOST_BLOCK);
    gph_stream_stop(r.stream, 24000);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    const gph_take_file *file = only_file(&r);
    check_counter(file->path, 19990 - 4800, 24000 - 19990 + 4800, 0, 2);
    rig_free(&r);
}
END_TEST

START_TEST(preroll_begins_with_the_first_frame_there_is)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    r.what.preroll_seconds = 1;
    r.clock = 7000;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    rig_run(&r, 9000, MOST_BLOCK);
    gph_stream_start(r.stream, 8000);
    rig_run(&r, 12000, MOST_BLOCK);
    gph_stream_stop(r.stream, 10000);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    check_counter(only_file(&r)->path, 7000, 3000, 0, 1);
    rig_free(&r);
}
END_TEST

/* An impulse that is late by 240 frames on one channel stands beside the one that is not. */
START_TEST(late_channels_line_up)
{
    rig r;
    rig_init(&r, 4, "x.wav");
    r.latency[1] = 240;
    r.latency[2] = 1;
    r.latency[3] = 5000;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    rig_run(&r, 9000, MOST_BLOCK);
    gph_stream_start(r.stream, 8500);
    rig_run(&r, 16000, MOST_BLOCK);
    gph_stream_stop(r.stream, 12345);
    rig_run(&r, 20000, MOST_BLOCK);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    check_counter(only_file(&r)->path, 8500, 12345 - 8500, 0, 4);
    rig_free(&r);
}
END_TEST

START_TEST(a_stop_that_comes_late_is_exact)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 0);
    rig_run(&r, 40000, MOST_BLOCK);
    /* The writer has had time to write all it may. */
    usleep(60000);
    ck_assert_int_eq(gph_stream_stop(r.stream, 40000 - MOST_BLOCK), GPH_OK);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    check_counter(only_file(&r)->path, 0, 40000 - MOST_BLOCK, 0, 1);
    rig_free(&r);
}
END_TEST

START_TEST(the_end_takes_all_that_came)
{
    rig r;
    rig_init(&r, 2, "x.wav");
    r.freewheel = false;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 0);
    rig_run(&r, 50001, MOST_BLOCK);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    check_counter(only_file(&r)->path, 0, 50001, 0, 2);
    rig_free(&r);
}
END_TEST

START_TEST(channels_have_files_of_their_own)
{
    rig r;
    static const char *const labels[] = {"kick", "../x", "CON"};
    rig_init(&r, 3, "{take}-{label}.wav");
    r.what.files = GPH_FILES_PER_CHANNEL;
    r.what.labels = labels;
    r.what.n_labels = 3;
    ck_assert_msg(rig_open(&r) == GPH_OK, "%s", r.problem.text);
    gph_stream_start(r.stream, 0);
    rig_run(&r, 5000, MOST_BLOCK);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 3);
    ck_assert(is_there(&r, "001-kick.wav"));
    ck_assert(is_there(&r, "001-_x.wav"));
    ck_assert(is_there(&r, "001-_CON.wav"));
    for (uint32_t c = 0; c < 3; c++) {
        const gph_take_file *file = gph_stream_file(r.stream, c);
        ck_assert_uint_eq(file->channel, c + 1);
        check_counter(file->path, 0, 5000, c, 1);
        ck_assert_float_eq(file->peak[0], counter(4999, c));
    }
    rig_free(&r);
}
END_TEST

START_TEST(cues_and_splits_stand_at_their_frames)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 100);
    ck_assert_int_eq(gph_stream_mark(r.stream, 1234, 0), GPH_OK);
    ck_assert_int_eq(gph_stream_mark(r.stream, 5001, 1), GPH_OK);
    ck_assert_int_eq(gph_stream_mark(r.stream, 6000, 0), GPH_OK);
    rig_run(&r, 9000, MOST_BLOCK);
    gph_stream_stop(r.stream, 8000);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 2);
    const gph_take_file *first = gph_stream_file(r.stream, 0);
    const gph_take_file *second = gph_stream_file(r.stream, 1);
    check_counter(first->path, 100, 4901, 0, 1);
    check_counter(second->path, 5001, 2999, 0, 1);
    ck_assert_uint_eq(first->n_cues, 1);
    ck_assert_int_eq(first->cues[0], 1134);
    ck_assert_uint_eq(second->n_cues, 1);
    ck_assert_int_eq(second->cues[0], 999);
    ck_assert_uint_eq(second->part, 2);
    rig_free(&r);
}
END_TEST

START_TEST(files_rotate_by_frame)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    r.what.rotate_seconds = 1;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 10);
    rig_run(&r, 110000, MOST_BLOCK);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 3);
    check_counter(gph_stream_file(r.stream, 0)->path, 10, RATE, 0, 1);
    check_counter(gph_stream_file(r.stream, 1)->path, 10 + RATE, RATE, 0, 1);
    check_counter(gph_stream_file(r.stream, 2)->path, 10 + 2 * RATE, 110000 - 2 * RATE - 10, 0, 1);
    rig_free(&r);
}
END_TEST

static int64_t
fixed_wall(void *user)
{
    return *(int64_t *)user;
}

static int64_t
real_monotonic(void *user)
{
    (void)user;
    return gph_clock_system.monotonic_ns(NULL);
}

START_TEST(files_rotate_with_the_clock)
{
    rig r;
    int64_t wall = INT64_C(1700000000) * 1000000000; /* 22:13:20 UTC */
    gph_time_source clock = {&wall, real_monotonic, fixed_wall};
    rig_init(&r, 1, "%H%M%S.wav");
    r.site.clock = &clock;
    r.what.rotate_seconds = 60;
    r.what.flags = GPH_STREAM_ROTATE_CLOCK | GPH_STREAM_UTC;
    r.site.rate = 1000;
    ck_assert_msg(rig_open(&r) == GPH_OK, "%s", r.problem.text);
    gph_stream_start(r.stream, 0);
    rig_run(&r, 1, 1);
    /* The writer takes the time of day when it sees frame 0, a millisecond after it. */
    for (int n = 0; n < 1000; n++) {
        gph_stream_status status;
        gph_stream_status_get(r.stream, &status);
        if (status.take)
            break;
        usleep(10000);
    }
    rig_run(&r, 101000, MOST_BLOCK);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 3);
    ck_assert_int_eq(gph_stream_file(r.stream, 0)->frames, 40001);
    ck_assert_int_eq(gph_stream_file(r.stream, 1)->frames, 60000);
    ck_assert_int_eq(gph_stream_file(r.stream, 2)->frames, 999);
    ck_assert(is_there(&r, "221319.wav"));
    ck_assert(is_there(&r, "221400-p002.wav"));
    ck_assert(is_there(&r, "221500-p003.wav"));
    rig_free(&r);
}
END_TEST

/* The `bext` chunk's time reference. */
static uint64_t
reference_of(const char *path)
{
    SF_INFO info = {0};
    SF_BROADCAST_INFO about;
    SNDFILE *sound = sf_open(path, SFM_READ, &info);
    ck_assert_int_eq(sf_command(sound, SFC_GET_BROADCAST_INFO, &about, sizeof about), SF_TRUE);
    sf_close(sound);
    return (uint64_t)about.time_reference_high << 32 | about.time_reference_low;
}

/* Pre-roll and the way from the microphone are earlier than the trigger; parts follow each other. */
START_TEST(references_are_those_of_the_sound)
{
    uint64_t reference[2][3];
    for (int late = 0; late < 2; late++) {
        rig r;
        int64_t wall = INT64_C(1700000000) * 1000000000; /* 22:13:20 UTC */
        gph_time_source clock = {&wall, real_monotonic, fixed_wall};
        rig_init(&r, 1, "{take}.wav");
        r.site.clock = &clock;
        r.what.flags = GPH_STREAM_UTC;
        r.what.preroll_seconds = 0.1;
        ck_assert_int_eq(rig_open(&r), GPH_OK);
        rig_run(&r, 10000, MOST_BLOCK);
        gph_stream_set_capture_latency(r.stream, late ? 333 : 0);
        gph_stream_start(r.stream, 10000);
        gph_stream_mark(r.stream, 12345, 1);
        /* What counts is the moment at which the take began. */
        gph_stream_set_capture_latency(r.stream, 1);
        /* The writer takes the time of day when it has seen the first block after the trigger. */
        rig_run(&r, 10000 + 480, 480);
        for (int n = 0; n < 1000; n++) {
            gph_stream_status status;
            gph_stream_status_get(r.stream, &status);
            if (status.take)
                break;
            usleep(10000);
        }
        rig_run(&r, 20000, MOST_BLOCK);
        ck_assert_int_eq(rig_finish(&r), GPH_OK);
        ck_assert_uint_eq(gph_stream_n_files(r.stream), 2);
        reference[late][0] = reference_of(gph_stream_file(r.stream, 0)->path);
        reference[late][1] = reference_of(gph_stream_file(r.stream, 1)->path);
        rig_free(&r);
        /* One block at most came before the writer looked. */
        uint64_t at_trigger = UINT64_C(80000) * RATE;
        uint64_t first = reference[late][0] + 4800 + (late ? 333 : 0);
        ck_assert_uint_le(first, at_trigger);
        ck_assert_uint_ge(first, at_trigger - 480);
        ck_assert_uint_eq(reference[late][1] - reference[late][0], 4800 + 2345);
    }
}
END_TEST

/* Marks and gaps, in the order of the file, part by part. */
START_TEST(cues_are_in_the_file)
{
    static const char *const names[] = {"mark", "gap 480 frames", "mark"};
    static const uint32_t places[] = {1134, 4900, 6000};
    rig r;
    rig_init(&r, 1, "x.wav");
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 100);
    gph_stream_mark(r.stream, 1234, 0);
    gph_stream_mark(r.stream, 6100, 0);
    gph_stream_mark(r.stream, 7000, 1);
    gph_stream_mark(r.stream, 7500, 0);
    rig_run(&r, 5000, MOST_BLOCK);
    r.clock += 480;
    rig_run(&r, 9000, MOST_BLOCK);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    SF_INFO info = {0};
    SF_CUES cues;
    SNDFILE *sound = sf_open(gph_stream_file(r.stream, 0)->path, SFM_READ, &info);
    ck_assert_int_eq(sf_command(sound, SFC_GET_CUE, &cues, sizeof cues), SF_TRUE);
    sf_close(sound);
    ck_assert_uint_eq(cues.cue_count, 3);
    for (uint32_t n = 0; n < 3; n++) {
        ck_assert_uint_eq(cues.cue_points[n].sample_offset, places[n]);
        ck_assert_str_eq(cues.cue_points[n].name, names[n]);
    }
    memset(&info, 0, sizeof info);
    sound = sf_open(gph_stream_file(r.stream, 1)->path, SFM_READ, &info);
    ck_assert_int_eq(sf_command(sound, SFC_GET_CUE, &cues, sizeof cues), SF_TRUE);
    sf_close(sound);
    ck_assert_uint_eq(cues.cue_count, 1);
    ck_assert_uint_eq(cues.cue_points[0].sample_offset, 500);
    rig_free(&r);
}
END_TEST

/* However long the header: a file ends before the size that it must not reach, and none is empty. */
START_TEST(files_rotate_before_a_size)
{
    static const char *const formats[] = {"wav-f64", "rf64-f64", "aiff-f64", "raw-f64"};
    static char label[200];
    static const char *labels[16];
    memset(label, '&', sizeof label - 1);
    for (int n = 0; n < 16; n++)
        labels[n] = label;
    for (size_t k = 0; k < 4; k++) {
        rig r;
        rig_init(&r, 16, "{take}");
        r.what.format = formats[k];
        r.what.rotate_bytes = 1 << 20;
        r.what.labels = labels;
        r.what.n_labels = 16;
        ck_assert_msg(rig_open(&r) == GPH_OK, "%s", r.problem.text);
        gph_stream_start(r.stream, 0);
        rig_run(&r, 40000, MOST_BLOCK);
        ck_assert_int_eq(rig_finish(&r), GPH_OK);
        uint32_t n_files = gph_stream_n_files(r.stream);
        int64_t frames = 0;
        ck_assert_uint_ge(n_files, 5);
        ck_assert_uint_le(n_files, 6);
        for (uint32_t n = 0; n < n_files; n++) {
            const gph_take_file *file = gph_stream_file(r.stream, n);
            frames += file->frames;
            ck_assert_int_lt(file->bytes, 1 << 20);
            ck_assert_int_gt(file->frames, 0);
        }
        ck_assert_int_eq(frames, 40000);
        rig_free(&r);
    }
}
END_TEST

START_TEST(states_are_kept)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    ck_assert_int_eq(gph_stream_stop(r.stream, 0), GPH_STATE);
    ck_assert_int_eq(gph_stream_mark(r.stream, 0, 0), GPH_STATE);
    ck_assert_int_eq(gph_stream_start(r.stream, 0), GPH_OK);
    ck_assert_int_eq(gph_stream_start(r.stream, 0), GPH_STATE);
    ck_assert_int_eq(gph_stream_seek(r.stream, 0), GPH_STATE);
    /* A take that ends where it begins has no file; time that runs backwards is not written. */
    gph_stream_stop(r.stream, 0);
    rig_run(&r, 5000, 500);
    r.clock = 2000;
    ck_assert_uint_eq(rig_block(&r, 100), 0);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 0);
    ck_assert_uint_eq(count_names(r.folder), 0);
    rig_free(&r);
}
END_TEST

START_TEST(an_unstarted_rig_ends_at_once)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    rig_free(&r);
}
END_TEST

/* A writer that looks into the ring at the very moment of the end: the thread has just begun, so it
 * happens about once in fifty times. */
START_TEST(the_end_is_seen_after_all_samples)
{
    for (int round = 0; round < 200; round++) {
        rig r;
        rig_init(&r, 1, "x.wav");
        r.freewheel = false;
        r.what.buffer_seconds = 0.1;
        ck_assert_int_eq(rig_open(&r), GPH_OK);
        gph_stream_start(r.stream, 0);
        usleep((useconds_t)(round % 40));
        for (int n = 0; n < 1 + round % 100; n++)
            rig_block(&r, 16);
        ck_assert_int_eq(rig_finish(&r), GPH_OK);
        check_counter(only_file(&r)->path, 0, r.clock, 0, 1);
        rig_free(&r);
    }
}
END_TEST

SUITE("stream", the_end_is_seen_after_all_samples, two_channels, thirty_two_channels, many_channels,
      preroll_is_there_and_counts, preroll_begins_with_the_first_frame_there_is,
      late_channels_line_up, a_stop_that_comes_late_is_exact, the_end_takes_all_that_came,
      channels_have_files_of_their_own, cues_and_splits_stand_at_their_frames,
      files_rotate_by_frame, files_rotate_with_the_clock, references_are_those_of_the_sound,
      cues_are_in_the_file, files_rotate_before_a_size, states_are_kept,
      an_unstarted_rig_ends_at_once)
