/* Rows D1, D3, D7, D8 and L2 over time: disks that fill up and have room again, that stand still, that keep
 * something back; files that somebody takes away; parts that follow each other. Files and gap list are
 * the signal, to the frame. */
#include "stage.h"

static void
begin(stage *s, uint32_t channels, const char *file, const char *format, double buffer)
{
    stage_init(s, channels, file, format);
    s->what.buffer_seconds = buffer;
}

static void
go(stage *s)
{
    stage_open(s);
    ck_assert_int_eq(gph_stream_start(&s->stream, 0), GPH_OK);
}

static int64_t
gaps_told(const stage *s)
{
    int64_t frames = 0;
    for (uint32_t n = 0; n < s->n_files; n++)
        for (uint32_t g = 0; g < s->list[n]->n_gaps && s->list[n]->channel <= 1; g++)
            frames += s->list[n]->gaps[g].frames;
    return frames;
}

/* ---------------------------------------------------------------- D1 */

static void
full_for(double seconds, double limit, uint32_t n_files)
{
    static stage s;
    begin(&s, 2, "x.wav", "wav-s24", 2);
    s.what.gap_limit_seconds = limit;
    go(&s);
    stage_run(&s, RATE);
    s.kind = ON_WRITE;
    s.error = ENOSPC;
    s.at = 1;
    s.ever = true;
    int64_t full_ns = s.now_ns;
    stage_run(&s, RATE + (int64_t)(seconds * RATE));
    ck_assert_int_le(s.failed_ns - full_ns, SECONDS(1));
    ck_assert_int_eq(s.writer->status.state, GPH_STREAM_DEGRADED);
    ck_assert_ptr_nonnull(strstr(s.writer->status.reason, "No space left"));
    s.at = 0;
    stage_run(&s, s.frame + 3 * RATE);
    ck_assert_int_eq(s.writer->status.state, GPH_STREAM_RECORDING);
    stage_end(&s);
    int64_t missing = stage_check(&s, 0, s.frame);
    ck_assert_int_eq(missing, gaps_told(&s));
    /* A ring of 2 s, and a second at most until the next try. */
    double least = seconds > 2 ? seconds - 2 : 0;
    ck_assert_int_ge(missing, (int64_t)(least * RATE) - 4 * 480);
    ck_assert_int_le(missing, (int64_t)((least > 0 ? least + 1.1 : 0) * RATE));
    ck_assert_uint_eq(s.n_files, n_files);
    ck_assert_int_eq(s.writer->status.failed_disk, 1);
    stage_free(&s);
}

START_TEST(space_that_comes_back_in_time_costs_nothing)
{
    full_for(0.9, 10, 1);
}
END_TEST

START_TEST(a_gap_within_the_limit_is_silence)
{
    full_for(6, 10, 1);
}
END_TEST

START_TEST(a_longer_gap_is_a_new_part)
{
    full_for(6, 2, 2);
}
END_TEST

START_TEST(a_disk_that_is_full_at_the_start_leaves_nothing)
{
    static stage s;
    begin(&s, 2, "x.wav", "wav-s24", 2);
    s.kind = ON_WRITE;
    s.error = ENOSPC;
    s.at = 1;
    s.ever = true;
    go(&s);
    stage_run(&s, RATE);
    ck_assert_int_eq(s.writer->status.state, GPH_STREAM_DEGRADED);
    stage_end(&s);
    ck_assert_int_eq(s.writer->status.state, GPH_STREAM_BROKEN);
    ck_assert_uint_eq(s.n_files, 0);
    ck_assert_uint_eq(count_names(s.folder), 1);
    stage_free(&s);
}
END_TEST

