/* WAV and RF64 as others read them: geometry, texts, cues behind the sound, and what becomes of a file
 * beyond 4 GiB, of which all but the ends are holes. */
#include "../../../core/disk/convert.h"
#include "../../../core/disk/output_state.h"
#include "bench.h"

#include <errno.h>

enum { BATCH = 512 };
#define GIB (INT64_C(1) << 30)

typedef struct desk {
    char path[64];
    int file;
    gph_output_spec spec;
    gph_output *output;
} desk;

static void
desk_init(desk *d, const char *format, uint32_t channels)
{
    char text[400];
    const char *place = getenv("TMPDIR");
    d->spec.channels = channels;
    d->spec.rate = d->spec.rate ? d->spec.rate : RATE;
    ck_assert(gph_format_find(format, "x", false, &d->spec.format, text, sizeof text));
    snprintf(d->path, sizeof d->path, "%s/gph-riff-XXXXXX.wav", place ? place : "/tmp");
    d->file = mkstemps(d->path, 4);
    ck_assert_int_ge(d->file, 0);
    ck_assert_int_eq(
        gph_output_new(&gph_file_system_real, TEST_FILE(d->file), &d->spec, &d->output), 0);
}

static void
desk_free(desk *d)
{
    gph_output_free(d->output);
    unlink(d->path);
}

static int64_t
frame_bytes(const desk *d)
{
    return (int64_t)gph_sample_bytes(d->spec.format.sample) * d->spec.channels;
}

/* Exact in floats and, below a quarter, in 24 bits, whose greatest value is not 2^23. */
static float
signal_at(int64_t frame, uint32_t channel)
{
    return (float)((frame + (int64_t)channel * 4099) % 2000000) / 8388608.0f;
}

/* Frames of this signal, which goes on over what was left out. */
static void
put(desk *d, uint32_t frames)
{
    uint32_t channels = d->spec.channels;
    gph_sample sample = d->spec.format.sample;
    size_t bytes = gph_convert_bytes(sample);
    char *buffer = malloc(bytes * channels * frames);
    float *in = malloc(frames * sizeof *in);
    gph_channel_sums sums = {0};
    gph_converter converter = {.sample = sample};
    for (uint32_t c = 0; c < channels; c++) {
        for (uint32_t f = 0; f < frames; f++)
            in[f] = signal_at(gph_output_frames(d->output) + f, c);
        gph_convert(&converter, in, frames, buffer + c * bytes, channels, NULL, &sums);
    }
    ck_assert_int_eq(gph_output_put(d->output, buffer, frames), 0);
    free(buffer);
    free(in);
}

/* As if so many frames of silence had been put and flushed. */
static void
leave_out(desk *d, int64_t frames)
{
    ck_assert_int_eq(gph_output_flush(d->output), 0);
    d->output->frames += frames;
    d->output->length += frames * frame_bytes(d);
}

static void
end(desk *d, const gph_cue *cues, uint32_t n)
{
    ck_assert_int_eq(gph_output_end(d->output, cues, n), 0);
    ck_assert_int_eq(gph_output_flush(d->output), 0);
    ck_assert_int_eq(gph_output_sync(d->output), 0);
}

/* A file's chunks as the standard has them, by a reader that knows nothing of ours. */
typedef struct chunk {
    char name[5];
    int64_t begin, size; /* of the body */
} chunk;

static uint64_t
number(int file, int64_t at, int bytes)
{
    unsigned char raw[8] = {0};
    uint64_t value = 0;
    ck_assert_int_eq(pread(file, raw, (size_t)bytes, at), bytes);
    for (int n = bytes; n--;)
        value = value << 8 | raw[n];
    return value;
}

