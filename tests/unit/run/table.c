/* Table storage: memory, names, files, handles. [test program] */
#include "../../../core/run/table.h"
#include "../../../core/platform/shm.h"
#include "../bench/table_bench.h"
#include "../suite.h"
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#ifndef TEST_NO_LIMITS
#include <sys/resource.h>
#endif
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------------- the n-th allocation fails */

static long fails_in = -1; /* allocations from now; below 0: none does */

void *__real_calloc(size_t n, size_t size);
char *__real_strdup(const char *text);
void *__wrap_calloc(size_t n, size_t size);
char *__wrap_strdup(const char *text);

static bool
fails_now(void)
{
    return fails_in >= 0 && fails_in-- == 0;
}

/* Check copies texts too. */
static void
report(void *context, uint32_t level, const char *node, const char *setting, const char *text)
{
    long kept = fails_in;
    fails_in = -1;
    table_bench_report(context, level, node, setting, text);
    fails_in = kept;
}

void *
__wrap_calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __real_calloc(n, size);
}

char *
__wrap_strdup(const char *text)
{
    return fails_now() ? NULL : __real_strdup(text);
}

/* ---------------------------------------------------------------- files */

static char folder[256];

/* A test runs in a process of its own; its files go with it. */
static void
remove_folder(void)
{
    DIR *names = opendir(folder);
    for (struct dirent *name; names && (name = readdir(names));) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", folder, name->d_name);
        unlink(path);
    }
    if (names)
        closedir(names);
    rmdir(folder);
}