START_TEST(what_a_disk_is_to_keep_counts_as_full)
{
    for (int spare = 0; spare < 2; spare++) {
        static stage s;
        begin(&s, 2, "x.wav", "wav-f32", 4);
        s.what.min_free_bytes = 1000000;
        if (spare)
            s.what.failover = s.spare;
        s.free = 1000001;
        go(&s);
        stage_run(&s, RATE);
        s.free = 999999;
        stage_run(&s, 2 * RATE);
        ck_assert_int_eq(s.writer->status.state,
                         spare ? GPH_STREAM_RECORDING : GPH_STREAM_DEGRADED);
        ck_assert_ptr_nonnull(strstr(s.writer->status.trouble, "min-free"));
        s.free = 1000001;
        stage_run(&s, 4 * RATE);
        stage_end(&s);
        ck_assert_int_eq(stage_check(&s, 0, s.frame), 0);
        ck_assert_uint_eq(stage_count(s.spare), (uint32_t)spare);
        stage_free(&s);
    }
}
END_TEST

/* ---------------------------------------------------------------- D3 */

static int64_t
stall(int kind, int at, double seconds, double buffer)
{
    static stage s;
    begin(&s, 2, "x.wav", "wav-s24", buffer);
    s.what.gap_limit_seconds = 60;
    s.kind = kind;
    s.at = at;
    s.delay_ns = (int64_t)(seconds * 1e9);
    go(&s);
    stage_run(&s, 2 * RATE);
    stage_run(&s, s.frame + RATE);
    stage_end(&s);
    ck_assert_int_ge(s.calls[kind], at);
    int64_t missing = stage_check(&s, 0, s.frame);
    ck_assert_int_eq(missing, gaps_told(&s));
    for (uint32_t n = 0; n < s.n_files; n++)
        ck_assert_ptr_null(s.list[n]->error);
    bool half =
        s.writer->half_full || atomic_load(&s.stream.peak_fill) * 2 > (int64_t)(buffer * RATE);
    ck_assert(seconds * 2 <= buffer || half);
    stage_free(&s);
    return missing;
}

START_TEST(a_stall_shorter_than_the_ring_costs_nothing)
{
    for (int kind = ON_WRITE; kind <= ON_BARRIER; kind++)
        for (int at = 1; at <= 5; at += 2) {
            ck_assert_int_eq(stall(kind, at, 0.02, 1), 0);
            ck_assert_int_eq(stall(kind, at, 2, 3), 0);
            ck_assert_int_eq(stall(kind, at, 10, 12), 0);
        }
}
END_TEST

START_TEST(a_longer_stall_is_a_gap_of_its_length)
{
    int64_t missing = stall(ON_WRITE, 7, 12, 5);
    ck_assert_int_ge(missing, 7 * RATE - 8 * 480);
    ck_assert_int_le(missing, 7 * RATE + 8 * 480);
}
END_TEST

/* What the ring had no room for, and what the host lost. */
START_TEST(the_silence_of_a_gap_takes_no_disk)
{
    static const struct {
        const char *file, *format;
        int width; /* bytes of a sample; below 0: zeros are no silence */
    } kinds[] = {{"x.wav", "wav-f32", 4},   {"x.wav", "wav-s16", 2}, {"x.rf64", "rf64-s24", 3},
                 {"x.w64", "w64-f32", 4},   {"x.au", "au-s24", 3},   {"x.caf", "caf-f32", 4},
                 {"x.aiff", "aiff-s24", 3}, {"x.raw", "raw-s24", 3}, {"x.wav", "wav-ulaw", -1}};
    for (int dither = 0; dither < 2; dither++) {
        static stage s;
        begin(&s, 2, kinds[_i].file, kinds[_i].format, 0.5);
        s.what.gap_limit_seconds = 60;
        s.latency[1] = 100;
        if (dither && !strcmp(kinds[_i].format, "wav-s16"))
            s.what.flags |= GPH_STREAM_DITHER;
        bool takes_disk = s.what.flags & GPH_STREAM_DITHER || kinds[_i].width < 0;
        go(&s);
        stage_run(&s, RATE);
        for (int n = 0; n < 300; n++)
            stage_block(&s, false);
        stage_run(&s, s.frame + RATE / 2);
        s.frame += 2 * RATE;
        stage_run(&s, s.frame + RATE / 2);
        stage_end(&s);
        int64_t missing = gaps_told(&s);
        int64_t frame = 2 * (kinds[_i].width > 0 ? kinds[_i].width : 1);
        ck_assert_int_gt(missing, 4 * RATE);
        ck_assert_uint_eq(s.n_files, 1);
        /* Batches on either side of each gap, and headers. */
        int64_t most = (s.frame - missing) * frame + 4 * 1024 * frame + 200000;
        if (takes_disk)
            ck_assert_int_ge(s.written, s.frame * frame - 100 * frame);
        else
            ck_assert_int_le(s.written, most);
        stage_free(&s);
    }
}
END_TEST

