/* Shared tables that outlived their owner: saved bit for bit, hostile ones refused. [test program] */
#include "../../../core/platform/shm.h"
#include "../../../core/run/table_audio.h"
#include "../../../core/run/table_recover.h"
#include "../../../core/run/table_write.h"
#include "../suite.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#ifndef TEST_NO_LIMITS
#include <signal.h>
#include <sys/resource.h>
#endif
#include <sys/stat.h>
#include <unistd.h>

enum { CHANNELS = 3, FRAMES = 5000, FILLED = 4999, STRIDE = 20032, BANK = 61440 };

static char folder[256], name[128], path[256];
static size_t n_left;
static gph_table_fate fate;
static char why[512], saved[512], table[64];

/* Names of this process alone, so that tests may run side by side. */
static void
prepare(void)
{
    const char *place = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/recover-test-XXXXXX", place ? place : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(name, sizeof name, "graphophone-%u-recover%d.loop", gph_shm_user(), (int)getpid());
    snprintf(path, sizeof path, "%s/%s", TEST_SHARED, name);
}

static void
clean(void)
{
    unlink(path);
    unlink(saved);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was made */
}

static void
note(void *user, const gph_table_left *left)
{
    (void)user;
    n_left++;
    fate = left->fate;
    snprintf(why, sizeof why, "%s", left->why);
    snprintf(saved, sizeof saved, "%s", left->path);
    snprintf(table, sizeof table, "%s", left->table);
    ck_assert_str_eq(left->memory, path);
}

static float
sample(int channel, int frame)
{
    return (float)(frame + channel * 10000) / 65536;
}

static gph_table_header
good_header(void)
{
    gph_table_header header = {.version = 1,
                               .header = GPH_TABLE_HEADER,
                               .channels = CHANNELS,
                               .rate = 44100,
                               .frames = FRAMES,
                               .stride = STRIDE,
                               .bank_size = BANK,
                               .banks = 2,
                               .process = 1,
                               .generation = 1,
                               .bank = 1,
                               .filled = FILLED,
                               .written = 7000,
                               .name = "loop"};
    memcpy(header.magic, "GPHTABLE", 8);
    return header;
}

/* What a killed owner leaves: a file that nobody has locked. */
static void
leave(const gph_table_header *header, off_t bytes)
{
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(ftruncate(file, bytes), 0);
    ck_assert_int_eq(pwrite(file, header, sizeof *header, 0), sizeof *header);
    static float channel[FRAMES];
    for (int c = 0; c < CHANNELS && bytes > GPH_TABLE_HEADER + BANK; c++) {
        for (int f = 0; f < FRAMES; f++)
            channel[f] = sample(c, f);
        ck_assert_int_eq(
            pwrite(file, channel, sizeof channel, GPH_TABLE_HEADER + BANK + (off_t)c * STRIDE),
            sizeof channel);
    }
    close(file);
}

enum { ALL = GPH_TABLE_HEADER + 2 * BANK };

static gph_status
recover(void)
{
    n_left = 0;
    saved[0] = '\0';
    return gph_table_recover_name(name, folder, note, NULL);
}

START_TEST(bit_for_bit)
{
    prepare();
    gph_table_header header = good_header();
    leave(&header, ALL);
    ck_assert_int_eq(recover(), GPH_OK);
    ck_assert(n_left == 1 && fate == GPH_TABLE_SAVED);
    ck_assert_str_eq(table, "loop");
    ck_assert_int_ne(access(path, F_OK), 0);
    SF_INFO info = {0};
    SNDFILE *file = sf_open(saved, SFM_READ, &info);
    ck_assert_ptr_nonnull(file);
    ck_assert(info.channels == CHANNELS && info.samplerate == 44100 && info.frames == FILLED);
    float frame[CHANNELS];
    for (int f = 0; f < FILLED; f++) {
        ck_assert_int_eq(sf_readf_float(file, frame, 1), 1);
        for (int c = 0; c < CHANNELS; c++)
            ck_assert_float_eq(frame[c], sample(c, f));
    }
    sf_close(file);
    /* A second one finds the name taken. */
    char first[512];
    strcpy(first, saved);
    leave(&header, ALL);
    ck_assert_int_eq(recover(), GPH_OK);
    ck_assert_str_ne(first, saved);
    ck_assert_ptr_nonnull(strstr(saved, "-2.wav"));
    unlink(first);
    ck_assert_int_eq(recover(), GPH_OK);
    ck_assert_uint_eq(n_left, 0);
    snprintf(saved, sizeof saved, "%.*s-2.wav", (int)(strlen(first) - 4), first);
    clean();
}
END_TEST

