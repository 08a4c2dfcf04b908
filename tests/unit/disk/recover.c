/* What a crash left gets its name, with all that was written to it: after any call of the writer, in
 * every container; and again, and interrupted at any call, and without leave to change anything. */
#include "recovery.h"

#include "../../../core/disk/journal.h"

static const struct {
    const char *format, *file;
    gph_format is;
    uint32_t channels;
    bool per_channel;
} takes[] = {
    {"wav-s16", "x.wav", {GPH_WAV, GPH_S16}, 1, false},
    {"wav-s24", "x.wav", {GPH_WAV, GPH_S24}, 1, false},
    {"wav-f32", "x.wav", {GPH_WAV, GPH_F32}, 3, false},
    {"wav-ulaw", "x.wav", {GPH_WAV, GPH_ULAW}, 1, false},
    {"rf64-s24", "x.rf64", {GPH_RF64, GPH_S24}, 2, false},
    {"w64-s16", "x.w64", {GPH_W64, GPH_S16}, 3, false},
    {"w64-f64", "x.w64", {GPH_W64, GPH_F64}, 2, false},
    {"au-f32", "x.au", {GPH_AU, GPH_F32}, 2, false},
    {"caf-s24", "x.caf", {GPH_CAF, GPH_S24}, 1, false},
    {"aiff-s24", "x.aiff", {GPH_AIFF, GPH_S24}, 1, false},
    {"aiff-f32", "x.aiff", {GPH_AIFF, GPH_F32}, 2, false},
    {"aiff-ulaw", "x.aiff", {GPH_AIFF, GPH_ULAW}, 3, false},
    {"w64-alaw", "x.w64", {GPH_W64, GPH_ALAW}, 1, false},
    {"caf-ulaw", "x.caf", {GPH_CAF, GPH_ULAW}, 3, false},
    {"raw-s24", "x.raw", {GPH_RAW, GPH_S24}, 2, false},
    {"sd2-s24", "x.sd2", {GPH_SD2, GPH_S24}, 2, false},
    {"flac-s24", "x.flac", {GPH_FLAC, GPH_S24}, 2, false},
    {"flac-s16", "x.flac", {GPH_FLAC, GPH_S16}, 1, false},
    {"ogg", "x.ogg", {GPH_OGG, GPH_VORBIS}, 1, false},
    {"wav-f32", "{ch}/x.wav", {GPH_WAV, GPH_F32}, 3, true},
    {"aiff-s16", "x-{ch}.aiff", {GPH_AIFF, GPH_S16}, 2, true},
};
enum { N_TAKES = sizeof takes / sizeof *takes, FRAMES = 30001 };

static bool
is_coded(gph_format format)
{
    return format.container == GPH_FLAC || format.container == GPH_OGG;
}

static memory_disk *
record(size_t n)
{
    return record_in_memory(takes[n].format, takes[n].file, takes[n].channels, takes[n].per_channel,
                            FRAMES);
}

/* Every file that is no `.part`, journal or fork opens and holds the signal; returns the frames of the
 * shortest, or -1: there is none. */
static int64_t
check_files(size_t n, const memory_disk *disk)
{
    int64_t least = -1;
    const char *name;
    for (size_t i = 0; (name = memory_disk_name(disk, i)) != NULL; i++) {
        const char *dot = strrchr(name, '.');
        uint32_t first = 0;
        if (!strcmp(dot, ".part") || !strcmp(dot, ".journal") || !strcmp(dot, ".new") ||
            strstr(name, "/._"))
            continue;
        if (takes[n].per_channel)
            first = strstr(name, "/02/") || strstr(name, "-02.") ? 1 : strstr(name, "/03/") ? 2 : 0;
        uint32_t channels = takes[n].per_channel ? 1 : takes[n].channels;
        int64_t frames = 0;
        float *samples = read_in_memory(disk, name, takes[n].is, channels, &frames);
        ck_assert_msg(samples != NULL, "%s does not open", name);
        int64_t good = good_frames(samples, takes[n].is, frames, first, channels);
        free(samples);
        ck_assert_msg(good == frames, "%s: frame %lld of %lld", name, (long long)good,
                      (long long)frames);
        least = least < 0 || frames < least ? frames : least;
    }
    return least;
}

