/* Any sequence of faults, stalls and commands while the counter signal is recorded: files and gap list
 * together are the signal, to the frame; whatever a file has is at its place. [fuzzer]
 *
 * The input: three bytes for format, rules and ring, then two a step, what to do and how much of it:
 *
 *     0 a while of sound           4 a cue          8 the host loses frames
 *     1 the writer does not run    5 a new part     9 sound stops, time goes on
 *     2 a fault of a kind          6 the take ends  10 the next call of a kind takes long
 *     3 the disk is well again     7 one begins     11 how much the disk has left
 *    12 somebody deletes, renames or cuts what is being written
 */
#include "../unit/suite.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must never be. */
#define demand(truth)                                                                              \
    do {                                                                                           \
        if (!(truth)) {                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #truth);                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Check tells its runner, and there is none here. */
#undef ck_assert
#undef ck_assert_msg
#undef ck_abort_msg
#undef ck_assert_ptr_nonnull
#undef ck_assert_int_eq
#undef ck_assert_int_lt
#undef ck_assert_uint_lt
#define ck_assert(truth) demand(truth)
#define ck_assert_msg(truth, ...)                                                                  \
    do {                                                                                           \
        if (!(truth)) {                                                                            \
            fprintf(stderr, __VA_ARGS__);                                                          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)
#define ck_abort_msg(...)              ck_assert_msg(false, __VA_ARGS__)
#define ck_assert_ptr_nonnull(pointer) demand((pointer) != NULL)
#define ck_assert_int_eq(a, b)         demand((intmax_t)(a) == (intmax_t)(b))
#define ck_assert_int_lt(a, b)         demand((intmax_t)(a) < (intmax_t)(b))
#define ck_assert_uint_lt(a, b)        demand((uintmax_t)(a) < (uintmax_t)(b))

#include "../unit/disk/stage.h"

enum {
    BLOCK = 480,
    MOST_BLOCKS = 400,
    MOST_FRAMES = (MOST_BLOCKS + 1) * BLOCK * 4,
    MOST_STEPS = 60
};

/* How a frame of the signal was recorded. */
enum { ABSENT, SOUND, MISSING, DOUBTFUL };

typedef struct play {
    stage s;
    int n_blocks;
    bool recording, crime;
    unsigned char wanted[MOST_FRAMES], seen[MOST_FRAMES];
} play;

/* ---------------------------------------------------------------- what happens */

/* A block whose frames are wanted, if a take is running. */
static void
block(play *p, bool look)
{
    if (p->n_blocks >= MOST_BLOCKS)
        return;
    p->n_blocks++;
    if (p->recording)
        memset(p->wanted + p->s.frame, 1, BLOCK);
    stage_block(&p->s, look);
}

static void
blocks(play *p, int n, bool look)
{
    while (n-- > 0)
        block(p, look);
}

static void
heal(stage *s)
{
    s->at = 0;
    s->ever = s->shorter = false;
    s->error = 0;
    s->delay_ns = 0;
    s->free = 0;
}

static void
fault(stage *s, unsigned how)
{
    static const int errors[] = {EIO, ENOSPC, EINTR, EROFS, EFBIG, EDQUOT, EAGAIN, ENOMEM};
    heal(s);
    memset(s->calls, 0, sizeof s->calls);
    s->kind = (int)(how % (N_CALLS + 1));
    s->error = errors[how / 9 % 8];
    s->at = 1 + (int)(how / 72 % 3);
    s->ever = how >= 128;
    s->shorter = s->kind == ON_WRITE && how / 9 % 16 == 15;
}

/* A call that takes so long; sound goes on meanwhile, and no more than there is room for here. */
static void
slow(play *p, unsigned how)
{
    int n = (int)(how % 64);
    int most = MOST_BLOCKS - p->n_blocks;
    n = n < most ? n : most;
    heal(&p->s);
    if (n <= 0 || p->s.journals)
        return;
    memset(p->s.calls, 0, sizeof p->s.calls);
    p->s.kind = how & 64 ? ON_BARRIER : ON_WRITE;
    p->s.at = 1 + (int)(how / 128);
    p->s.delay_ns = n * (SECONDS(1) / 100);
    int64_t before = p->s.frame;
    blocks(p, 20, true);
    p->n_blocks += n;
    if (p->recording)
        memset(p->wanted + before, 1, (size_t)(p->s.frame - before));
    heal(&p->s);
}

static void
lose(play *p, unsigned how)
{
    int64_t frames = how % 4 ? how : how * 8;
    int n = (int)(frames / BLOCK) + 1;
    /* With room for the block that tells of it. */
    if (p->n_blocks + n >= MOST_BLOCKS)
        return;
    p->n_blocks += n;
    if (p->recording)
        memset(p->wanted + p->s.frame, 1, (size_t)frames);
    p->s.frame += frames;
    /* The host tells of it with the next block. */
    block(p, true);
}

/* Somebody lays hands on every `.part`. */
static void
commit(play *p, unsigned how)
{
    const stage *s = &p->s;
    char other[300];
    snprintf(other, sizeof other, "%s/.mine", s->folder);
    p->crime = true;
    DIR *entries = opendir(s->folder);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        const char *end = strstr(entry->d_name, ".part");
        char path[600];
        struct stat about;
        snprintf(path, sizeof path, "%s/%s", s->folder, entry->d_name);
        if (!end || end[5] || stat(path, &about))
            continue;
        demand(how % 3 > 0 || !unlink(path));
        demand(how % 3 != 1 || !rename(path, other));
        demand(how % 3 != 2 || !truncate(path, about.st_size * (how / 3) / 86));
    }
    closedir(entries);
}

static void
step(play *p, unsigned what, unsigned how)
{
    stage *s = &p->s;
    switch (what % 13) {
    case 0:
        blocks(p, (int)how % 32 + 1, true);
        break;
    case 1:
        blocks(p, (int)how % 96 + 1, false);
        break;
    case 2:
        fault(s, how);
        break;
    case 3:
        heal(s);
        break;
    case 4:
    case 5:
        gph_stream_mark(&s->stream, s->frame, what % 13 == 5);
        break;
    case 6:
        if (p->recording && gph_stream_stop(&s->stream, s->frame) == GPH_OK)
            p->recording = false;
        break;
    case 7:
        if (!p->recording && gph_stream_start(&s->stream, s->frame) == GPH_OK)
            p->recording = true;
        break;
    case 8:
        lose(p, how);
        break;
    case 9:
        s->now_ns += SECONDS(1) / 10 * how;
        stage_step(s);
        break;
    case 10:
        slow(p, how);
        break;
    case 11:
        s->free = how & 1 ? 1 : 0;
        break;
    default:
        commit(p, how);
    }
}

/* ---------------------------------------------------------------- what came of it */

/* From which frame on a file is told to be perhaps not what it should be. */
static int64_t
doubt_of(const gph_take_file *file)
{
    static const char *const words[] = {"begins at frame ", "damaged from frame "};
    for (size_t n = 0; file->error && n < sizeof words / sizeof *words; n++) {
        const char *at = strstr(file->error, words[n]);
        if (at)
            return strtoll(at + strlen(words[n]), NULL, 10);
    }
    return INT64_MAX;
}

static void
note(play *p, const gph_take_file *file, int64_t frame, unsigned char how)
{
    int64_t clock = file->first_frame + frame;
    demand(clock >= 0 && clock < p->s.frame);
    if (file->channel > 1)
        return;
    /* What is in doubt here may be for certain in the next file. */
    if (how == DOUBTFUL && p->seen[clock])
        return;
    demand(p->seen[clock] == ABSENT || p->seen[clock] == DOUBTFUL);
    p->seen[clock] = how;
}

/* What is missing where a file begins and ends. */
static void
note_ends(play *p, const gph_take_file *file)
{
    for (uint32_t g = 0; g < file->n_gaps; g++) {
        const gph_take_gap *gap = &file->gaps[g];
        demand(gap->frames > 0);
        demand(gap->position >= 0 || gap->position + gap->frames == 0);
        demand(gap->position >= file->frames || gap->position + gap->frames <= file->frames);
        for (int64_t f = gap->position; f < gap->position + gap->frames; f++)
            if (f < 0 || f >= file->frames)
                note(p, file, f, MISSING);
    }
}

static void
account(play *p, const gph_take_file *file)
{
    const stage *s = &p->s;
    bool gone = file->error && strstr(file->error, "somebody deleted");
    bool cut = file->error && strstr(file->error, "somebody cut");
    /* Such a file is gone, or its header of some other length. */
    if (gone || cut) {
        for (int64_t f = 0; f < file->frames; f++)
            note(p, file, f, DOUBTFUL);
        note_ends(p, file);
        return;
    }
    float *samples = stage_read(s, file);
    int64_t doubt = doubt_of(file);
    for (int64_t f = 0; f < file->frames; f++) {
        bool gap = is_gap(file, f);
        note(p, file, f, f >= doubt ? DOUBTFUL : gap ? MISSING : SOUND);
        for (uint32_t c = 0; c < file->channels && f < doubt; c++) {
            uint32_t channel = file->channel ? file->channel - 1 : c;
            float expected = gap ? 0 : as_stored(s, counter(file->first_frame + f, channel));
            ck_assert_msg(samples[f * file->channels + c] == expected,
                          "%s: frame %lld of channel %u is %.9g, not %.9g\n", file->path,
                          (long long)f, channel, (double)samples[f * file->channels + c],
                          (double)expected);
        }
    }
    note_ends(p, file);
    free(samples);
}

static void
judge(play *p)
{
    const stage *s = &p->s;
    bool whole = s->writer->status.state == GPH_STREAM_FINISHED;
    bool absent = false;
    for (uint32_t n = 0; n < s->n_files; n++)
        account(p, s->list[n]);
    for (int64_t f = 0; f < s->frame; f++) {
        demand(p->wanted[f] || p->seen[f] == ABSENT);
        absent |= p->wanted[f] && p->seen[f] == ABSENT;
    }
    demand(whole || s->writer->status.state == GPH_STREAM_BROKEN);
    /* Only where the disk failed to the end, and that is told, frames are in no file and in no list. */
    demand(!absent || !whole);
    demand(whole || (s->writer->status.failures > 0 && *s->writer->status.trouble));
    demand(p->crime || stage_count(s->folder) - 1 + stage_count(s->spare) == s->n_files);
}

/* For a person who looks into an input. */
static void
say(const play *p)
{
    const stage *s = &p->s;
    fprintf(stderr, "%lld frames, state %d, %lld failures: %s\n", (long long)s->frame,
            (int)s->writer->status.state, (long long)s->writer->status.failures,
            s->writer->status.trouble);
    for (uint32_t n = 0; n < s->n_files; n++) {
        const gph_take_file *file = s->list[n];
        fprintf(stderr, "%s: from %lld, %lld frames, %s\n", file->path,
                (long long)file->first_frame, (long long)file->frames,
                file->error ? file->error : "whole");
        for (uint32_t g = 0; g < file->n_gaps; g++)
            fprintf(stderr, "    at %lld a gap of %lld\n", (long long)file->gaps[g].position,
                    (long long)file->gaps[g].frames);
    }
}

/* ---------------------------------------------------------------- the whole of it */

static void
set_up(play *p, unsigned format, unsigned rules, unsigned ring)
{
    static const char *const formats[] = {"wav-f32", "wav-s24", "rf64-s16", "w64-f32",
                                          "au-s24",  "caf-f32", "aiff-s24", "raw-s24"};
    static char file[24];
    const char *name = formats[format % 8];
    stage *s = &p->s;
    snprintf(file, sizeof file, "{take}.%.*s", (int)strcspn(name, "-"), name);
    stage_init(s, 1 + format / 8 % 3, file, name);
    gph_stream_write *what = &s->what;
    what->buffer_seconds = 0.05 * (ring % 16 + 1);
    what->gap_limit_seconds = rules & 1 ? 10 : 0.05;
    what->gap = rules & 2 ? GPH_GAP_SPLIT : GPH_GAP_SILENCE;
    what->files = rules & 4 ? GPH_FILES_PER_CHANNEL : what->files;
    what->failover = rules & 8 ? s->spare : NULL;
    what->rotate_seconds = rules & 16 ? 1 : 0;
    what->min_free_bytes = rules & 32 ? 1000 : 0;
    s->only = rules & 64 ? s->folder : NULL;
    s->journals = (ring & 16) != 0;
    stage_open(s);
    demand(gph_stream_start(&s->stream, 0) == GPH_OK);
    p->recording = true;
    /* The stream begins where its first block does. */
    block(p, true);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4 || size > 3 + 2 * MOST_STEPS)
        return 0;
    play *p = calloc(1, sizeof *p);
    demand(p != NULL);
    set_up(p, data[0], data[1], data[2]);
    for (size_t n = 3; n + 1 < size; n += 2)
        step(p, data[n], data[n + 1]);
    bool well = !(data[1] & 128);
    if (well)
        heal(&p->s);
    block(p, true);
    stage_end(&p->s);
    if (getenv("GPH_FUZZ_SAY"))
        say(p);
    judge(p);
    demand(!well || p->s.writer->status.state == GPH_STREAM_FINISHED);
    stage_free(&p->s);
    free(p);
    return 0;
}