/* ---------------------------------------------------------------- D8 */

enum { DELETED, RENAMED, CUT, REPLACED, N_CRIMES };

static void
commit(const stage *s, int crime)
{
    char part[400];
    char other[400];
    snprintf(part, sizeof part, "%s/x.wav.part", s->folder);
    snprintf(other, sizeof other, "%s/mine", s->folder);
    bool moves = crime == RENAMED || (crime == REPLACED && TEST_DELETES_LATE);
    if (crime == DELETED || (crime == REPLACED && !moves))
        ck_assert_int_eq(unlink(part), 0);
    if (moves)
        ck_assert_int_eq(rename(part, other), 0);
    if (crime == CUT)
        ck_assert_int_eq(truncate(part, 4096 + 1000 * 8), 0);
    if (crime == REPLACED) {
        FILE *file = fopen(part, "w");
        fputs("somebody's only copy", file);
        fclose(file);
    }
}

START_TEST(what_somebody_took_away_is_missed_and_gone_on_after)
{
    int crime = _i;
    for (int block = 20; block < 60; block += 3) {
        static stage s;
        begin(&s, 2, "x.wav", "wav-f32", 3);
        go(&s);
        stage_run(&s, block * 480);
        commit(&s, crime);
        int64_t when = s.frame;
        stage_run(&s, RATE);
        stage_end(&s);
        ck_assert_uint_eq(s.n_files, 2);
        ck_assert_ptr_nonnull(s.list[0]->error);
        ck_assert_ptr_null(s.list[1]->error);
        ck_assert_int_le(s.list[1]->first_frame, when);
        /* With barriers every 100 ms no more than that can be gone. */
        if (crime != CUT)
            ck_assert_int_ge(s.list[1]->first_frame, when - RATE / 10 - 2 * 480);
        else
            ck_assert_int_eq(s.list[1]->first_frame, 1000);
        check_counter(s.list[1]->path, s.list[1]->first_frame - (1 << 23),
                      s.frame - s.list[1]->first_frame, 0, 2);
        if (crime == REPLACED)
            ck_assert(strstr(s.list[0]->path, ".part") &&
                      /* spare, theirs, ours, and what was moved */
                      stage_count(s.folder) == 3 + TEST_DELETES_LATE);
        ck_assert_int_eq(s.writer->status.failed_disk, 0);
        stage_free(&s);
    }
}
END_TEST

/* ---------------------------------------------------------------- the rest */

START_TEST(each_second_a_part)
{
    static stage s;
    begin(&s, 2, "{take}-{part}.wav", "wav-s24", 2);
    s.what.rotate_seconds = 1;
    go(&s);
    stage_run(&s, 20 * RATE + 1234);
    stage_end(&s);
    ck_assert_uint_eq(s.n_files, 21);
    for (uint32_t n = 0; n < 20; n++)
        ck_assert_int_eq(s.list[n]->frames, RATE);
    ck_assert_int_eq(stage_check(&s, 0, s.frame), 0);
    ck_assert_uint_eq(stage_count(s.folder), 22);
    stage_free(&s);
}
END_TEST

/* A barrier that fails at a seam: what the closed part loses is written beside the one that goes on. */
START_TEST(no_barrier_at_a_seam_costs_a_frame)
{
    for (int n = 1; n < 60; n += 2) {
        static stage s;
        begin(&s, 1, "{take}-{part}.wav", "wav-s24", 3);
        s.what.rotate_seconds = 1;
        s.kind = ON_BARRIER;
        s.at = n;
        s.error = EIO;
        go(&s);
        stage_run(&s, 3 * RATE);
        stage_end(&s);
        ck_assert_int_eq(stage_check(&s, 0, s.frame), 0);
        ck_assert_int_eq(s.writer->status.state, GPH_STREAM_FINISHED);
        stage_free(&s);
    }
}
END_TEST

