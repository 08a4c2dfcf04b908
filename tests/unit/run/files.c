/* Files that lie, loaded into tables: caps before anything is allocated. [test program] */
#include "../../../core/run/table.h"
#include "../bench/table_bench.h"
#include "../suite.h"
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#ifndef TEST_NO_PROC
#include <sys/mman.h>
#endif
#include <unistd.h>

enum {
    MUTANTS = 20000 / TEST_SLOW,
    ALLOCATED = 5, /* one in so many gets memory as well; all are read to their end */
    SEED_FRAMES = 300,
    SEED_BYTES = 16384,
    /* What a small file can make of memory: the most that the best compression here could mean. */
    MOST_BYTES = 256 << 20
};

static char path[256];

static void
prepare(void)
{
    const char *place = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/table-files-XXXXXX", place ? place : "/tmp");
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
}

/* A file that no disk has to hear of 20,000 times, where there are such. */
static void
prepare_in_memory(void)
{
#ifdef TEST_NO_PROC
    prepare();
#else
    int file = memfd_create("mutant", 0);
    ck_assert_int_ge(file, 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
#endif
}

static size_t
write_seed(int format, unsigned char *bytes)
{
    SF_INFO info = {.samplerate = 48000, .channels = 2, .format = format};
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    ck_assert_ptr_nonnull(file);
    for (int f = 0; f < SEED_FRAMES; f++) {
        float frame[2] = {(float)sin(0.05 * f), (float)cos(0.07 * f)};
        ck_assert_int_eq(sf_writef_float(file, frame, 1), 1);
    }
    sf_close(file);
    FILE *in = fopen(path, "rb");
    size_t n = fread(bytes, 1, SEED_BYTES, in);
    fclose(in);
    ck_assert(n > 100 && n < SEED_BYTES);
    return n;
}

static void
write_bytes(const unsigned char *bytes, size_t n)
{
    int out = open(path, O_WRONLY);
    ck_assert_int_eq(pwrite(out, bytes, n, 0), (long)n);
    ck_assert_int_eq(ftruncate(out, (off_t)n), 0);
    close(out);
}

static uint32_t
draw(uint64_t *seed, uint32_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % n;
}

/* A few bytes become something else: mostly of the header, often the extremes that lengths have. */
static size_t
mutate(unsigned char *bytes, size_t n, uint64_t *seed)
{
    static const uint64_t extremes[] = {0,          1,         0x7f,       0xff,
                                        0x7fff,     0xffff,    0x7fffffff, 0x80000000,
                                        0xffffffff, INT64_MAX, UINT64_MAX};
    for (uint32_t k = draw(seed, 4) + 1; k > 0; k--) {
        size_t at = draw(seed, draw(seed, 4) ? 128 : (uint32_t)n);
        size_t width = (size_t)1 << draw(seed, 4);
        uint64_t value = draw(seed, 2) ? extremes[draw(seed, 11)] : *seed;
        bool swap = draw(seed, 2);
        for (size_t b = 0; b < width && at + b < n; b++)
            bytes[at + b] = (unsigned char)(value >> 8 * (swap ? width - 1 - b : b));
    }
    return draw(seed, 8) ? n : draw(seed, (uint32_t)n);
}

/* Whatever the file says, it is a table that its bytes can bear, or an error that is told. */
static bool
judge(uint64_t mutant)
{
    table_bench tables;
    table_bench_init(&tables, 0);
    gph_table_spec spec = {.name = "t", .load = path};
    gph_status status = gph_table_set_add(tables.set, &spec);
    if (status != GPH_OK) {
        ck_assert_msg(tables.n_reports == 1, "mutant %lu", (unsigned long)mutant);
        table_bench_finish(&tables);
        return false;
    }
    gph_table_info info;
    gph_table_set_get(tables.set, 0, &info);
    ck_assert_msg(info.channels >= 1 && info.channels <= GPH_MAX_CHANNELS && info.frames >= 1 &&
                      info.bytes < MOST_BYTES,
                  "mutant %lu: %u channels, %lu bytes", (unsigned long)mutant, info.channels,
                  (unsigned long)info.bytes);
    if (mutant % ALLOCATED != 0) {
        table_bench_finish(&tables);
        return true;
    }
    ck_assert_int_eq(gph_table_set_allocate(tables.set), GPH_OK);
    const gph_table_view *view = table_bench_view(&tables, "t");
    ck_assert_uint_eq(view->mark.filled, info.frames);
    for (uint32_t c = 0; c < view->channels; c++)
        for (uint64_t f = 0; f < view->frames; f++)
            ck_assert(isfinite(view->ch[c][f]));
    table_bench_finish(&tables);
    return true;
}

START_TEST(mutants)
{
    static const int formats[] = {
        SF_FORMAT_WAV | SF_FORMAT_FLOAT,   SF_FORMAT_WAVEX | SF_FORMAT_PCM_24,
        SF_FORMAT_W64 | SF_FORMAT_PCM_16,  SF_FORMAT_AIFF | SF_FORMAT_PCM_24,
        SF_FORMAT_AU | SF_FORMAT_ULAW,     SF_FORMAT_CAF | SF_FORMAT_DOUBLE,
        SF_FORMAT_RF64 | SF_FORMAT_PCM_32, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
        SF_FORMAT_OGG | SF_FORMAT_VORBIS};
    enum { FORMATS = sizeof formats / sizeof *formats };
    static unsigned char seeds[FORMATS][SEED_BYTES], bytes[SEED_BYTES];
    size_t sizes[FORMATS];
    uint64_t seed = 1;
    int loaded = 0;
    prepare_in_memory();
    for (int n = 0; n < FORMATS; n++) {
        sizes[n] = write_seed(formats[n], seeds[n]);
        ck_assert(judge(0)); /* as it is, it loads */
    }
    for (uint64_t n = 0; n < MUTANTS; n++) {
        size_t which = n % FORMATS;
        memcpy(bytes, seeds[which], sizes[which]);
        write_bytes(bytes, mutate(bytes, sizes[which], &seed));
        loaded += judge(n);
    }
    /* Neither all nor none: the mutants are of both sorts. */
    ck_assert_msg(loaded > MUTANTS / 20 && loaded < MUTANTS * 19 / 20, "%d loaded", loaded);
    (void)unlink(path); /* that in memory goes with us */
}
END_TEST

/* A file that is another one by the time it is loaded. */
START_TEST(shrinks)
{
    static unsigned char bytes[SEED_BYTES];
    prepare();
    size_t n = write_seed(SF_FORMAT_WAV | SF_FORMAT_FLOAT, bytes);
    table_bench tables;
    table_bench_init(&tables, 48000);
    gph_table_spec spec = {.name = "t", .load = path};
    ck_assert_int_eq(gph_table_set_add(tables.set, &spec), GPH_OK);
    ck_assert_int_eq(truncate(path, (off_t)n - 100 * 8 - 3), 0);
    ck_assert_int_eq(gph_table_set_allocate(tables.set), GPH_OK);
    const gph_table_view *view = table_bench_view(&tables, "t");
    ck_assert(view->frames == SEED_FRAMES && view->mark.filled < SEED_FRAMES - 99);
    ck_assert(view->ch[0][SEED_FRAMES - 1] == 0 && view->ch[1][10] != 0);
    ck_assert(table_bench_said(&tables, "the rest is silence"));
    gph_table_set_release(tables.set);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(gph_table_set_allocate(tables.set), GPH_IO);
    table_bench_finish(&tables);
}
END_TEST

SUITE("files", mutants, shrinks)
