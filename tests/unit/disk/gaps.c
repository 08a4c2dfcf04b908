/* Frames that are missing are missing at their place and of their length, whoever lost them; channels
 * that are late come into line across it all. */
#include "bench.h"

/* What each frame of a recorded file should be, for a test that says which clocks were lost. */
static void
check_file(const char *path, int64_t first, int64_t frames, uint32_t channels, int64_t lost_from,
           int64_t lost)
{
    SF_INFO info;
    float *samples = read_file(path, &info);
    ck_assert_int_eq(info.frames, frames);
    for (int64_t f = 0; f < frames; f++)
        for (uint32_t c = 0; c < channels; c++) {
            int64_t clock = first + f;
            bool missing = clock >= lost_from && clock < lost_from + lost;
            float expected = missing ? 0.0f : counter(clock + (1 << 23), c);
            if (samples[f * channels + c] != expected)
                ck_abort_msg("frame %lld of channel %u is %g, not %g", (long long)f, c,
                             (double)samples[f * channels + c], (double)expected);
        }
    free(samples);
}

START_TEST(a_jump_of_the_clock_is_silence)
{
    rig r;
    rig_init(&r, 2, "x.wav");
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    rig_run(&r, 1000, 300);
    gph_stream_start(r.stream, 1000);
    rig_run(&r, 5000, 300);
    r.clock += 480;
    rig_run(&r, 9000, 300);
    gph_stream_stop(r.stream, 8000);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    const gph_take_file *file = gph_stream_file(r.stream, 0);
    ck_assert_int_eq(file->frames, 7000);
    ck_assert_uint_eq(file->n_gaps, 1);
    ck_assert_int_eq(file->gaps[0].position, 4000);
    ck_assert_int_eq(file->gaps[0].frames, 480);
    ck_assert_uint_eq(file->gaps[0].dropped, 0);
    check_file(file->path, 1000, 7000, 2, 5000, 480);
    rig_free(&r);
}
END_TEST

/* A stop and a start whose frames the host never delivered. */
START_TEST(a_take_may_begin_and_end_in_a_gap)
{
    rig r;
    rig_init(&r, 1, "{take}.wav");
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    rig_run(&r, 3000, 300);
    gph_stream_start(r.stream, 2000);
    r.clock = 4000;
    gph_stream_stop(r.stream, 3500);
    rig_run(&r, 9000, 300);
    gph_stream_start(r.stream, 9200);
    r.clock = 9500;
    rig_run(&r, 12000, 300);
    gph_stream_stop(r.stream, 11000);
    rig_run(&r, 15000, 300);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 2);
    const gph_take_file *file = gph_stream_file(r.stream, 0);
    ck_assert_int_eq(file->frames, 1500);
    check_file(file->path, 2000, 1500, 1, 3000, 1000);
    file = gph_stream_file(r.stream, 1);
    ck_assert_int_eq(file->first_frame, 9200);
    ck_assert_int_eq(file->frames, 1800);
    check_file(file->path, 9200, 1800, 1, 9000, 500);
    rig_free(&r);
}
END_TEST

/* The engine knows nothing of a host's gap: what is late by L is so in the frames it computed. */
START_TEST(late_channels_line_up_across_a_jump)
{
    rig r;
    rig_init(&r, 3, "x.wav");
    r.latency[1] = 240;
    r.latency[2] = 1000;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    int64_t graph = 0;
    while (graph < 20000) {
        uint32_t frames = rig_random(&r, 500);
        for (uint32_t c = 0; c < 3; c++)
            for (uint32_t f = 0; f < frames; f++) {
                int64_t source = graph + f - r.latency[c];
                /* The source's own frames after 6,000 come 700 later by the clock. */
                int64_t clock = source >= 6000 ? source + 700 : source;
                r.block[c][f] = counter(clock + (1 << 23), c);
            }
        if (graph < 6000 && graph + frames > 6000)
            frames = (uint32_t)(6000 - graph);
        r.clock = graph >= 6000 ? graph + 700 : graph;
        gph_stream_put(r.stream, r.clock, (const float *const *)r.block, frames);
        if (graph <= 2500 && graph + frames > 2500)
            gph_stream_start(r.stream, 2500);
        graph += frames;
    }
    gph_stream_stop(r.stream, 15000);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    const gph_take_file *file = gph_stream_file(r.stream, 0);
    check_file(file->path, 2500, 12500, 3, 6000, 700);
    rig_free(&r);
}
END_TEST