/* An owner that lives has the lock; its process id means nothing either way. */
START_TEST(living_owner)
{
    prepare();
    gph_table_header header = good_header();
    leave(&header, ALL);
    int file = open(path, O_RDWR);
    ck_assert_int_eq(flock(file, LOCK_EX | LOCK_NB), 0);
    ck_assert_int_eq(recover(), GPH_OK);
    ck_assert_uint_eq(n_left, 0);
    ck_assert_int_eq(access(path, F_OK), 0);
    close(file);
    header.process = (uint32_t)getpid();
    leave(&header, ALL);
    ck_assert_int_eq(recover(), GPH_OK);
    ck_assert_uint_eq(n_left, 1);
    clean();
}
END_TEST

/* Nothing in it that anybody recorded. */
START_TEST(bare)
{
    prepare();
    for (int n = 0; n < 2; n++) {
        gph_table_header header = good_header();
        header.written = n ? 0 : 7000;
        header.filled = n ? FILLED : 0;
        leave(&header, ALL);
        ck_assert_int_eq(recover(), GPH_OK);
        ck_assert(n_left == 1 && fate == GPH_TABLE_IS_BARE);
        ck_assert_int_ne(access(path, F_OK), 0);
    }
    clean();
}
END_TEST

typedef struct lie {
    size_t offset;
    uint32_t bytes;
    uint64_t value;
} lie;

static uint64_t
bits(double value)
{
    uint64_t as;
    memcpy(&as, &value, sizeof as);
    return as;
}

/* Headers that lie: refused before anything is read or allocated, nothing made, nothing removed. */
START_TEST(hostile)
{
    const lie lies[] = {
        {8, 4, 2},                  /* version */
        {12, 4, 0},                 /* header */
        {12, 4, 4097},              /* */
        {16, 4, 0},                 /* channels */
        {16, 4, 5000},              /* */
        {16, 4, 1024},              /* more than are there */
        {24, 8, bits(NAN)},         /* rate */
        {24, 8, bits(-1)},          /* */
        {24, 8, bits(1e300)},       /* */
        {24, 8, bits(44100.5)},     /* */
        {32, 8, 0},                 /* frames */
        {32, 8, INT64_MAX},         /* */
        {32, 8, 0x7fffffff},        /* */
        {40, 8, 0},                 /* stride */
        {40, 8, 20001},             /* */
        {40, 8, UINT64_MAX - 3},    /* */
        {40, 8, UINT64_C(1) << 62}, /* */
        {48, 8, 0},                 /* bank size */
        {48, 8, 2 * BANK},          /* */
        {48, 8, UINT64_C(1) << 63}, /* times 2 is 0 */
        {56, 4, 0},                 /* banks */
        {56, 4, 3},                 /* */
        {72, 8, 2},                 /* bank */
        {72, 8, UINT64_MAX},        /* */
        {80, 8, FRAMES + 1},        /* filled */
        {80, 8, UINT64_MAX},        /* */
    };
    prepare();
    for (size_t n = 0; n < sizeof lies / sizeof *lies; n++) {
        gph_table_header header = good_header();
        leave(&header, ALL);
        int file = open(path, O_RDWR);
        ck_assert_int_eq(pwrite(file, &lies[n].value, lies[n].bytes, (off_t)lies[n].offset),
                         lies[n].bytes);
        close(file);
        ck_assert_msg(recover() == GPH_IO, "lie %zu", n);
        ck_assert_msg(n_left == 1 && fate == GPH_TABLE_NOT_SAVED && why[0], "lie %zu", n);
        ck_assert_int_eq(access(path, F_OK), 0);
    }
    clean();
}
END_TEST