static uint32_t
read_chunks(const desk *d, chunk *chunks, uint32_t most)
{
    char name[5] = "";
    uint64_t data = 0;
    ck_assert_int_eq(pread(d->file, name, 4, 0), 4);
    bool large = !strcmp(name, "RF64");
    ck_assert(large || !strcmp(name, "RIFF"));
    int64_t length = lseek(d->file, 0, SEEK_END);
    uint64_t whole = number(d->file, 4, 4);
    if (large) {
        ck_assert_uint_eq(whole, UINT32_MAX);
        ck_assert_uint_eq(number(d->file, 12, 4), number(d->file, 12, 4));
        whole = number(d->file, 20, 8);
        data = number(d->file, 28, 8);
    }
    ck_assert_int_eq((int64_t)whole, length - 8);
    uint32_t n = 0;
    for (int64_t at = 12; at < length; n++) {
        ck_assert_uint_lt(n, most);
        memset(chunks[n].name, 0, 5);
        ck_assert_int_eq(pread(d->file, chunks[n].name, 4, at), 4);
        chunks[n].begin = at + 8;
        uint64_t size = number(d->file, at + 4, 4);
        if (large && !strcmp(chunks[n].name, "data")) {
            ck_assert_uint_eq(size, UINT32_MAX);
            size = data;
        }
        chunks[n].size = (int64_t)size;
        at += 8 + (int64_t)(size + (size & 1));
        ck_assert_int_le(at, length);
    }
    ck_assert_str_eq(chunks[0].name, large ? "ds64" : "JUNK");
    ck_assert_int_eq(chunks[0].size, 28);
    return n;
}

static const chunk *
find(const chunk *chunks, uint32_t n, const char *name)
{
    const chunk *found = NULL;
    for (uint32_t c = 0; c < n; c++)
        if (!strcmp(chunks[c].name, name))
            found = &chunks[c];
    ck_assert_msg(found != NULL, "no '%s'", name);
    return found;
}

/* Cues and their labels, read by hand: libsndfile does not see them in RF64. */
static void
check_cues(const desk *d, const gph_cue *cues, uint32_t n)
{
    chunk chunks[16];
    uint32_t n_chunks = read_chunks(d, chunks, 16);
    const chunk *points = find(chunks, n_chunks, "cue ");
    const chunk *labels = find(chunks, n_chunks, "LIST");
    ck_assert_ptr_eq(points, &chunks[n_chunks - 2]);
    ck_assert_ptr_eq(labels, &chunks[n_chunks - 1]);
    ck_assert_uint_eq(number(d->file, points->begin, 4), n);
    ck_assert_int_eq(points->size, 4 + 24 * (int64_t)n);
    int64_t at = labels->begin + 4;
    for (uint32_t c = 0; c < n; c++) {
        char expected[64] = "mark";
        char got[64] = "";
        int64_t point = points->begin + 4 + 24 * (int64_t)c;
        uint64_t size = number(d->file, at + 4, 4);
        ck_assert_uint_eq(number(d->file, point + 4, 4), cues[c].position);
        ck_assert_uint_eq(number(d->file, point + 20, 4), cues[c].position);
        ck_assert_uint_eq(number(d->file, point, 4), number(d->file, at + 8, 4));
        if (cues[c].gap)
            snprintf(expected, sizeof expected, "gap %lld frames", (long long)cues[c].gap);
        ck_assert_uint_le(size - 4, sizeof got);
        ck_assert_int_eq(pread(d->file, got, size - 4, at + 12), (ssize_t)size - 4);
        ck_assert_str_eq(got, expected);
        at += 8 + (int64_t)(size + (size & 1));
    }
    ck_assert_int_eq(at, labels->begin + labels->size);
}

/* `count` frames from `first` on as libsndfile reads them, of `frames`. */
static void
check_sound(const desk *d, int64_t frames, int64_t first, int64_t count)
{
    SF_INFO info = {0};
    SNDFILE *sound = sf_open(d->path, SFM_READ, &info);
    ck_assert_msg(sound != NULL, "%s", sf_strerror(NULL));
    ck_assert_int_eq(info.frames, frames);
    ck_assert_int_eq(info.channels, (int)d->spec.channels);
    ck_assert_int_eq(info.samplerate, (int)d->spec.rate);
    float *samples = calloc((size_t)(count * info.channels), sizeof *samples);
    ck_assert_int_eq(sf_seek(sound, first, SEEK_SET), first);
    ck_assert_int_eq(sf_readf_float(sound, samples, count), count);
    for (int64_t n = 0; n < count * info.channels; n++)
        if (samples[n] != signal_at(first + n / info.channels, (uint32_t)(n % info.channels)))
            ck_abort_msg("frame %lld of channel %lld", (long long)(first + n / info.channels),
                         (long long)(n % info.channels));
    free(samples);
    sf_close(sound);
}

/* How many frames sox sees. From a pipe: in a file it looks for chunks behind the sound, takes its
 * length to be of 32 bits, and looks through gigabytes of holes. */