/* How many whole frames the shortest `.part` of a disk has behind its header; -1: there is none. */
static int64_t
frames_in_parts(size_t n, const memory_disk *disk)
{
    int64_t least = -1;
    const char *name;
    for (size_t i = 0; (name = memory_disk_name(disk, i)) != NULL; i++) {
        size_t size;
        char text[200];
        gph_lengths lengths = {.sound = 0};
        if (strcmp(strrchr(name, '.'), ".part") != 0 || strstr(name, "/._"))
            continue;
        const uint8_t *bytes = memory_disk_bytes(disk, name, &size);
        int64_t frames = 0;
        if (gph_lengths_has(takes[n].is.container) && size)
            ck_assert(gph_lengths_find(takes[n].is.container, bytes, size, &lengths, text, 200));
        uint32_t channels = takes[n].per_channel ? 1 : takes[n].channels;
        frames =
            ((int64_t)size - lengths.sound) / (channels * gph_sample_bytes(takes[n].is.sample));
        frames = frames > FRAMES ? FRAMES : frames;
        least = least < 0 || frames < least ? frames : least;
    }
    return least;
}

/* After any call that changed the disk, in this start of the machine: every frame that was written. */
START_TEST(a_crash_at_any_call_costs_no_frame)
{
    size_t n = (size_t)_i;
    memory_disk *disk = record(n);
    size_t most = memory_disk_n_changes(disk);
    int64_t greatest = -1;
    for (size_t k = 0; k <= most; k++) {
        memory_disk *left = memory_disk_after(disk, k);
        size_t size = 0;
        const char *journal = name_of(left, ".journal");
        bool has_journal = journal && memory_disk_bytes(left, journal, &size) && size;
        int64_t there = is_coded(takes[n].is) ? -1 : frames_in_parts(n, left);
        told t;
        ck_assert_msg(recover(left, NULL, &t) == 0, "after %zu calls: %s", k, t.reason);
        ck_assert_uint_eq(t.failed + t.live, 0);
        ck_assert_int_eq(t.doubt + t.cut + t.missing, 0);
        int64_t frames = check_files(n, left);
        if (has_journal && there >= 0 && t.done)
            ck_assert_msg(frames == there, "after %zu calls of %zu: %lld frames of %lld", k, most,
                          (long long)frames, (long long)there);
        if (has_journal && !is_coded(takes[n].is))
            ck_assert_msg(count_endings(left, ".part") == 0 && t.refused == 0, "after %zu: %s", k,
                          t.reason);
        greatest = frames > greatest ? frames : greatest;
        /* Once more changes nothing. */
        size_t changes = memory_disk_n_changes(left);
        ck_assert_int_eq(recover(left, NULL, &t), 0);
        ck_assert_uint_eq(memory_disk_n_changes(left), changes);
        ck_assert_uint_eq(t.done + t.failed, 0);
        memory_disk_free(left);
    }
    ck_assert_int_eq(greatest, FRAMES);
    memory_disk_free(disk);
}
END_TEST

/* The state after so many hundredths of all calls. */
static memory_disk *
part_way(const memory_disk *disk, size_t percent)
{
    return memory_disk_after(disk, memory_disk_n_changes(disk) * percent / 100);
}

START_TEST(a_recovery_that_fails_at_any_call_is_completed_by_the_next)
{
    size_t n = (size_t)_i;
    memory_disk *disk = record(n);
    for (int ever = 0; ever < 2; ever++) {
        uint32_t call = 1;
        for (bool hit = true; hit; call++) {
            told t;
            memory_disk *left = part_way(disk, 70);
            memory_disk *whole = part_way(disk, 70);
            ck_assert_int_eq(recover(whole, NULL, &t), 0);
            int64_t frames = check_files(n, whole);
            ck_assert_int_gt(frames, 0);
            memory_disk_fail_at(left, call, ever);
            int error = recover(left, NULL, &t);
            hit = memory_disk_fail_at(left, 0, false) >= call;
            /* A folder that cannot be listed has nothing in it that could be told. */
            ck_assert_msg(!hit || error || !ever, "call %u failed and nobody says so", call);
            check_files(n, left);
            error = recover(left, NULL, &t);
            ck_assert_msg(!error, "call %u, then: %s", call, t.reason);
            ck_assert_msg(check_files(n, left) == frames, "call %u: %s", call, t.reason);
            ck_assert_uint_eq(count_endings(left, ".part"), 0);
            ck_assert_uint_eq(count_endings(left, ".new"), 0);
            memory_disk_free(left);
            memory_disk_free(whole);
        }
        ck_assert_uint_gt(call, 15);
    }
    memory_disk_free(disk);
}
END_TEST