static const char *
path_of(const char *name)
{
    static char path[300];
    if (!folder[0]) {
        const char *place = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/table-test-XXXXXX", place ? place : "/tmp");
        ck_assert_ptr_nonnull(mkdtemp(folder));
        atexit(remove_folder);
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* A sound file of rising values, frame 5 of which is not a number. */
static const char *
sound(const char *name, int channels, int rate, int frames)
{
    const char *path = path_of(name);
    SF_INFO info = {
        .samplerate = rate, .channels = channels, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    ck_assert_ptr_nonnull(file);
    for (int f = 0; f < frames; f++) {
        float values[16];
        for (int c = 0; c < channels; c++)
            values[c] = f == 5 ? NAN : (float)(f + 1000 * c);
        sf_writef_float(file, values, 1);
    }
    sf_close(file);
    return path;
}

static void
poke(const char *path, long offset, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    fseek(file, offset, SEEK_SET);
    ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

/* ---------------------------------------------------------------- handles */

static gph_table_set *
one_table(table_bench *tables)
{
    table_bench_init(tables, 48000);
    gph_table_spec spec = {.name = "Loop", .channels = 2, .frames = 1000, .spare = true};
    ck_assert_int_eq(gph_table_set_add(tables->set, &spec), GPH_OK);
    ck_assert_int_eq(gph_table_set_add(tables->set, &spec), GPH_ARGUMENT);
    return tables->set;
}

/* One writer; it is named, and so is the other. */
START_TEST(one_writer)
{
    table_bench tables;
    gph_table_set *set = one_table(&tables);
    gph_table *writer = gph_table_open(set, "loop", "rec", GPH_TABLE_WRITE);
    gph_table *reader = gph_table_open(set, "LOOP", "play", GPH_TABLE_READ);
    ck_assert(writer && reader && writer != reader);
    ck_assert_ptr_eq(gph_table_open(set, "loop", "rec", GPH_TABLE_WRITE), writer);
    tables.n_reports = 0;
    ck_assert_ptr_null(gph_table_open(set, "loop", "two", GPH_TABLE_WRITE));
    ck_assert(table_bench_said(&tables, "'rec'") && table_bench_said(&tables, "'two'"));
    ck_assert_ptr_null(gph_table_open(set, "pool", "two", GPH_TABLE_READ));
    ck_assert(table_bench_said(&tables, "no table 'pool'"));

    /* The next writer may come when the first has gone; written counts on. */
    ck_assert_int_eq(gph_table_set_allocate(set), GPH_OK);
    gph_table_put_mark(writer, &(gph_table_mark){.written = 44});
    gph_table_close(writer);
    ck_assert_ptr_null(gph_table_open(set, "loop", "two", GPH_TABLE_WRITE));
    gph_table_close(writer);
    gph_table *two = gph_table_open(set, "loop", "two", GPH_TABLE_WRITE);
    ck_assert_ptr_nonnull(two);
    gph_table_put_mark(two, &(gph_table_mark){.written = 6});
    gph_table_info info;
    gph_table_set_get(set, 0, &info);
    ck_assert_uint_eq(info.mark.written, 50);
    ck_assert_str_eq(info.writer, "two");
    ck_assert_str_eq(info.shared_name, "");
    ck_assert_uint_eq(info.bytes, 4096 + 2 * 8192);
    ck_assert_uint_eq(gph_table_set_bytes(set), info.bytes);
    table_bench_finish(&tables);
}
END_TEST

START_TEST(views)
{
    table_bench tables;
    gph_table_set *set = one_table(&tables);
    gph_table *writer = gph_table_open(set, "loop", "rec", GPH_TABLE_WRITE);
    gph_table *reader = gph_table_open(set, "loop", "play", GPH_TABLE_READ);
    ck_assert_ptr_null(gph_table_look(writer)->ch);
    ck_assert_uint_eq(gph_table_look(reader)->frames, 1000);
    ck_assert_int_eq(gph_table_swap(writer), GPH_STATE);
    ck_assert_int_eq(gph_table_set_allocate(set), GPH_OK);
    const gph_table_view *seen = gph_table_look(writer);
    ck_assert(seen->ch && seen->spare && !gph_table_look(reader)->spare);
    for (int c = 0; c < 2; c++)
        for (int f = 0; f < 1000; f++)
            ck_assert(seen->ch[c][f] == 0 && seen->spare[c][f] == 0);
    float *first = seen->ch[0];
    ck_assert_uint_eq((uintptr_t)first % 64, 0);
    ck_assert_uint_eq((uintptr_t)seen->ch[1] % 64, 0);

    /* A swap is seen at once by all; only a writer may. */
    ck_assert_int_eq(gph_table_swap(reader), GPH_STATE);
    ck_assert_int_eq(gph_table_swap(writer), GPH_OK);
    ck_assert_ptr_ne(gph_table_look(reader)->ch[0], first);
    ck_assert_ptr_eq(gph_table_look(writer)->spare[0], first);
    ck_assert_uint_eq(gph_table_look(reader)->generation, 1);

    /* Marks; less than before is a clear. */
    gph_table_put_mark(reader, &(gph_table_mark){.filled = 7});
    ck_assert_uint_eq(gph_table_look(reader)->mark.filled, 0);
    gph_table_put_mark(writer, &(gph_table_mark){.filled = 5000, .head = 3});
    ck_assert_uint_eq(gph_table_look(reader)->mark.filled, 1000);
    ck_assert_uint_eq(gph_table_look(reader)->generation, 1);
    gph_table_put_mark(writer, &(gph_table_mark){.filled = 0});
    ck_assert_uint_eq(gph_table_look(reader)->generation, 2);
    gph_table_set_release(set);
    ck_assert_ptr_null(gph_table_look(writer)->ch);
    table_bench_finish(&tables);
}
END_TEST

/* ---------------------------------------------------------------- shared memory */

/* Maps a named table as another program would. */
static const unsigned char *
map(const char *name, size_t *bytes)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", TEST_SHARED, name);
    int file = open(path, O_RDONLY);
    struct stat status;
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(fstat(file, &status), 0);
#ifndef TEST_NO_MODES
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
#endif
    *bytes = (size_t)status.st_size;
    void *base = mmap(NULL, *bytes, PROT_READ, MAP_SHARED, file, 0);
    ck_assert_ptr_ne(base, MAP_FAILED);
    close(file);
    return base;
}

static uint64_t
u64_at(const unsigned char *base, size_t offset)
{
    uint64_t value;
    memcpy(&value, base + offset, sizeof value);
    return value;
}

static uint32_t
u32_at(const unsigned char *base, size_t offset)
{
    uint32_t value;
    memcpy(&value, base + offset, sizeof value);
    return value;
}

/* A set with a shared table, of a patch that no other process uses. */
static gph_table_set *
shared_set(table_bench *tables, const char *patch)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%d", patch, (int)getpid());
    *tables = (table_bench){0};
    tables->set = gph_table_set_new(name, 44100, table_bench_report, tables);
    gph_table_spec spec = {
        .name = "loop", .channels = 3, .frames = 1001, .spare = true, .share = true};
    ck_assert_int_eq(gph_table_set_add(tables->set, &spec), GPH_OK);
    return tables->set;
}

/* Every field of the published header, byte by byte. */
START_TEST(shared)
{
    table_bench tables;
    gph_table_set *set = shared_set(&tables, "shared");
    gph_table *writer = gph_table_open(set, "loop", "rec", GPH_TABLE_WRITE);
    ck_assert_int_eq(gph_table_set_allocate(set), GPH_OK);
    gph_table_info info;
    gph_table_set_get(set, 0, &info);
    char wanted[128];
    snprintf(wanted, sizeof wanted, "graphophone-%u-shared-%d.loop", gph_shm_user(), (int)getpid());
    ck_assert_str_eq(info.shared_name, wanted);
    size_t bytes;
    const unsigned char *base = map(info.shared_name, &bytes);
    ck_assert_uint_eq(bytes, info.bytes);
    ck_assert_mem_eq(base, "GPHTABLE", 8);
    double rate;
    memcpy(&rate, base + 24, sizeof rate);
    ck_assert_uint_eq(u32_at(base, 8), 1);
    ck_assert_uint_eq(u32_at(base, 12), 4096);
    ck_assert_uint_eq(u32_at(base, 16), 3);
    ck_assert_uint_eq(u32_at(base, 20), 0);
    ck_assert_double_eq(rate, 44100);
    ck_assert_uint_eq(u64_at(base, 32), 1001);
    ck_assert_uint_eq(u64_at(base, 40), 4032);
    ck_assert_uint_eq(u64_at(base, 48), 12288);
    ck_assert_uint_eq(u32_at(base, 56), 2);
    ck_assert_uint_eq(u32_at(base, 60), (uint32_t)getpid());
    ck_assert_str_eq((const char *)base + 128, "loop");
    gph_table_look(writer)->ch[2][1000] = 0.25f;
    gph_table_put_mark(writer, &(gph_table_mark){1001, 5, 2002, 2, 77, GPH_TABLE_RECORDING, 0, 9});
    static const uint64_t moving[] = {0, 0, 1001, 5, 2002, 2, 77, 1};
    for (size_t n = 0; n < 8; n++)
        ck_assert_uint_eq(u64_at(base, 64 + 8 * n), moving[n]);
    float sample;
    memcpy(&sample, base + 4096 + 2 * 4032 + 1000 * 4, sizeof sample);
    ck_assert_float_eq(sample, 0.25f);
    ck_assert_int_eq(gph_table_swap(writer), GPH_OK);
    ck_assert_uint_eq(u64_at(base, 64), 1);
    ck_assert_uint_eq(u64_at(base, 72), 1);
    table_bench_finish(&tables);
    /* Mapped still, and still whole; but the name is gone. */
    memcpy(&sample, base + 4096 + 2 * 4032 + 1000 * 4, sizeof sample);
    ck_assert_float_eq(sample, 0.25f);
    char path[256];
    snprintf(path, sizeof path, "%s/%s", TEST_SHARED, wanted);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

/* A living owner keeps its name. */
START_TEST(two_owners)
{
    table_bench one, two;
    ck_assert_int_eq(gph_table_set_allocate(shared_set(&one, "two")), GPH_OK);
    ck_assert_int_eq(gph_table_set_allocate(shared_set(&two, "two")), GPH_STATE);
    ck_assert(table_bench_said(&two, "belongs to another program"));
    gph_table_info info;
    size_t bytes;
    gph_table_set_get(one.set, 0, &info);
    table_bench_finish(&two);
    ck_assert_mem_eq(map(info.shared_name, &bytes), "GPHTABLE", 8);
    table_bench_finish(&one);
}
END_TEST

/* What a crash left is kept if anything was written, and makes way if not. */
START_TEST(after_a_crash)
{
    char name[128], path[256], lost[300];
    snprintf(name, sizeof name, "graphophone-%u-crash-%d.loop", gph_shm_user(), (int)getpid());
    snprintf(path, sizeof path, "%s/%s", TEST_SHARED, name);
    snprintf(lost, sizeof lost, "%s.lost-1", path);
    table_bench tables;
    for (uint64_t written = 0; written < 2; written++) {
        unsigned char left[8192] = "GPHTABLE";
        memcpy(left + 96, &written, sizeof written);
        FILE *file = fopen(path, "wb");
        ck_assert_uint_eq(fwrite(left, 1, sizeof left, file), sizeof left);
        fclose(file);
        ck_assert_int_eq(gph_table_set_allocate(shared_set(&tables, "crash")), GPH_OK);
        size_t bytes;
        ck_assert_uint_eq(u32_at(map(name, &bytes), 60), (uint32_t)getpid());
        ck_assert_int_eq(access(lost, F_OK), written ? 0 : -1);
        table_bench_finish(&tables);
    }
    unlink(lost);
#ifndef TEST_NO_LINKS
    /* Nothing but our own regular files makes way. */
    for (int link = 0; link < 2; link++) {
        ck_assert_int_eq(link ? symlink("/tmp/elsewhere", path) : mkfifo(path, 0600), 0);
        ck_assert_int_eq(gph_table_set_allocate(shared_set(&tables, "crash")), GPH_STATE);
        table_bench_finish(&tables);
        ck_assert_int_eq(unlink(path), 0);
    }
#endif
}
END_TEST

/* ---------------------------------------------------------------- limits */

/* What a table wants and what there is are both said. */
START_TEST(too_large)
{
    static const struct {
        uint32_t channels;
        uint64_t frames;
        gph_status status;
    } cases[] = {{1025, 10, GPH_LIMIT}, {1, 0x80000000, GPH_LIMIT}, {1, 0, GPH_ARGUMENT}};
    table_bench tables;
    table_bench_init(&tables, 48000);
    for (size_t n = 0; n < 3; n++) {
        gph_table_spec spec = {
            .name = "bad", .channels = cases[n].channels, .frames = cases[n].frames};
        ck_assert_int_eq(gph_table_set_add(tables.set, &spec), cases[n].status);
    }
    gph_table_spec small = {.name = "small", .channels = 1, .frames = 10};
    gph_table_spec large = {.name = "large", .channels = 1024, .frames = 0x7fffffff};
    ck_assert_int_eq(gph_table_set_add(tables.set, &small), GPH_OK);
    ck_assert_int_eq(gph_table_set_add(tables.set, &large), GPH_OK);
    ck_assert_int_eq(gph_table_set_allocate(tables.set), GPH_MEMORY);
    ck_assert(table_bench_said(&tables, "this table takes 8192.0 GiB of memory; "));
    ck_assert(table_bench_said(&tables, " are available"));
    gph_table *table = gph_table_open(tables.set, "small", "rec", GPH_TABLE_WRITE);
    ck_assert_ptr_null(gph_table_look(table)->ch);
    table_bench_finish(&tables);
}
END_TEST

#ifndef TEST_NO_LIMITS
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { LIMITS_WORK = 0 };
#else
enum { LIMITS_WORK = 1 };
#endif

/* `ulimit -v`, in a process that Check made for this test alone. */
START_TEST(address_space)
{
    if (!LIMITS_WORK)
        return;
    struct rlimit limit = {1ul << 30, 1ul << 30};
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    table_bench tables;
    table_bench_init(&tables, 48000);
    gph_table_spec spec = {.name = "gigabyte", .channels = 1, .frames = 1u << 28};
    ck_assert_int_eq(gph_table_set_add(tables.set, &spec), GPH_OK);
    ck_assert_int_eq(gph_table_set_allocate(tables.set), GPH_MEMORY);
    ck_assert(table_bench_said(&tables, "takes 1.0 GiB of memory; "));
    table_bench_finish(&tables);
}
END_TEST
#endif

/* ---------------------------------------------------------------- loading */

static gph_status
load(table_bench *tables, const char *path, uint32_t channels, uint64_t frames)
{
    table_bench_init(tables, 48000);
    gph_table_spec spec = {.name = "t", .channels = channels, .frames = frames, .load = path};
    gph_status status = gph_table_set_add(tables->set, &spec);
    return status == GPH_OK ? gph_table_set_allocate(tables->set) : status;
}

START_TEST(loads)
{
    static const struct {
        uint32_t channels, frames, wanted_channels, wanted_frames, filled;
        const char *said;
    } cases[] = {{0, 0, 2, 100, 100, "2 samples of"},
                 {2, 60, 2, 60, 60, "cut to 60 frames"},
                 {2, 150, 2, 150, 100, "fills 100 of the table's 150 frames"},
                 {1, 100, 1, 100, 100, "the rest is left out"},
                 {3, 100, 3, 100, 100, "they are repeated"}};
    char path[300];
    snprintf(path, sizeof path, "%s", sound("good.wav", 2, 48000, 100));
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        table_bench tables;
        ck_assert_int_eq(load(&tables, path, cases[n].channels, cases[n].frames), GPH_OK);
        const gph_table_view *view = table_bench_view(&tables, "t");
        ck_assert_uint_eq(view->channels, cases[n].wanted_channels);
        ck_assert_uint_eq(view->frames, cases[n].wanted_frames);
        ck_assert_uint_eq(view->mark.filled, cases[n].filled);
        ck_assert_uint_eq(view->generation, 1);
        for (uint32_t c = 0; c < view->channels; c++)
            for (uint32_t f = 0; f < view->frames; f++) {
                bool zero = f == 5 || f >= cases[n].filled;
                ck_assert_float_eq(view->ch[c][f], zero ? 0 : (float)(f + 1000 * (c % 2)));
            }
        ck_assert_msg(table_bench_said(&tables, cases[n].said), "%s", cases[n].said);
        ck_assert(table_bench_said(&tables, "were not finite and became 0"));
        table_bench_finish(&tables);
    }
}
END_TEST

/* A header that claims 4 GiB of sound: what is there counts. */
START_TEST(lying_header)
{
    table_bench tables;
    char path[300];
    unsigned char header[4096];
    snprintf(path, sizeof path, "%s", sound("lies.wav", 1, 48000, 100));
    FILE *file = fopen(path, "rb");
    size_t n = fread(header, 1, sizeof header, file), at = 12;
    fclose(file);
    while (at + 8 < n && memcmp(header + at, "data", 4) != 0)
        at += 8 + u32_at(header, at + 4);
    poke(path, (long)at + 4, "\xf0\xff\xff\xff", 4);
    ck_assert_int_eq(load(&tables, path, 0, 0), GPH_OK);
    ck_assert_uint_eq(table_bench_view(&tables, "t")->frames, 100);
    table_bench_finish(&tables);
}
END_TEST

START_TEST(refused_files)
{
    table_bench tables;
    char path[300];
    static const unsigned short widths[] = {0, 5000};
    for (int w = 0; w < 2; w++) {
        snprintf(path, sizeof path, "%s", sound("wide.wav", 1, 48000, 100));
        poke(path, 22, &widths[w], 2);
        ck_assert_int_lt(load(&tables, path, 0, 0), 0);
        ck_assert_str_eq(tables.reports[0].setting, "load");
        table_bench_finish(&tables);
    }
    snprintf(path, sizeof path, "%s", sound("rate.wav", 1, 44100, 100));
    ck_assert_int_eq(load(&tables, path, 0, 0), GPH_ARGUMENT);
    ck_assert(table_bench_said(&tables, "44100") && table_bench_said(&tables, "48000"));
    table_bench_finish(&tables);
    snprintf(path, sizeof path, "%s", sound("empty.wav", 1, 48000, 0));
    ck_assert_int_eq(load(&tables, path, 0, 0), GPH_ARGUMENT);
    table_bench_finish(&tables);
    snprintf(path, sizeof path, "%s", path_of("text.wav"));
    FILE *file = fopen(path, "w");
    fputs("this is no sound", file);
    fclose(file);
    ck_assert_int_eq(load(&tables, path, 0, 0), GPH_IO);
    table_bench_finish(&tables);
    snprintf(path, sizeof path, "%s", path_of("fifo"));
#ifndef TEST_NO_LINKS
    ck_assert_int_eq(mkfifo(path, 0600), 0);
#endif
    const char *others[] = {path, TEST_DEVICE, folder, TEST_ROOT "no/such/file"};
    for (int o = 0; o < 4; o++) {
        ck_assert_int_eq(load(&tables, others[o], 0, 0), GPH_IO);
        ck_assert(table_bench_said(&tables, "cannot read"));
        table_bench_finish(&tables);
    }
}
END_TEST

/* Every allocation of ours fails once: an error that is told, nothing left behind. */
START_TEST(failing_memory)
{
    char path[300];
    snprintf(path, sizeof path, "%s", sound("memory.wav", 2, 48000, 100));
    long n = 0;
    gph_status status;
    do {
        table_bench tables = {0};
        fails_in = n++;
        status = GPH_MEMORY;
        tables.set = gph_table_set_new("memory", 48000, report, &tables);
        gph_table_spec spec = {.name = "t", .load = path, .spare = true, .share = true};
        if (tables.set)
            status = gph_table_set_add(tables.set, &spec);
        if (status == GPH_OK)
            status = gph_table_open(tables.set, "t", "rec", GPH_TABLE_WRITE) ? GPH_OK : GPH_MEMORY;
        if (status == GPH_OK)
            status = gph_table_set_allocate(tables.set);
        bool failed = fails_in < 0; /* it was counted down below 0 */
        fails_in = -1;
        ck_assert_int_eq(status, failed ? GPH_MEMORY : GPH_OK);
        ck_assert(!failed || !tables.set || tables.n_reports > 0);
        gph_table_set_free(tables.set);
    } while (status != GPH_OK && n < 100);
    ck_assert_int_ge(n, 10);
    ck_assert_int_lt(n, 100);
}
END_TEST

static void
fill(TCase *cases)
{
    tcase_add_test(cases, one_writer);
    tcase_add_test(cases, views);
    tcase_add_test(cases, shared);
    tcase_add_test(cases, two_owners);
    tcase_add_test(cases, after_a_crash);
    tcase_add_test(cases, too_large);
#ifndef TEST_NO_LIMITS
    tcase_add_test(cases, address_space);
#endif
    tcase_add_test(cases, loads);
    tcase_add_test(cases, lying_header);
    tcase_add_test(cases, refused_files);
    tcase_add_test(cases, failing_memory);
}

SUITE_CASES("table", fill)
