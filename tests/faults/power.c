/* Row D9, promise 3: power cuts. The log of real recordings in every container is played up to a random
 * change; of what was not synced by then each sector of 512 bytes, each length and each name is there or
 * not; then it is recovered as after a new start of the machine. No frame that was synced may be lost,
 * and every frame that is promised must be there.
 *
 *     GPH_CUTS=50000 meson test -C build-tests/plain --timeout-multiplier 0 --verbose faults/power
 *
 * cuts so often, over all containers; without the variable it is a share of that. */
#include "../unit/disk/recovery.h"

#include "../../core/disk/journal_read.h"
#include "../../core/disk/stream_state.h"

static const struct {
    const char *format, *file;
    gph_format is;
    uint32_t channels;
} takes[] = {
    {"wav-s24", "x.wav", {GPH_WAV, GPH_S24}, 2},    {"wav-f32", "x.wav", {GPH_WAV, GPH_F32}, 8},
    {"rf64-f32", "x.rf64", {GPH_RF64, GPH_F32}, 2}, {"w64-s24", "x.w64", {GPH_W64, GPH_S24}, 2},
    {"au-f32", "x.au", {GPH_AU, GPH_F32}, 2},       {"caf-s24", "x.caf", {GPH_CAF, GPH_S24}, 2},
    {"aiff-s24", "x.aiff", {GPH_AIFF, GPH_S24}, 2}, {"raw-s24", "x.raw", {GPH_RAW, GPH_S24}, 2},
    {"sd2-s24", "x.sd2", {GPH_SD2, GPH_S24}, 2},    {"flac-s24", "x.flac", {GPH_FLAC, GPH_S24}, 2},
    {"ogg", "x.ogg", {GPH_OGG, GPH_VORBIS}, 1},
};
enum { N_TAKES = sizeof takes / sizeof *takes, FRAMES = 20000, USUAL_CUTS = 3300 };
/* What the host loses in the midst of it: silence, which is a hole where zeros are silence. */
enum { GAP_AT = 8000, GAP_FRAMES = 5000 };

typedef struct figures {
    int64_t cuts;
    int64_t with_promise; /* cuts at which some frames had been synced */
    int64_t promised;     /* frames that had been synced, over all cuts */
    int64_t lost;         /* of these, not to be had after recovery */
    int64_t hollow;       /* frames that recovery promises, and that are not there */
    int64_t unreadable; /* cuts after which there is no file that opens, of those with a `.part` */
} figures;

/* Frames that the writer had been told are on the disk. */
static int64_t
synced_by(const memory_disk *safe, const char *final_name)
{
    size_t size;
    gph_journal_facts facts = {.synced = -1};
    for (size_t n = 0; memory_disk_name(safe, n); n++) {
        const char *slash = strrchr(memory_disk_name(safe, n), '/');
        if (slash && !strcmp(slash + 1, final_name))
            return FRAMES;
    }
    const char *journal = name_of(safe, ".journal");
    if (!journal || !memory_disk_bytes(safe, journal, &size))
        return 0;
    const gph_file_system *files = memory_disk_files((memory_disk *)(uintptr_t)safe);
    char folder_name[300];
    snprintf(folder_name, sizeof folder_name, "/%.*s", (int)(strrchr(journal, '/') - journal),
             journal);
    gph_file folder = files->open_folder(files->user, folder_name);
    gph_file file = files->open_in(files->user, folder, strrchr(journal, '/') + 1, false);
    ck_assert_int_eq(gph_journal_read(files, file, &facts), 0);
    files->close(files->user, file);
    files->close(files->user, folder);
    int64_t synced = facts.synced > 0 ? facts.synced : 0;
    gph_journal_facts_finish(&facts);
    return synced;
}

/* The silence of the gap counts as the signal. */
static void
fill_gap(float *samples, int64_t frames, uint32_t channels)
{
    for (int64_t f = GAP_AT; f < frames && f < GAP_AT + GAP_FRAMES; f++)
        for (uint32_t c = 0; c < channels; c++)
            if (fabsf(samples[f * channels + c]) < 1e-6F)
                samples[f * channels + c] = counter(f + (1 << 23), c);
}

/* Frames of the signal in the file of that name, from the first on; -1: it does not open. */
static int64_t
found_in(const memory_disk *disk, const char *file, gph_format format, uint32_t channels,
         int64_t *frames)
{
    char ending[40];
    snprintf(ending, sizeof ending, "/%s", file);
    const char *name = name_of(disk, ending);
    float *samples = name ? read_in_memory(disk, name, format, channels, frames) : NULL;
    if (samples)
        fill_gap(samples, *frames, channels);
    int64_t good = samples ? good_frames(samples, format, *frames, 0, channels) : -1;
    free(samples);
    return good;
}

/* One cut, a recovery, and what became of the frames. */
static void
cut_once(const memory_disk *disk, const char *file, gph_format format, uint32_t channels, size_t at,
         uint64_t *dice, figures *f)
{
    told t;
    int64_t frames = 0;
    memory_disk *safe = memory_disk_safe(disk, at);
    memory_disk *left = memory_disk_cut(disk, at, dice);
    int64_t synced = synced_by(safe, file);
    bool had_part = count_endings(left, ".part") > 0;
    ck_assert_msg(recover(left, "another start", &t) == 0, "at %zu: %s", at, t.reason);
    int64_t good = found_in(left, file, format, channels, &frames);
    /* What a coder makes of the signal is checked as far as it is near it. */
    int64_t sure = frames - t.doubt;
    f->cuts++;
    f->with_promise += synced > 0;
    f->promised += synced;
    f->lost += synced > (good > 0 ? good : 0) ? synced - (good > 0 ? good : 0) : 0;
    if (good >= 0 && t.done && sure > good)
        f->hollow += sure - good;
    f->unreadable += had_part && good < 0;
    memory_disk_free(safe);
    memory_disk_free(left);
}