/* Shorter than the header says, at every sort of place. */
START_TEST(short_ones)
{
    static const off_t sizes[] = {0, 100, 191, 4095, 4096, 4097, GPH_TABLE_HEADER + BANK, ALL - 1};
    prepare();
    gph_table_header header = good_header();
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        leave(&header, ALL);
        ck_assert_int_eq(truncate(path, sizes[n]), 0);
        gph_status status = recover();
        /* Without a whole header it is no table. */
        bool table_like = sizes[n] >= (off_t)sizeof header;
        ck_assert_msg(n_left == table_like && status == (table_like ? GPH_IO : GPH_OK), "size %ld",
                      (long)sizes[n]);
        ck_assert_int_eq(access(path, F_OK), 0);
    }
    clean();
}
END_TEST

/* Neither links nor pipes, nor what is no table. */
START_TEST(others)
{
    prepare();
    for (int kind = 0; kind < 3; kind++) {
        if (kind == 2)
            fclose(fopen(path, "w"));
#ifndef TEST_NO_LINKS
        else
            ck_assert_int_eq(kind ? symlink("/etc/hostname", path) : mkfifo(path, 0600), 0);
#else
        else
            continue;
#endif
        ck_assert_int_eq(recover(), GPH_OK);
        ck_assert_uint_eq(n_left, 0);
        ck_assert_int_eq(unlink(path), 0);
    }
    clean();
}
END_TEST

static void
find_ours(void *user, const gph_table_left *left)
{
    if (strcmp(left->memory, path) != 0)
        return;
    *(int *)user += 1;
    note(NULL, left);
}

/* All of a user's; a dry run only looks. A folder that cannot be written to loses nothing. */
START_TEST(all_of_them)
{
    int found = 0;
    prepare();
    gph_table_header header = good_header();
    leave(&header, ALL);
    (void)gph_table_recover(folder, true, find_ours, &found);
    ck_assert(found == 1 && fate == GPH_TABLE_IS_LEFT);
    ck_assert_int_eq(access(path, F_OK), 0);
    n_left = 0;
    ck_assert_int_eq(gph_table_recover_name(name, TEST_CLOSED, note, NULL), GPH_IO);
    ck_assert(n_left == 1 && fate == GPH_TABLE_NOT_SAVED && why[0]);
    ck_assert_int_eq(access(path, F_OK), 0);
    clean();
}
END_TEST

#ifndef TEST_NO_LIMITS
/* A disk that fills up on the way, after much of the table is in a file: an error, the sound is where it was,
 * and nothing stays, or each further run would add to what fills the disk. */
START_TEST(full_disk)
{
    enum { MORE = 60000 };
    prepare();
    gph_table_header header = good_header();
    header.frames = MORE;
    header.filled = MORE;
    header.stride = MORE * sizeof(float);
    header.bank_size = CHANNELS * header.stride;
    leave(&header, GPH_TABLE_HEADER + 2 * CHANNELS * MORE * (off_t)sizeof(float));
    struct rlimit limit = {262144, 262144};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(recover(), GPH_IO);
    ck_assert(n_left == 1 && fate == GPH_TABLE_NOT_SAVED && why[0]);
    ck_assert_int_eq(access(path, F_OK), 0);
    clean();
}
END_TEST

#endif

/* ---------------------------------------------------------------- disks that fail at a byte */

/* A disk that takes so many bytes of sound and no more, on a clock that runs fast. */
typedef struct small_disk {
    int64_t bytes;
    int error;
    int syncs_wanted;
    _Atomic int64_t taken;
    _Atomic int syncs; /* of sound, header or both */
} small_disk;