START_TEST(a_dry_run_tells_and_changes_nothing)
{
    size_t n = (size_t)_i;
    memory_disk *disk = record(n);
    memory_disk *left = part_way(disk, 70);
    memory_disk *same = part_way(disk, 70);
    told dry;
    told wet;
    gph_recover_options options = recover_options(left, &dry);
    options.dry_run = true;
    ck_assert_int_eq(gph_recover_path(&options, "/"), 0);
    ck_assert_uint_eq(memory_disk_n_changes(left), 0);
    ck_assert(memory_disk_same(left, same));
    ck_assert_int_eq(recover(left, NULL, &wet), 0);
    ck_assert_uint_ge(dry.done, 1);
    ck_assert_uint_eq(dry.done, wet.done);
    ck_assert_int_eq(dry.frames, wet.frames);
    ck_assert_str_eq(dry.became, wet.became);
    ck_assert(!memory_disk_same(left, same));
    memory_disk_free(left);
    memory_disk_free(same);
    memory_disk_free(disk);
}
END_TEST

/* A part of one file with a journal of our own making. */
static memory_disk *
make(int64_t frames, int64_t synced, const char *boot)
{
    memory_disk *disk = memory_disk_new();
    const gph_file_system *files = memory_disk_files(disk);
    gph_journal_about about = {
        .format = {GPH_AU, GPH_F32}, .channels = 1, .rate = RATE, .boot = boot};
    gph_journal *journal;
    uint8_t header[24] = ".snd\0\0\0\x18\0\0\0\0\0\0\0\x06\0\0\xBB\x80\0\0\0\x01";
    size_t size = sizeof header + (size_t)frames * 4 + 3;
    uint8_t *bytes = calloc(1, size);
    memcpy(bytes, header, sizeof header);
    for (int64_t f = 0; f < frames; f++) {
        float value = counter(f + (1 << 23), 0);
        uint32_t word;
        memcpy(&word, &value, 4);
        for (int i = 0; i < 4; i++)
            bytes[24 + f * 4 + i] = (uint8_t)(word >> (24 - 8 * i));
    }
    memory_disk_put(disk, "x.au.part", bytes, size);
    free(bytes);
    gph_file folder = files->open_folder(files->user, "/");
    ck_assert_int_eq(gph_journal_new(files, folder, "x.au", &about, &journal), 0);
    gph_journal_file(journal, "", "x.au.part", 0);
    ck_assert_int_eq(gph_journal_begin(journal), 0);
    if (synced >= 0)
        ck_assert_int_eq(gph_journal_sync(journal, synced), 0);
    gph_journal_leave(journal);
    files->close(files->user, folder);
    return disk;
}

static int64_t
frames_of(const memory_disk *disk, const char *name)
{
    int64_t frames = -1;
    float *samples = read_in_memory(disk, name, (gph_format){GPH_AU, GPH_F32}, 1, &frames);
    int64_t good = samples ? good_frames(samples, (gph_format){GPH_AU, GPH_F32}, frames, 0, 1) : -1;
    free(samples);
    return good == frames ? frames : -2;
}