/* A writer that does not run: the ring fills up, blocks are dropped whole, later ones find room. */
typedef struct frozen {
    gph_file_system files;
    _Atomic int hold;
} frozen;

static int64_t
held_write(void *user, gph_file file, const void *data, size_t bytes, int64_t offset)
{
    frozen *f = user;
    while (atomic_load(&f->hold))
        usleep(1000);
    return gph_file_system_real.write_at(NULL, file, data, bytes, offset);
}

START_TEST(a_full_ring_is_a_gap_of_its_exact_length)
{
    rig r;
    static frozen disk;
    disk.files = gph_file_system_real;
    disk.files.user = &disk;
    disk.files.write_at = held_write;
    atomic_store(&disk.hold, 0);
    rig_init(&r, 2, "x.wav");
    r.site.files = &disk.files;
    r.freewheel = false;
    r.what.buffer_seconds = 0.25;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    atomic_store(&disk.hold, 1);
    gph_stream_start(r.stream, 0);
    /* Far more than the ring holds; which blocks are dropped is ours to see. */
    int64_t first_lost = -1;
    int64_t lost = 0;
    while (r.clock < 100000) {
        uint32_t taken = rig_block(&r, 500);
        if (!taken && first_lost < 0)
            first_lost = r.clock - 500;
        lost += taken ? 0 : 500;
        ck_assert(taken == 500 || taken == 0);
    }
    ck_assert_int_ge(lost, 50000);
    ck_assert_int_eq(first_lost + lost, 100000);
    gph_stream_stats stats = {.size = sizeof stats};
    gph_stream_stats_get(r.stream, &stats);
    ck_assert_int_eq(stats.lost, lost);
    ck_assert_int_ge(stats.peak_fill, 11000);
    atomic_store(&disk.hold, 0);
    /* From here on a full ring is waited for, so that the gap ends with the next block. */
    gph_stream_freewheel(r.stream, true);
    while (r.clock < 110000)
        ck_assert_uint_eq(rig_block(&r, 500), 500);
    gph_stream_stop(r.stream, 109000);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    const gph_take_file *file = gph_stream_file(r.stream, 0);
    ck_assert_int_eq(file->frames, 109000);
    ck_assert_uint_eq(file->n_gaps, 1);
    ck_assert_int_eq(file->gaps[0].position, first_lost);
    ck_assert_int_eq(file->gaps[0].frames, lost);
    ck_assert_uint_eq(file->gaps[0].dropped, 1);
    check_file(file->path, 0, 109000, 2, first_lost, lost);
    rig_free(&r);
}
END_TEST

START_TEST(split_begins_a_new_file_behind_the_gap)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    r.what.gap = GPH_GAP_SPLIT;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 0);
    rig_run(&r, 5000, 300);
    r.clock += 480;
    rig_run(&r, 9000, 300);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 2);
    check_counter(gph_stream_file(r.stream, 0)->path, 0, 5000, 0, 1);
    check_counter(gph_stream_file(r.stream, 1)->path, 5480, 9000 - 5480, 0, 1);
    ck_assert(is_there(&r, "x-p002.wav"));
    ck_assert_int_eq(gph_stream_file(r.stream, 0)->gaps[0].position, 5000);
    rig_free(&r);
}
END_TEST

START_TEST(a_gap_beyond_the_limit_splits)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    r.what.gap_limit_seconds = 0.01;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 0);
    rig_run(&r, 5000, 300);
    r.clock += 480;
    rig_run(&r, 7000, 300);
    r.clock += 481;
    rig_run(&r, 9000, 300);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 2);
    ck_assert_int_eq(gph_stream_file(r.stream, 0)->frames, 7000);
    check_counter(gph_stream_file(r.stream, 1)->path, 7481, 9000 - 7481, 0, 1);
    rig_free(&r);
}
END_TEST

START_TEST(stop_ends_the_take_at_the_gap)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    r.what.gap = GPH_GAP_STOP;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 100);
    rig_run(&r, 5000, 300);
    r.clock += 480;
    rig_run(&r, 9000, 300);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(gph_stream_n_files(r.stream), 1);
    check_counter(gph_stream_file(r.stream, 0)->path, 100, 4900, 0, 1);
    rig_free(&r);
}
END_TEST

SUITE("gaps", a_jump_of_the_clock_is_silence, a_take_may_begin_and_end_in_a_gap,
      late_channels_line_up_across_a_jump, a_full_ring_is_a_gap_of_its_exact_length,
      split_begins_a_new_file_behind_the_gap, a_gap_beyond_the_limit_splits,
      stop_ends_the_take_at_the_gap)