static int64_t
write_some(void *user, gph_file file, const void *data, size_t n, int64_t offset)
{
    small_disk *disk = user;
    if (offset + (int64_t)n > disk->bytes)
        return -disk->error;
    int64_t done = gph_file_system_real.write_at(NULL, file, data, n, offset);
    if (done > 0 && offset + done > atomic_load(&disk->taken))
        atomic_store(&disk->taken, offset + done);
    return done;
}

static int
sync_and_count(void *user, gph_file file)
{
    small_disk *disk = user;
    int error = gph_file_system_real.sync_data(NULL, file);
    /* The first block is in: it is no journal, and no empty file. */
    if (gph_file_system_real.size(NULL, file) > 4096 * CHANNELS * (int64_t)sizeof(float))
        atomic_fetch_add(&disk->syncs, 1);
    return error;
}

static int64_t
fast_ns(void *user)
{
    (void)user;
    return gph_clock_system.monotonic_ns(NULL) * 50;
}

static int64_t
wall_ns(void *user)
{
    (void)user;
    return gph_clock_system.wall_ns(NULL);
}

/* Goes on only when as many barriers have come as there are to be. */
static bool
give_late(void *user, uint64_t at, uint32_t n, const float **ch)
{
    static const float sound[4096];
    const small_disk *disk = user;
    for (int waited = 0; at >= 40000 && atomic_load(&disk->syncs) < disk->syncs_wanted; waited++) {
        ck_assert_int_lt(waited, 120000);
        usleep(1000);
    }
    ck_assert_uint_le(n, 4096);
    for (int c = 0; c < CHANNELS; c++)
        ch[c] = sound;
    return true;
}

/* However much of a table is in files by then, and however much of that is safe for ever. */
START_TEST(none_of_it)
{
    static const int errors[] = {ENOSPC, EFBIG, EIO};
    static const struct {
        int64_t bytes;
        int syncs;
    } cases[] = {{2048, 0}, {16384, 0}, {640000, 0}, {640000, 2}, {640000, 4}};
    for (size_t n = 0; n < 5 * 3; n++) {
        small_disk disk = {.bytes = cases[n / 3].bytes,
                           .error = errors[n % 3],
                           .syncs_wanted = cases[n / 3].syncs};
        gph_file_system files = gph_file_system_real;
        gph_time_source fast = {NULL, fast_ns, wall_ns};
        gph_stream_problem problem = {.text = ""};
        prepare();
        files.user = &disk;
        files.write_at = write_some;
        files.sync_data = sync_and_count;
        gph_table_file file = {
            .site =
                {
                    .node = "table",
                    .patch = "recovered",
                    .folder = folder,
                    .rate = 44100,
                    .files = &files,
                    .clock = &fast,
                },
            .name = "loop.wav",
            .format = "wav-f32",
            .channels = CHANNELS,
            .whole_or_none = true,
        };
        ck_assert_int_eq(gph_take_counter_new(&file.site.takes), GPH_OK);
        gph_status status = gph_table_write(&file, 60000, give_late, &disk, NULL, 0, &problem);
        ck_assert_msg(status != GPH_OK && problem.text[0], "case %zu", n);
        ck_assert_msg(atomic_load(&disk.syncs) >= disk.syncs_wanted, "case %zu", n);
        gph_take_counter_free(file.site.takes);
        ck_assert_msg(rmdir(folder) == 0, "case %zu leaves something in %s", n, folder);
    }
}
END_TEST

static void
fill(TCase *cases)
{
    tcase_add_test(cases, bit_for_bit);
    tcase_add_test(cases, living_owner);
    tcase_add_test(cases, bare);
    tcase_add_test(cases, hostile);
    tcase_add_test(cases, short_ones);
    tcase_add_test(cases, others);
    tcase_add_test(cases, all_of_them);
#ifndef TEST_NO_LIMITS
    tcase_add_test(cases, full_disk);
#endif
    tcase_add_test(cases, none_of_it);
}

SUITE_CASES("recover", fill)