START_TEST(another_boot_keeps_what_was_synced)
{
    static const struct {
        const char *boot; /* of the writer; NULL: this one */
        int64_t frames, synced;
        bool tail;
        int64_t kept, doubt, cut, missing;
    } cases[] = {
        {NULL, 1000, 600, false, 1000, 0, 0, 0},    {"old", 1000, 600, false, 600, 0, 400, 0},
        {"old", 1000, 600, true, 1000, 400, 0, 0},  {"old", 1000, -1, false, 1000, 1000, 0, 0},
        {"", 1000, 600, false, 600, 0, 400, 0},     {"old", 1000, 1200, false, 1000, 0, 0, 200},
        {NULL, 1000, 1200, false, 1000, 0, 0, 200}, {"old", 1000, 0, false, 0, 0, 1000, 0},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        told t;
        memory_disk *disk = make(cases[n].frames, cases[n].synced, cases[n].boot);
        gph_recover_options options = recover_options(disk, &t);
        options.tail = cases[n].tail;
        ck_assert_int_eq(gph_recover_path(&options, "/"), 0);
        ck_assert_int_eq(t.done, 1);
        ck_assert_str_eq(t.became, "x.au");
        ck_assert_msg(t.frames == cases[n].kept && t.doubt == cases[n].doubt &&
                          t.cut == cases[n].cut && t.missing == cases[n].missing,
                      "case %zu: %lld %lld %lld %lld", n, (long long)t.frames, (long long)t.doubt,
                      (long long)t.cut, (long long)t.missing);
        ck_assert_int_eq(frames_of(disk, "x.au"), cases[n].kept);
        memory_disk_free(disk);
    }
}
END_TEST

START_TEST(a_writer_that_is_replaced_says_how_many_frames)
{
    told t;
    memory_disk *disk = make(1000, 300, NULL);
    gph_recover_options options = recover_options(disk, &t);
    options.most_frames = 700;
    gph_file folder = options.files->open_folder(options.files->user, "/");
    ck_assert_int_eq(gph_recover_part(&options, folder, ".", "x.au.part"), 0);
    ck_assert_int_eq(t.frames, 700);
    ck_assert_int_eq(t.cut, 300);
    ck_assert_int_eq(frames_of(disk, "x.au"), 700);
    memory_disk_free(disk);
}
END_TEST

START_TEST(a_living_writer_is_left_alone)
{
    told t;
    memory_disk *disk = make(1000, 300, NULL);
    const gph_file_system *files = memory_disk_files(disk);
    gph_file folder = files->open_folder(files->user, "/");
    static const char *const locked[] = {"x.au.part", "x.au.journal"};
    for (size_t n = 0; n < 2; n++) {
        gph_file file = files->open_in(files->user, folder, locked[n], true);
        ck_assert_int_ge(file, 0);
        size_t changes = memory_disk_n_changes(disk);
        ck_assert_int_eq(recover(disk, "another", &t), 0);
        ck_assert_uint_eq(t.live, 1);
        ck_assert_uint_eq(t.n, 1);
        ck_assert_uint_eq(memory_disk_n_changes(disk), changes);
        files->close(files->user, file);
    }
    ck_assert_int_eq(recover(disk, NULL, &t), 0);
    ck_assert_uint_eq(t.done, 1);
    memory_disk_free(disk);
}
END_TEST

/* A journal that lost its beginning, all of it, or never was. */
START_TEST(a_missing_journal_keeps_all_in_doubt)
{
    told t;
    for (int torn = 0; torn < 2; torn++) {
        memory_disk *disk = make(1000, 300, NULL);
        const gph_file_system *files = memory_disk_files(disk);
        gph_file folder = files->open_folder(files->user, "/");
        ck_assert_int_eq(files->remove(files->user, folder, "x.au.journal"), 0);
        if (torn)
            memory_disk_put(disk, "x.au.journal", "Tuesday: rain.\n", 15);
        size_t changes = memory_disk_n_changes(disk);
        ck_assert_int_eq(recover(disk, NULL, &t), 0);
        ck_assert_uint_eq(t.unknown, 1);
        ck_assert_uint_eq(memory_disk_n_changes(disk), changes);
        gph_recover_options options = recover_options(disk, &t);
        ck_assert_int_eq(gph_recover_path(&options, "/x.au.part"), 0);
        ck_assert_uint_eq(t.done, 1);
        ck_assert_int_eq(t.frames, 1000);
        ck_assert_int_eq(t.doubt, 1000);
        ck_assert_int_eq(frames_of(disk, "x.au"), 1000);
        size_t size;
        if (torn)
            ck_assert_mem_eq(memory_disk_bytes(disk, "x.au.journal", &size), "Tuesday: rain.\n",
                             15);
        memory_disk_free(disk);
    }
}
END_TEST