static void
check_sox(const desk *d, int64_t frames)
{
#ifdef TEST_NO_SHELL
    (void)d, (void)frames;
#else
    char command[200];
    char line[100] = "";
    int64_t sound = (int64_t)gph_riff_size(&d->output->riff);
    snprintf(command, sizeof command, "head -c %lld %s | soxi -s - 2>/dev/null",
             (long long)sound + 8192, d->path);
    FILE *answer = popen(command, "r");
    ck_assert_ptr_nonnull(answer);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, answer));
    ck_assert_int_eq(pclose(answer), 0);
    ck_assert_int_eq(atoll(line), frames);
#endif
}

/* ---------------------------------------------------------------- geometry */

static const uint32_t widths[] = {1, 2, 3, 8, 32, 1024};
static const char *const kinds[] = {"s16", "s24", "s32", "f32", "f64", "ulaw", "alaw"};

START_TEST(the_format_chunk_is_what_readers_want)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        desk d = {.spec = {.rate = 96000}};
        char format[16];
        snprintf(format, sizeof format, "%s-%s", _i % 2 ? "rf64" : "wav", kinds[k]);
        desk_init(&d, format, widths[_i / 2]);
        put(&d, 77);
        end(&d, NULL, 0);
        chunk chunks[16];
        uint32_t n = read_chunks(&d, chunks, 16);
        const chunk *about = find(chunks, n, "fmt ");
        uint64_t tag = number(d.file, about->begin, 2);
        uint64_t plain = strstr("s16 s24 s32", kinds[k]) ? 1
                         : strstr("f32 f64", kinds[k])   ? 3
                         : !strcmp(kinds[k], "alaw")     ? 6
                                                         : 7;
        bool wide = d.spec.channels > 2;
        ck_assert_uint_eq(tag, wide ? 0xfffe : plain);
        if (wide) {
            ck_assert_uint_eq(number(d.file, about->begin + 20, 4), 0);
            ck_assert_uint_eq(number(d.file, about->begin + 24, 2), plain);
        }
        ck_assert_int_eq(find(chunks, n, "data")->begin, 4096);
        ck_assert_uint_eq(number(d.file, find(chunks, n, "fact")->begin, 4), 77);
        SF_INFO info = {0};
        SNDFILE *sound = sf_open(d.path, SFM_READ, &info);
        ck_assert_msg(sound != NULL, "%s: %s", format, sf_strerror(NULL));
        ck_assert_int_eq(info.frames, 77);
        ck_assert_int_eq(info.format & SF_FORMAT_SUBMASK,
                         gph_format_sndfile(d.spec.format, 1) & SF_FORMAT_SUBMASK);
        sf_close(sound);
        if (plain != 6 && plain != 7 && strcmp(kinds[k], "s16") != 0)
            check_sound(&d, 77, 0, 77);
        check_sox(&d, 77);
        desk_free(&d);
    }
}
END_TEST

START_TEST(the_first_header_is_real)
{
    desk d = {.path = ""};
    desk_init(&d, _i ? "rf64-f32" : "wav-f32", 2);
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    chunk chunks[16];
    uint32_t n = read_chunks(&d, chunks, 16);
    ck_assert_int_eq(find(chunks, n, "data")->size, 0);
    check_sound(&d, 0, 0, 0);
    desk_free(&d);
}
END_TEST

START_TEST(an_odd_length_is_made_even)
{
    static const gph_cue cues[] = {{3, 0}};
    for (uint32_t n = 0; n < 2; n++) {
        desk d = {.path = ""};
        desk_init(&d, _i ? "rf64-ulaw" : "wav-ulaw", 1);
        put(&d, 7);
        end(&d, cues, n);
        ck_assert_int_eq(lseek(d.file, 0, SEEK_END) % 2, 0);
        if (n)
            check_cues(&d, cues, 1);
        check_sox(&d, 7);
        desk_free(&d);
    }
}
END_TEST

/* ---------------------------------------------------------------- texts */

static gph_slate
some_slate(void)
{
    return (gph_slate){.project = "p", .node = "n", .take = 1, .part = 1, .n_files = 1};
}

