/* One sound file over a disk of our own: which bytes go where, and what its header promises. */
#include "../../../core/disk/output.h"
#include "../../../core/disk/convert.h"
#include "bench.h"

#include <errno.h>
#include <fcntl.h>

enum { CHANNELS = 2, BATCH = 512 };

/* A file and what it is written through; the disk refuses while `refuses` is set. */
typedef struct desk {
    char path[64];
    gph_file_system files;
    int refuses; /* errno */
    gph_output *output;
    int64_t clock;
} desk;

static int64_t
may_write(void *user, gph_file file, const void *data, size_t bytes, int64_t offset)
{
    const desk *d = user;
    if (d->refuses)
        return -d->refuses;
    return gph_file_system_real.write_at(NULL, file, data, bytes, offset);
}

static gph_output_spec
spec_of(const char *format)
{
    char text[400];
    gph_output_spec spec = {.channels = CHANNELS, .rate = RATE, .quality = 0.4};
    ck_assert_msg(gph_format_find(format, "x", false, &spec.format, text, sizeof text), "%s", text);
    return spec;
}

static void
desk_init(desk *d, const gph_output_spec *spec)
{
    const char *place = getenv("TMPDIR");
    memset(d, 0, sizeof *d);
    snprintf(d->path, sizeof d->path, "%s/gph-output-XXXXXX", place ? place : "/tmp");
    int file = mkstemp(d->path);
    ck_assert_int_ge(file, 0);
    d->files = gph_file_system_real;
    d->files.user = d;
    d->files.write_at = may_write;
    ck_assert_int_eq(gph_output_new(&d->files, TEST_FILE(file), spec, &d->output), 0);
}

static void
desk_free(desk *d)
{
    gph_output_free(d->output);
    unlink(d->path);
}

/* The counter signal of integers and floats alike. */
static void
put(desk *d, gph_sample sample, uint32_t frames)
{
    char buffer[BATCH * CHANNELS * sizeof(int32_t)];
    float in[BATCH];
    gph_channel_sums sums = {0};
    gph_converter converter = {.sample = sample};
    size_t bytes = gph_convert_bytes(sample);
    while (frames) {
        uint32_t now = frames < BATCH ? frames : BATCH;
        for (uint32_t c = 0; c < CHANNELS; c++) {
            for (uint32_t f = 0; f < now; f++)
                in[f] = counter(d->clock + f, c);
            gph_convert(&converter, in, now, buffer + c * bytes, CHANNELS, NULL, &sums);
        }
        ck_assert_int_eq(gph_output_put(d->output, buffer, now), 0);
        d->clock += now;
        frames -= now;
    }
}

/* Whether libsndfile sees at least so many frames, and the right ones. */
static void
check_promised(const desk *d, int64_t least, int64_t most)
{
    SF_INFO info;
    float *samples = read_file(d->path, &info);
    ck_assert_int_ge(info.frames, least);
    ck_assert_int_le(info.frames, most);
    ck_assert_int_eq(info.channels, CHANNELS);
    ck_assert_int_eq(info.samplerate, RATE);
    for (int64_t n = 0; n < least * CHANNELS; n++)
        if (samples[n] != counter(n / CHANNELS, (uint32_t)(n % CHANNELS)))
            ck_abort_msg("%s: frame %lld", d->path, (long long)(n / CHANNELS));
    free(samples);
}