START_TEST(nothing_is_written_over)
{
    told t;
    size_t size;
    memory_disk *disk = make(1000, 300, NULL);
    memory_disk_put(disk, "x.au", "mine", 4);
    memory_disk_put(disk, "x-2.au", "mine too", 8);
    ck_assert_int_eq(recover(disk, NULL, &t), 0);
    ck_assert_str_eq(t.became, "x-3.au");
    ck_assert_int_eq(frames_of(disk, "x-3.au"), 1000);
    ck_assert_mem_eq(memory_disk_bytes(disk, "x.au", &size), "mine", 4);
    ck_assert_mem_eq(memory_disk_bytes(disk, "x-2.au", &size), "mine too", 8);
    memory_disk_free(disk);
}
END_TEST

/* Headers that lie of what they cannot know are mended, of what they must know refused. */
START_TEST(a_header_that_lies_is_mended_or_refused)
{
    static const struct {
        size_t at;
        uint8_t is;
        bool refused;
    } lies[] = {{0, 'x', true}, {7, 0xFF, true}, {8, 0x7F, false}, {11, 1, false},  {15, 3, true},
                {15, 99, true}, {18, 0, true},   {23, 2, true},    {20, 0xFF, true}};
    for (size_t n = 0; n < sizeof lies / sizeof *lies; n++) {
        told t;
        size_t size;
        memory_disk *disk = make(1000, 300, NULL);
        uint8_t *bytes = (uint8_t *)(uintptr_t)memory_disk_bytes(disk, "x.au.part", &size);
        bytes[lies[n].at] = lies[n].is;
        uint8_t *before = calloc(1, size);
        memcpy(before, bytes, size);
        ck_assert_int_eq(recover(disk, NULL, &t), 0);
        ck_assert_msg(t.refused == lies[n].refused && t.done == !lies[n].refused, "lie %zu: %s", n,
                      t.reason);
        if (lies[n].refused)
            ck_assert_mem_eq(memory_disk_bytes(disk, "x.au.part", &size), before, size);
        else
            ck_assert_int_eq(frames_of(disk, "x.au"), 1000);
        free(before);
        memory_disk_free(disk);
    }
}
END_TEST

/* The bytes that were changed stand in the journal as they were. */
START_TEST(the_old_header_is_in_the_journal)
{
    told t;
    size_t size;
    memory_disk *disk = make(1000, 300, NULL);
    ck_assert_int_eq(recover(disk, NULL, &t), 0);
    const char *text = (const char *)memory_disk_bytes(disk, "x.au.journal", &size);
    char *copy = calloc(1, size + 1);
    memcpy(copy, text, size);
    ck_assert_ptr_nonnull(strstr(copy, "header name=x.au.part below= at=10 was=0000 "));
    ck_assert_ptr_nonnull(strstr(copy, "recovered name=x.au.part below= as=x.au frames=1000 "));
    ck_assert_ptr_nonnull(strstr(copy, "close "));
    free(copy);
    memory_disk_free(disk);
}
END_TEST

static void
fill(TCase *cases)
{
    tcase_add_loop_test(cases, a_crash_at_any_call_costs_no_frame, 0, N_TAKES);
    tcase_add_loop_test(cases, a_recovery_that_fails_at_any_call_is_completed_by_the_next, 0,
                        N_TAKES);
    tcase_add_loop_test(cases, a_dry_run_tells_and_changes_nothing, 0, N_TAKES);
    tcase_add_test(cases, another_boot_keeps_what_was_synced);
    tcase_add_test(cases, a_writer_that_is_replaced_says_how_many_frames);
    tcase_add_test(cases, a_living_writer_is_left_alone);
    tcase_add_test(cases, a_missing_journal_keeps_all_in_doubt);
    tcase_add_test(cases, nothing_is_written_over);
    tcase_add_test(cases, a_header_that_lies_is_mended_or_refused);
    tcase_add_test(cases, the_old_header_is_in_the_journal);
}

SUITE_CASES("recover", fill)