/* A recording of which barriers come often: a second of its clock is a millisecond. */
static memory_disk *
record_hurried(size_t n)
{
    rig r;
    memory_disk *disk = memory_disk_new();
    rig_init(&r, takes[n].channels, takes[n].file);
    r.site.files = memory_disk_files(disk);
    r.site.clock = &hurried;
    r.what.format = takes[n].format;
    ck_assert_msg(rig_open(&r) == GPH_OK, "%s", r.problem.text);
    gph_stream_start(r.stream, 0);
    int64_t lost = 0;
    /* A batch of the writer for each few blocks, so that there is much to cut between. */
    while (r.clock < FRAMES) {
        gph_stream_status status;
        rig_run(&r, r.clock + 500, 250);
        gph_recorder_ring_bell(r.stream->writes);
        do
            gph_stream_status_get(r.stream, &status);
        while (status.frames < r.clock - lost - 2 * MOST_BLOCK &&
               status.state != GPH_STREAM_BROKEN);
        if (r.clock == GAP_AT)
            r.clock += lost = GAP_FRAMES;
    }
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    rig_free(&r);
    return disk;
}

static uint32_t
roll(uint64_t *dice)
{
    *dice = *dice * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*dice >> 33);
}

START_TEST(a_power_cut_costs_no_synced_frame)
{
    size_t n = (size_t)_i;
    const char *asked = getenv("GPH_CUTS");
    long cuts = (asked ? atol(asked) : USUAL_CUTS) / N_TAKES + 1;
    uint64_t dice = 0x9E3779B97F4A7C15u + n;
    figures f = {.cuts = 0};
    memory_disk *disk = record_hurried(n);
    size_t changes = memory_disk_n_changes(disk);
    for (long c = 0; c < cuts; c++) {
        size_t at = roll(&dice) % (changes + 1);
        cut_once(disk, takes[n].file, takes[n].is, takes[n].channels, at, &dice, &f);
    }
    printf("# %s: %lld cuts among %zu changes, %lld with synced frames; %lld of %lld synced frames "
           "lost, %lld promised and not there; %lld files unreadable (%.2f %%)\n",
           takes[n].format, (long long)f.cuts, changes, (long long)f.with_promise,
           (long long)f.lost, (long long)f.promised, (long long)f.hollow, (long long)f.unreadable,
           100.0 * (double)f.unreadable / (double)f.cuts);
    fflush(stdout);
    ck_assert_int_eq(f.lost, 0);
    ck_assert_int_eq(f.hollow, 0);
    ck_assert_int_gt(f.with_promise, 0);
    memory_disk_free(disk);
}
END_TEST

/* A writer that says `sync` without having synced. */
START_TEST(a_writer_that_lies_is_convicted)
{
    memory_disk *disk = memory_disk_new();
    const gph_file_system *files = memory_disk_files(disk);
    gph_journal_about about = {
        .format = {GPH_AU, GPH_F32}, .channels = 1, .rate = RATE, .boot = "first start"};
    gph_journal *journal;
    static const uint8_t header[24] = ".snd\0\0\0\x18\0\0\0\0\0\0\0\x06\0\0\xBB\x80\0\0\0\x01";
    gph_file folder =
        files->open_beneath(files->user, files->open_folder(files->user, "/"), "rec", true);
    gph_file file = files->create(files->user, folder, "x.au.part");
    files->write_at(files->user, file, header, sizeof header, 0);
    files->sync(files->user, file);
    ck_assert_int_eq(gph_journal_new(files, folder, "x.au", &about, &journal), 0);
    gph_journal_file(journal, "", "x.au.part", 0);
    ck_assert_int_eq(gph_journal_begin(journal), 0);
    for (int64_t frame = 0; frame < 2000; frame++) {
        float value = counter(frame + (1 << 23), 0);
        uint8_t bytes[4];
        uint32_t word;
        memcpy(&word, &value, 4);
        for (int i = 0; i < 4; i++)
            bytes[i] = (uint8_t)(word >> (24 - 8 * i));
        files->write_at(files->user, file, bytes, 4, 24 + frame * 4);
    }
    gph_journal_sync(journal, 2000);
    gph_journal_leave(journal);
    files->close(files->user, file);
    uint64_t dice = 88172645463325252u;
    figures f = {.cuts = 0};
    for (int c = 0; c < 50; c++)
        cut_once(disk, "x.au", (gph_format){GPH_AU, GPH_F32}, 1, memory_disk_n_changes(disk), &dice,
                 &f);
    ck_assert_int_eq(f.with_promise, 50);
    ck_assert_int_gt(f.lost, 0);
    ck_assert_int_gt(f.hollow, 0);
    memory_disk_free(disk);
}
END_TEST

static void
fill(TCase *cases)
{
    tcase_set_timeout(cases, 3600);
    tcase_add_loop_test(cases, a_power_cut_costs_no_synced_frame, 0, N_TAKES);
    tcase_add_test(cases, a_writer_that_lies_is_convicted);
}

SUITE_CASES("power", fill)