START_TEST(broadcast_fields_are_read_back)
{
    desk d = {.path = ""};
    gph_slate slate = some_slate();
    slate.project = "Chor & Orgel \xc3\xa4";
    gph_slate_place(&slate, INT64_C(1785442530250000000), 480, RATE, true);
    d.spec.slate = &slate;
    desk_init(&d, _i ? "rf64-s24" : "wav-s24", 2);
    put(&d, 100);
    end(&d, NULL, 0);
    SF_INFO info = {0};
    SF_BROADCAST_INFO about;
    SNDFILE *sound = sf_open(d.path, SFM_READ, &info);
    ck_assert_int_eq(sf_command(sound, SFC_GET_BROADCAST_INFO, &about, sizeof about), SF_TRUE);
    ck_assert_str_eq(about.description, "Chor & Orgel ? n, take 1, part 1");
    ck_assert_str_eq(about.originator, "graphophone");
    ck_assert_int_eq(memcmp(about.originator_reference, "20260730T201530.250Z-00001", 27), 0);
    ck_assert_int_eq(memcmp(about.origination_date, "2026-07-30", 10), 0);
    ck_assert_int_eq(memcmp(about.origination_time, "20:15:30", 8), 0);
    uint64_t reference = (uint64_t)about.time_reference_high << 32 | about.time_reference_low;
    ck_assert_uint_eq(reference, slate.reference);
    ck_assert_uint_eq(reference, UINT64_C(72930) * RATE + RATE / 4 + 480);
    ck_assert_ptr_nonnull(
        strstr(about.coding_history, "A=PCM,F=48000,W=24,M=stereo,T=graphophone"));
    sf_close(sound);
    desk_free(&d);
}
END_TEST