START_TEST(without_a_journal_nothing_else_is_missing)
{
    for (int kind = 0; kind < N_CALLS; kind++) {
        static stage s;
        begin(&s, 2, "x.wav", "wav-f32", 1);
        s.journals = true;
        s.kind = kind;
        s.at = 1;
        s.ever = true;
        s.error = EIO;
        s.only = s.folder;
        go(&s);
        /* Folders are not journals. */
        stage_run(&s, RATE);
        stage_end(&s);
        if (s.n_files == 1 && !s.list[0]->error)
            ck_assert_int_eq(stage_check(&s, 0, s.frame), 0);
        else
            ck_assert(kind == ON_FOLDER || kind == ON_RENAME || kind == ON_SYNC ||
                      kind == ON_CREATE);
        stage_free(&s);
    }
}
END_TEST

START_TEST(a_file_a_channel_is_held_to_the_same)
{
    for (int kind = ON_WRITE; kind <= ON_BARRIER; kind++)
        for (int n = 1; n < 40; n++) {
            static stage s;
            begin(&s, 3, "x.wav", "wav-f32", 0.3);
            s.what.files = GPH_FILES_PER_CHANNEL;
            s.kind = kind;
            s.at = n;
            s.error = EIO;
            go(&s);
            stage_run(&s, 12000);
            stage_end(&s);
            ck_assert_int_eq(stage_check(&s, 0, s.frame), 0);
            stage_free(&s);
        }
}
END_TEST

/* What the encoders hold cannot be told to the frame, so parts may overlap; nothing is missing. */
START_TEST(coded_files_lose_nothing_where_one_call_fails)
{
    static const char *const formats[] = {"flac", "ogg"};
    for (int n = 1; n < 30; n++) {
        static stage s;
        char file[16];
        snprintf(file, sizeof file, "x.%s", formats[_i]);
        begin(&s, 1, file, formats[_i], 3);
        s.kind = ON_WRITE;
        s.at = n;
        s.error = EIO;
        go(&s);
        stage_run(&s, RATE);
        stage_end(&s);
        int64_t reached = 0;
        for (uint32_t k = 0; k < s.n_files; k++) {
            SF_INFO info;
            free(read_file(s.list[k]->path, &info));
            ck_assert_int_le(s.list[k]->first_frame, reached);
            int64_t end = s.list[k]->first_frame + info.frames;
            reached = end > reached ? end : reached;
        }
        ck_assert_int_eq(reached, RATE);
        stage_free(&s);
    }
}
END_TEST

static void
fill(TCase *cases)
{
    tcase_add_test(cases, space_that_comes_back_in_time_costs_nothing);
    tcase_add_test(cases, a_gap_within_the_limit_is_silence);
    tcase_add_test(cases, a_longer_gap_is_a_new_part);
    tcase_add_test(cases, a_disk_that_is_full_at_the_start_leaves_nothing);
    tcase_add_test(cases, what_a_disk_is_to_keep_counts_as_full);
    tcase_add_test(cases, a_stall_shorter_than_the_ring_costs_nothing);
    tcase_add_test(cases, a_longer_stall_is_a_gap_of_its_length);
    tcase_add_loop_test(cases, the_silence_of_a_gap_takes_no_disk, 0, 9);
    tcase_add_loop_test(cases, what_somebody_took_away_is_missed_and_gone_on_after,
                        TEST_DELETES_LATE ? DELETED + 1 : DELETED, N_CRIMES);
    tcase_add_test(cases, each_second_a_part);
    tcase_add_test(cases, no_barrier_at_a_seam_costs_a_frame);
    tcase_add_test(cases, without_a_journal_nothing_else_is_missing);
    tcase_add_test(cases, a_file_a_channel_is_held_to_the_same);
    tcase_add_loop_test(cases, coded_files_lose_nothing_where_one_call_fails, 0, 2);
}

SUITE_CASES("guard_life", fill)