/* libsndfile reads a W64 to the end of the file whatever the header says, so it is read here. */
static int64_t
frames_of_w64(const desk *d, gph_sample sample)
{
    static const unsigned char guid[] = {'d',  'a',  't',  'a',  0xf3, 0xac, 0xd3, 0x11,
                                         0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a};
    char header[1024];
    int64_t bytes;
    FILE *file = fopen(d->path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t got = fread(header, 1, sizeof header, file);
    fclose(file);
    const char *data = memmem(header, got, guid, sizeof guid);
    ck_assert_ptr_nonnull(data);
    memcpy(&bytes, data + sizeof guid, sizeof bytes);
    return (bytes - 24) / ((int64_t)gph_sample_bytes(sample) * CHANNELS);
}

static const char *const updated[] = {"wav-f32", "wav-s24", "rf64-f32", "w64-f32",  "au-s24",
                                      "au-f32",  "caf-f32", "caf-s24",  "aiff-s24", "aiff-f32"};
static const char *const bare[] = {"raw-f32", "sd2-s24", "flac-s24", "ogg"};

START_TEST(a_header_tells_of_what_was_put_when_it_was_made)
{
    desk d;
    gph_output_spec spec = spec_of(updated[_i]);
    desk_init(&d, &spec);
    put(&d, spec.format.sample, 1000);
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    ck_assert_int_eq(gph_output_frames(d.output), 1000);
    ck_assert_int_eq(gph_output_make_header(d.output), 0);
    /* More comes while the thousand are synced; nobody may promise it yet. */
    put(&d, spec.format.sample, 700);
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    ck_assert_int_eq(gph_output_write_header(d.output), 0);
    if (spec.format.container == GPH_W64)
        ck_assert_int_eq(frames_of_w64(&d, spec.format.sample), 1000);
    check_promised(&d, 1000, spec.format.container == GPH_W64 ? 1700 : 1000);
    put(&d, spec.format.sample, 50);
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    ck_assert_int_eq(gph_output_make_header(d.output), 0);
    ck_assert_int_eq(gph_output_write_header(d.output), 0);
    check_promised(&d, 1750, 1750);
    put(&d, spec.format.sample, 30);
    ck_assert_int_eq(gph_output_end(d.output, NULL, 0), 0);
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    ck_assert_int_eq(gph_output_sync(d.output), 0);
    check_promised(&d, 1780, 1780);
    desk_free(&d);
}
END_TEST

START_TEST(no_header_before_all_is_on_the_disk)
{
    desk d;
    gph_output_spec spec = spec_of(updated[_i]);
    desk_init(&d, &spec);
    put(&d, spec.format.sample, 1000);
    d.refuses = ENOSPC;
    ck_assert_int_eq(gph_output_flush(d.output), -ENOSPC);
    ck_assert_int_eq(gph_output_make_header(d.output), -EAGAIN);
    d.refuses = 0;
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    ck_assert_int_eq(gph_output_make_header(d.output), 0);
    d.refuses = EIO;
    ck_assert_int_eq(gph_output_write_header(d.output), -EIO);
    d.refuses = 0;
    ck_assert_int_eq(gph_output_write_header(d.output), 0);
    check_promised(&d, 1000, 1000);
    desk_free(&d);
}
END_TEST

/* A header that was made and never written must not come over that of the close. */
START_TEST(the_last_header_is_that_of_the_end)
{
    desk d;
    gph_output_spec spec = spec_of(updated[_i]);
    desk_init(&d, &spec);
    put(&d, spec.format.sample, 1000);
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    ck_assert_int_eq(gph_output_make_header(d.output), 0);
    put(&d, spec.format.sample, 500);
    ck_assert_int_eq(gph_output_end(d.output, NULL, 0), 0);
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    ck_assert_int_eq(gph_output_write_header(d.output), 0);
    ck_assert_int_eq(gph_output_make_header(d.output), 0);
    ck_assert_int_eq(gph_output_write_header(d.output), 0);
    check_promised(&d, 1500, 1500);
    desk_free(&d);
}
END_TEST

/* Barriers leave these files byte for byte as they would have been. */
START_TEST(no_header_where_none_is_to_be_written)
{
    gph_output_spec spec = spec_of(bare[_i]);
    long sizes[2];
    char *bytes[2];
    for (int barriers = 0; barriers < 2; barriers++) {
        desk d;
        desk_init(&d, &spec);
        for (int n = 0; n < 8; n++) {
            put(&d, spec.format.sample, 3000);
            ck_assert_int_eq(gph_output_flush(d.output), 0);
            if (barriers) {
                ck_assert_int_eq(gph_output_make_header(d.output), 0);
                ck_assert_int_eq(gph_output_write_header(d.output), 0);
            }
        }
        ck_assert_int_eq(gph_output_end(d.output, NULL, 0), 0);
        ck_assert_int_eq(gph_output_flush(d.output), 0);
        FILE *file = fopen(d.path, "rb");
        ck_assert_ptr_nonnull(file);
        fseek(file, 0, SEEK_END);
        sizes[barriers] = ftell(file);
        rewind(file);
        bytes[barriers] = malloc((size_t)sizes[barriers]);
        ck_assert_uint_eq(fread(bytes[barriers], 1, (size_t)sizes[barriers], file),
                          (size_t)sizes[barriers]);
        fclose(file);
        desk_free(&d);
    }
    ck_assert_int_gt(sizes[0], 3000);
    /* An Ogg stream's number is drawn by lot, so its length must do. */
    ck_assert_int_eq(sizes[0], sizes[1]);
    if (spec.format.container != GPH_OGG)
        ck_assert_mem_eq(bytes[0], bytes[1], (size_t)sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
}
END_TEST

static void
fill(TCase *cases)
{
    int n_updated = sizeof updated / sizeof *updated;
    tcase_add_loop_test(cases, a_header_tells_of_what_was_put_when_it_was_made, 0, n_updated);
    tcase_add_loop_test(cases, no_header_before_all_is_on_the_disk, 0, n_updated);
    tcase_add_loop_test(cases, the_last_header_is_that_of_the_end, 0, n_updated);
    tcase_add_loop_test(cases, no_header_where_none_is_to_be_written, 0,
                        sizeof bare / sizeof *bare);
}

SUITE_CASES("output", fill)