/* The n-th `<NAME>` of the iXML chunk with its entities undone. */
static void
track_name(const char *xml, uint32_t n, char *name, size_t size)
{
    static const struct {
        const char *entity;
        char is;
    } entities[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    const char *at = xml;
    for (uint32_t k = 0; k <= n; k++) {
        at = strstr(at, "<NAME>");
        ck_assert_ptr_nonnull(at);
        at += 6;
    }
    size_t used = 0;
    while (*at != '<') {
        ck_assert_msg(*at && *at != '>' && *at != '"' && *at != '\'', "bare '%c'", *at);
        char is = *at;
        size_t length = 1;
        for (size_t e = 0; *at == '&' && e < 5; e++)
            if (!strncmp(at, entities[e].entity, strlen(entities[e].entity))) {
                is = entities[e].is;
                length = strlen(entities[e].entity);
            }
        ck_assert(*at != '&' || length > 1);
        ck_assert_uint_lt(used, size - 1);
        name[used++] = is;
        at += length;
    }
    ck_assert_int_eq(strncmp(at, "</NAME>", 7), 0);
    name[used] = '\0';
}

static char *
read_text(const desk *d, const char *name, size_t *size)
{
    chunk chunks[16];
    uint32_t n = read_chunks(d, chunks, 16);
    const chunk *found = find(chunks, n, name);
    *size = (size_t)found->size;
    char *text = calloc(1, *size + 1);
    ck_assert_int_eq(pread(d->file, text, (size_t)found->size, found->begin), found->size);
    return text;
}

START_TEST(hostile_labels_are_names_of_tracks)
{
    static char most[4000];
    static char umlauts[600];
    memset(most, '<', sizeof most - 1);
    for (size_t n = 0; n + 2 < sizeof umlauts; n += 2)
        memcpy(umlauts + n + 1, "\xc3\xbc", 2);
    umlauts[0] = 'x';
    static const char *const labels[] = {"Kick <in> & 'out' \"x\"",
                                         "\xd0\xa5\xd0\xbe\xd1\x80 \xf0\x9f\x8e\xa4",
                                         "a\x01\tb\r\nc\x7f",
                                         "\xff\xc0\x80\xed\xa0\x80z\xc3",
                                         "]]></NAME><!--",
                                         "\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd",
                                         "",
                                         most,
                                         umlauts,
                                         "%s%n"};
    static const char *const expected[] = {"Kick <in> & 'out' \"x\"",
                                           "\xd0\xa5\xd0\xbe\xd1\x80 \xf0\x9f\x8e\xa4",
                                           "a  b  c ",
                                           "??????z?",
                                           "]]></NAME><!--",
                                           "??\xef\xbf\xbd",
                                           "",
                                           NULL,
                                           NULL,
                                           "%s%n"};
    enum { CHANNELS = sizeof labels / sizeof *labels };
    desk d = {.path = ""};
    gph_slate slate = some_slate();
    slate.labels = labels;
    d.spec.slate = &slate;
    desk_init(&d, _i ? "rf64" : "wav", CHANNELS);
    put(&d, 100);
    end(&d, NULL, 0);
    check_sound(&d, 100, 0, 100);
    check_sox(&d, 100);
    size_t size;
    char *xml = read_text(&d, "iXML", &size);
    ck_assert_uint_eq(strlen(xml), size);
    for (uint32_t c = 0; c < CHANNELS; c++) {
        char name[GPH_SLATE_TEXT + 2];
        track_name(xml, c, name, sizeof name);
        if (expected[c])
            ck_assert_str_eq(name, expected[c]);
    }
    char name[GPH_SLATE_TEXT + 2];
    track_name(xml, 7, name, sizeof name);
    ck_assert_uint_eq(strlen(name), GPH_SLATE_TEXT);
    /* Cut between two characters, not within one. */
    track_name(xml, 8, name, sizeof name);
    ck_assert_uint_eq(strlen(name), GPH_SLATE_TEXT - 1);
    free(xml);
    desk_free(&d);
}
END_TEST

/* 1,024 names of the greatest length, all of them escaped: the sound begins far behind 4,096. */
START_TEST(long_texts_move_the_sound)
{
    static char most[200];
    static const char *labels[1024];
    memset(most, '"', sizeof most - 1);
    for (int n = 0; n < 1024; n++)
        labels[n] = most;
    desk d = {.path = ""};
    gph_slate slate = some_slate();
    slate.labels = labels;
    slate.project = most;
    slate.node = most;
    d.spec.slate = &slate;
    desk_init(&d, _i ? "rf64-s24" : "wav-s24", 1024);
    put(&d, 50);
    end(&d, NULL, 0);
    chunk chunks[16];
    uint32_t n = read_chunks(&d, chunks, 16);
    int64_t begin = find(chunks, n, "data")->begin;
    ck_assert_int_gt(begin, 800000);
    ck_assert_int_eq(begin % 4096, 0);
    check_sound(&d, 50, 0, 50);
    check_sox(&d, 50);
    desk_free(&d);
}
END_TEST

START_TEST(tags_are_read_back)
{
    static char longest[GPH_TAG_BYTES + 1];
    memset(longest, 'x', GPH_TAG_BYTES);
    static const gph_tag tags[] = {{"title", "Rain \xe2\x80\x94 roof"},
                                   {"artist", "A & B <c>"},
                                   {"album", longest},
                                   {"comment", "line\nline"},
                                   {"copyright", "(c) \xff"},
                                   {"genre", ""},
                                   {"date", "2026"},
                                   {"track", "3"},
                                   {"license", "CC0"}};
    desk d = {.path = ""};
    d.spec.tags = tags;
    d.spec.n_tags = sizeof tags / sizeof *tags;
    desk_init(&d, _i ? "rf64" : "wav", 1);
    put(&d, 100);
    end(&d, NULL, 0);
    SF_INFO info = {0};
    SNDFILE *sound = sf_open(d.path, SFM_READ, &info);
    ck_assert_str_eq(sf_get_string(sound, SF_STR_TITLE), tags[0].value);
    ck_assert_str_eq(sf_get_string(sound, SF_STR_ARTIST), tags[1].value);
    ck_assert_str_eq(sf_get_string(sound, SF_STR_ALBUM), longest);
    ck_assert_str_eq(sf_get_string(sound, SF_STR_COMMENT), "line line");
    ck_assert_str_eq(sf_get_string(sound, SF_STR_COPYRIGHT), "(c) ?");
    ck_assert_str_eq(sf_get_string(sound, SF_STR_DATE), "2026");
    ck_assert_str_eq(sf_get_string(sound, SF_STR_TRACKNUMBER), "3");
    ck_assert_ptr_nonnull(strstr(sf_get_string(sound, SF_STR_SOFTWARE), "graphophone"));
    sf_close(sound);
    size_t size;
    char *list = read_text(&d, "LIST", &size);
    ck_assert_ptr_nonnull(memmem(list, size, "ILIC\4\0\0\0CC0", 12));
    free(list);
    desk_free(&d);
}
END_TEST

/* ---------------------------------------------------------------- cues */

START_TEST(cues_stand_behind_the_sound)
{
    static gph_cue cues[1100];
    for (uint32_t n = 0; n < 1100; n++)
        cues[n] = (gph_cue){n * 3, n % 3 ? 0 : n + 1};
    static const uint32_t counts[] = {1, 2, 999, 1100};
    for (size_t k = 0; k < 4; k++) {
        desk d = {.path = ""};
        desk_init(&d, _i ? "rf64" : "wav", 1);
        put(&d, 5000);
        end(&d, cues, counts[k]);
        check_cues(&d, cues, counts[k] < 1000 ? counts[k] : 1000);
        check_sound(&d, 5000, 0, 5000);
        check_sox(&d, 5000);
        desk_free(&d);
    }
}
END_TEST

START_TEST(libsndfile_sees_late_cues_in_a_wav)
{
    static const gph_cue cues[] = {{10, 0}, {4800, 480}};
    desk d = {.path = ""};
    desk_init(&d, "wav", 3);
    put(&d, 5000);
    end(&d, cues, 2);
    SF_INFO info = {0};
    SF_CUES got;
    SNDFILE *sound = sf_open(d.path, SFM_READ, &info);
    ck_assert_int_eq(sf_command(sound, SFC_GET_CUE, &got, sizeof got), SF_TRUE);
    ck_assert_uint_eq(got.cue_count, 2);
    ck_assert_uint_eq(got.cue_points[0].sample_offset, 10);
    ck_assert_str_eq(got.cue_points[0].name, "mark");
    ck_assert_uint_eq(got.cue_points[1].sample_offset, 4800);
    ck_assert_str_eq(got.cue_points[1].name, "gap 480 frames");
    sf_close(sound);
    desk_free(&d);
}
END_TEST

/* ---------------------------------------------------------------- beyond 4 GiB */

static const char *const large[] = {"wav-f32", "wav-s24", "rf64-f32"};
static const uint32_t large_channels[] = {2, 32, 2};

static void
go_beyond(desk *d, int64_t bytes)
{
    desk_init(d, large[d->file], large_channels[d->file]);
    put(d, 1000);
    leave_out(d, bytes / frame_bytes(d));
}

static bool
is_rf64(const desk *d)
{
    char name[4];
    ck_assert_int_eq(pread(d->file, name, 4, 0), 4);
    return !memcmp(name, "RF64", 4);
}

START_TEST(a_wav_becomes_rf64_in_place)
{
    static const gph_cue cues[] = {{10, 0}, {70000000, 480}};
    desk d = {.file = _i};
    go_beyond(&d, 5 * GIB);
    put(&d, 1000);
    end(&d, cues, 2);
    int64_t frames = gph_output_frames(d.output);
    ck_assert(is_rf64(&d));
    check_cues(&d, cues, 2);
    check_sound(&d, frames, 0, 1000);
    check_sound(&d, frames, frames - 1000, 1000);
    check_sox(&d, frames);
    desk_free(&d);
}
END_TEST

/* Nobody asks for headers, and the program is killed right after the write that went beyond. */
START_TEST(killed_beyond_the_border_without_barriers)
{
    desk d = {.file = _i};
    go_beyond(&d, 4 * GIB);
    put(&d, 1000);
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    int64_t frames = gph_output_frames(d.output);
    ck_assert_int_eq(ftruncate(d.file, gph_output_bytes(d.output)), 0);
    if (!strncmp(large[_i], "wav", 3)) {
        ck_assert(is_rf64(&d));
        check_sound(&d, frames, frames - 1000, 1000);
        check_sox(&d, frames);
    }
    desk_free(&d);
}
END_TEST

/* With barriers it is readable at any moment, to the last one. */
START_TEST(killed_beyond_the_border_with_barriers)
{
    desk d = {.file = _i};
    /* A few hundred frames before it. */
    go_beyond(&d, 4 * GIB - 1200 * large_channels[_i] * 4 - 4096);
    int64_t before = gph_output_frames(d.output);
    ck_assert_int_eq(gph_output_make_header(d.output), 0);
    ck_assert_int_eq(gph_output_write_header(d.output), 0);
    ck_assert_int_eq(ftruncate(d.file, gph_output_bytes(d.output)), 0);
    check_sound(&d, before, 0, 1000);
    ck_assert_int_eq(is_rf64(&d), !strncmp(large[_i], "rf64", 4));
    put(&d, 1000);
    int64_t beyond = gph_output_frames(d.output);
    ck_assert_int_gt(beyond * frame_bytes(&d), 4 * GIB);
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    /* The border is passed, the barrier is not: what was promised is there, no more. */
    check_sound(&d, before, 0, 1000);
    ck_assert_int_eq(gph_output_make_header(d.output), 0);
    ck_assert_int_eq(gph_output_write_header(d.output), 0);
    ck_assert(is_rf64(&d));
    check_sound(&d, beyond, beyond - 1000, 1000);
    put(&d, 1000);
    ck_assert_int_eq(gph_output_flush(d.output), 0);
    check_sound(&d, beyond, beyond - 1000, 1000);
    check_sox(&d, beyond);
    desk_free(&d);
}
END_TEST

/* The last frame that fits, the first that does not, and cues that make the difference. */
START_TEST(the_border_is_exact)
{
    static const gph_cue cues[] = {{10, 0}};
    for (int beyond = 0; beyond < 2; beyond++)
        for (uint32_t n = 0; n < 2; n++) {
            desk d = {.path = ""};
            desk_init(&d, "wav-s16", 1);
            int64_t most = (int64_t)gph_riff_most_frames(&d.output->riff);
            ck_assert_int_ge(most * 2, 4 * GIB - 8192);
            put(&d, 1000);
            leave_out(&d, most - 2000 + beyond);
            put(&d, 1000);
            end(&d, cues, n);
            ck_assert_int_eq(is_rf64(&d),
                             beyond || (n && lseek(d.file, 0, SEEK_END) - 8 > UINT32_MAX));
            chunk chunks[16];
            uint32_t n_chunks = read_chunks(&d, chunks, 16);
            ck_assert_int_eq(find(chunks, n_chunks, "data")->size, 2 * (most + beyond));
            check_sox(&d, most + beyond);
            desk_free(&d);
        }
}
END_TEST

START_TEST(aiff_ends_before_its_border)
{
    gph_format format = {GPH_AIFF, GPH_F32};
    ck_assert_int_lt(gph_format_limit(format), 4 * GIB - 400000000);
    ck_assert_int_gt(gph_format_limit(format), 35 * GIB / 10);
    for (gph_container c = GPH_WAV; c < GPH_N_CONTAINERS; c++) {
        format.container = c;
        ck_assert(c == GPH_AIFF || gph_format_limit(format) == INT64_MAX);
    }
}
END_TEST

/* The chunk that makes libsndfile slow is in AIFF and CAF of one or two channels, nowhere else. */
START_TEST(no_peak_chunk)
{
    static const char *const formats[] = {"wav-f32", "rf64-f32", "aiff-f32", "caf-f32"};
    for (uint32_t channels = 1; channels < 5; channels++) {
        char bytes[8192];
        desk d = {.path = ""};
        desk_init(&d, formats[_i], channels);
        put(&d, 10);
        end(&d, NULL, 0);
        ssize_t got = pread(d.file, bytes, sizeof bytes, 0);
        ck_assert_int_gt(got, 100);
        bool there = memmem(bytes, (size_t)got, "PEAK", 4) || memmem(bytes, (size_t)got, "peak", 4);
        ck_assert_int_eq(there, _i >= 2 && channels <= 2);
        desk_free(&d);
    }
}
END_TEST

static void
fill(TCase *cases)
{
    tcase_add_loop_test(cases, the_format_chunk_is_what_readers_want, 0, 12);
    tcase_add_loop_test(cases, the_first_header_is_real, 0, 2);
    tcase_add_loop_test(cases, an_odd_length_is_made_even, 0, 2);
    tcase_add_loop_test(cases, broadcast_fields_are_read_back, 0, 2);
    tcase_add_loop_test(cases, hostile_labels_are_names_of_tracks, 0, 2);
    tcase_add_loop_test(cases, long_texts_move_the_sound, 0, 2);
    tcase_add_loop_test(cases, tags_are_read_back, 0, 2);
    tcase_add_loop_test(cases, cues_stand_behind_the_sound, 0, 2);
    tcase_add_test(cases, libsndfile_sees_late_cues_in_a_wav);
    tcase_add_loop_test(cases, a_wav_becomes_rf64_in_place, 0, 3);
    tcase_add_loop_test(cases, killed_beyond_the_border_without_barriers, 0, 3);
    tcase_add_loop_test(cases, killed_beyond_the_border_with_barriers, 0, 3);
    tcase_add_test(cases, the_border_is_exact);
    tcase_add_test(cases, aiff_ends_before_its_border);
    tcase_add_loop_test(cases, no_peak_chunk, 0, 4);
}

SUITE_CASES("riff", fill)
