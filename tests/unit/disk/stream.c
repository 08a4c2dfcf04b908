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

SUITE("stream", two_channels, thirty_two_channels, many_channels)
