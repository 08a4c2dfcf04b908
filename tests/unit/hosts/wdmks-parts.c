/* What wdmks reads and reckons: data ranges, formats, topologies, text, ids, rings. [test program] */
#include "../../../hosts/wdmks/devices.h"
#include "../../../hosts/wdmks/format.h"
#include "../../../hosts/wdmks/ranges.h"
#include "../../../hosts/wdmks/ring.h"
#include "../../../hosts/wdmks/topology.h"
#include "../suite.h"

/* ---------------------------------------------------------------- ranges */

static ks_range_audio
audio_range(const ks_guid *sub, uint32_t bits, uint32_t rate, uint32_t channels)
{
    return (ks_range_audio){.head = {.size = KS_RANGE_AUDIO_BYTES,
                                     .major = ks_type_audio,
                                     .sub = *sub,
                                     .specifier = ks_specifier_wave},
                            .max_channels = channels,
                            .min_bits = 16,
                            .max_bits = bits,
                            .min_rate = 44100,
                            .max_rate = rate};
}

typedef struct answer {
    uint8_t bytes[1024];
    uint32_t n;
    uint32_t count;
} answer;

static void
put(answer *a, const void *data, uint32_t bytes, uint32_t takes)
{
    memcpy(a->bytes + 8 + a->n, data, bytes);
    a->n += (takes + 7) & ~7u;
    a->count++;
}

static size_t
finish(answer *a)
{
    ks_multiple_item list = {a->n + 8, a->count};
    memcpy(a->bytes, &list, sizeof list);
    return list.size;
}

START_TEST(reads_ranges)
{
    answer a = {.n = 0};
    struct {
        ks_multiple_item list;
        ks_guid one[2];
    } attributes = {{sizeof attributes, 2}, {{0, 0, 0, {0}}, {0, 0, 0, {0}}}};
    ks_range_audio first = audio_range(&ks_sub_pcm, 24, 96000, 8);
    ks_range_audio second = audio_range(&ks_sub_float, 32, 48000, 2);
    ks_dataformat midi = {.size = sizeof midi};
    first.head.flags = KS_RANGE_ATTRIBUTES;
    put(&a, &first, KS_RANGE_AUDIO_BYTES, KS_RANGE_AUDIO_BYTES);
    put(&a, &attributes, sizeof attributes, sizeof attributes);
    put(&a, &midi, sizeof midi, sizeof midi);
    put(&a, &second, KS_RANGE_AUDIO_BYTES, KS_RANGE_AUDIO_BYTES);
    size_t bytes = finish(&a);
    /* Whether a driver counts its attribute list or not. */
    for (uint32_t count = 3; count <= 5; count++) {
        ks_ranges ranges;
        memcpy(a.bytes + 4, &count, sizeof count);
        ks_ranges_read(a.bytes, bytes, &ranges);
        ck_assert_uint_eq(ranges.n, 2);
        ck_assert(ranges.all[0].pcm && !ranges.all[0].is_float);
        ck_assert(ranges.all[1].is_float && ranges.all[1].max_channels == 2);
        ck_assert(ks_ranges_take(&ranges, false, 24, 96000, 8));
        ck_assert(!ks_ranges_take(&ranges, false, 32, 96000, 8));
        ck_assert(!ks_ranges_take(&ranges, true, 32, 96000, 2));
        ck_assert(!ks_ranges_take(&ranges, false, 24, 96000, 9));
        ck_assert_uint_eq(ks_ranges_channels(&ranges), 8);
        ck_assert_double_eq(ks_ranges_rate(&ranges, 8000), 44100);
        ck_assert_double_eq(ks_ranges_rate(&ranges, 192000), 96000);
    }
}
END_TEST

START_TEST(reads_no_further_than_it_may)
{
    answer a = {.n = 0};
    ks_range_audio range = audio_range(&ks_sub_pcm, 24, 96000, 8);
    put(&a, &range, KS_RANGE_AUDIO_BYTES, KS_RANGE_AUDIO_BYTES);
    put(&a, &range, KS_RANGE_AUDIO_BYTES, KS_RANGE_AUDIO_BYTES);
    size_t bytes = finish(&a);
    for (size_t n = 0; n <= bytes; n++) {
        /* Of just that many bytes, so that a sanitizer sees the next one. */
        uint8_t *cut = malloc(n > 0 ? n : 1);
        ks_ranges ranges;
        memcpy(cut, a.bytes, n);
        ks_ranges_read(cut, n, &ranges);
        ck_assert_uint_eq(ranges.n, n < 8 + 84 ? 0 : n < 8 + 88 + 84 ? 1 : 2);
        free(cut);
    }
    static const uint32_t sizes[] = {0, 63, 0xfffffff9u, 0xffffffffu, 0x80000000u};
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        ks_ranges ranges;
        memcpy(a.bytes + 8, &sizes[n], 4);
        ks_ranges_read(a.bytes, bytes, &ranges);
        ck_assert_uint_eq(ranges.n, 0);
    }
}
END_TEST

START_TEST(takes_no_nonsense)
{
    ks_range_audio bad[5];
    for (int n = 0; n < 5; n++)
        bad[n] = audio_range(&ks_sub_pcm, 24, 96000, 8);
    bad[0].max_channels = 0;
    bad[1].min_bits = 25;
    bad[2].max_rate = 8000;
    bad[3].head.major = ks_sub_pcm;
    bad[4].head.specifier = ks_sub_pcm;
    for (int n = 0; n < 5; n++) {
        answer a = {.n = 0};
        ks_ranges ranges;
        put(&a, &bad[n], KS_RANGE_AUDIO_BYTES, KS_RANGE_AUDIO_BYTES);
        size_t bytes = finish(&a);
        ks_ranges_read(a.bytes, bytes, &ranges);
        ck_assert_uint_eq(ranges.n, 0);
    }
}
END_TEST

/* ---------------------------------------------------------------- formats */

static ks_ranges
one_range(uint32_t bits, uint32_t channels, bool is_float)
{
    return (ks_ranges){1, {{channels, 16, bits, 8000, 192000, true, is_float}}};
}

START_TEST(offers_the_best_first)
{
    ks_ranges ranges = one_range(32, 8, true);
    ks_format format;
    uint32_t n = 0;
    ck_assert(ks_format_candidate(&ranges, 48000, 2, -1, &n, &format));
    ck_assert_str_eq(ks_format_name(&format), "s32");
    ck_assert_uint_eq(format.mask, 3);
    ck_assert(ks_format_candidate(&ranges, 48000, 2, -1, &n, &format));
    ck_assert_uint_eq(format.mask, 0);
    uint32_t n_candidates = 2, widest = 0;
    bool plain = false;
    while (ks_format_candidate(&ranges, 48000, 2, -1, &n, &format)) {
        n_candidates++;
        plain |= format.plain;
        widest = format.channels > widest ? format.channels : widest;
        ck_assert_uint_ge(format.channels, 2);
    }
    ck_assert(plain);
    ck_assert_uint_eq(widest, 8);
    ck_assert_uint_eq(n_candidates, 11 + 3 * 10); /* 2, 8, 4 and 6 wide; plain only where 2 wide */
    ranges = one_range(24, 2, false);
    n = 0;
    ck_assert(ks_format_candidate(&ranges, 48000, 1, -1, &n, &format));
    ck_assert_str_eq(ks_format_name(&format), "s24 in 32");
    n = 0;
    ck_assert(!ks_format_candidate(&ranges, 48000, 1, GPH_PUMP_SAMPLE_F32, &n, &format));
}
END_TEST

START_TEST(writes_formats)
{
    ks_connect_format c;
    ks_format format = {GPH_PUMP_SAMPLE_S24, 2, 48000, 3, false};
    ck_assert_uint_eq(ks_format_connect(&format, 7, KS_INTERFACE_LOOPED, &c), 72 + 64 + 40);
    ck_assert_uint_eq(c.connect.pin, 7);
    ck_assert_uint_eq(c.connect.interface.id, KS_INTERFACE_LOOPED);
    ck_assert_uint_eq(c.wave.frame_bytes, 6); /* an ordinary frame */
    ck_assert_uint_eq(c.wave.bytes_a_second, 288000);
    ck_assert_uint_eq(c.wave.valid_bits, 24);
    ck_assert(ks_guid_is(&c.wave.sub, &ks_sub_pcm));
    format = (ks_format){GPH_PUMP_SAMPLE_S16, 1, 44100, 0, true};
    ck_assert_uint_eq(ks_format_connect(&format, 0, KS_INTERFACE_STREAMING, &c), 72 + 64 + 18);
    ck_assert_uint_eq(c.wave.tag, KS_WAVE_PCM);
    ck_assert_uint_eq(c.wave.extra, 0);
    format = (ks_format){GPH_PUMP_SAMPLE_F32, 4, 96000, 0x33, false};
    ks_format_connect(&format, 0, KS_INTERFACE_STREAMING, &c);
    ck_assert(ks_guid_is(&c.format.sub, &ks_sub_float));
}
END_TEST

/* ---------------------------------------------------------------- topologies */

#define F KS_FILTER_NODE

static bool
walk(const ks_connection *all, uint32_t n, uint32_t pin, bool forward, uint32_t *end)
{
    uint8_t bytes[8 + 16 * 32];
    ks_multiple_item list = {8 + 16 * n, n};
    memcpy(bytes, &list, 8);
    memcpy(bytes + 8, all, 16 * n);
    return ks_topology_walk(bytes, list.size, pin, forward, end);
}

START_TEST(walks_topologies)
{
    /* 0 plays through nodes 0 and 1 to 2; 3 captures from 1 through node 2; circles on the way. */
    static const ks_connection all[] = {
        {F, 0, 0, 1}, {0, 0, 1, 1}, {1, 0, 0, 2}, {1, 0, F, 2},
        {F, 1, 2, 1}, {2, 0, 2, 1}, {2, 0, F, 3},
    };
    uint32_t end = 99;
    ck_assert(walk(all, 7, 0, true, &end));
    ck_assert_uint_eq(end, 2);
    ck_assert(walk(all, 7, 3, false, &end));
    ck_assert_uint_eq(end, 1);
    ck_assert(!walk(all, 7, 2, true, &end));  /* a loose pin */
    ck_assert(!walk(all, 7, 44, true, &end)); /* none */
    ck_assert(!walk(all, 3, 0, true, &end));  /* nothing but a circle */
    static const ks_connection straight[] = {{F, 5, F, 6}, {F, 5, F, 5}};
    ck_assert(walk(straight, 2, 5, true, &end));
    ck_assert_uint_eq(end, 6);
    ck_assert(!walk(straight + 1, 1, 5, true, &end));
    ck_assert(!ks_topology_walk(all, 7, 0, true, &end));
}
END_TEST

START_TEST(makes_utf8)
{
    static const uint16_t wide[] = {'A', 0xf6, 0x97f3, 0xd83c, 0xdfa4, 0xd800, 'z', 7, 0, 'x'};
    char text[64];
    ks_text(wide, sizeof wide, text, sizeof text);
    ck_assert_str_eq(text, "A\xc3\xb6\xe9\x9f\xb3\xf0\x9f\x8e\xa4?z?");
    for (size_t n = 1; n < 16; n++) { /* no letter is cut */
        ks_text(wide, sizeof wide, text, n);
        ck_assert_uint_lt(strlen(text), n);
        ck_assert(strlen(text) != 2 && strlen(text) != 4 && strlen(text) != 5);
    }
    ks_text(wide, 1, text, sizeof text);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(names_devices)
{
    static const char *const cases[][2] = {
        {"\\\\?\\hdaudio#a#4&2#{6994ad04-93ef-11d0-a3cc-00a0c9223196}\\wave",
         "hdaudio#a#4&2\\wave"},
        {"\\??\\ROOT#MEDIA#0000#{6994ad04-93ef-11d0-a3cc-00a0c9223196}", "ROOT#MEDIA#0000"},
        {"odd", "odd"},
        {"\\\\?\\x#{open", "x#{open"},
        {"", ""},
    };
    char id[KS_ID];
    for (size_t n = 0; n < 5; n++) {
        ks_device_id(cases[n][0], id);
        ck_assert_str_eq(id, cases[n][1]);
    }
    ck_assert_uint_eq(ks_device_hardware("hdaudio#a#4&2\\wave:3"), 13);
    /* Paths are not cut at 260. */
    char path[480] = "\\\\?\\";
    memset(path + 4, 'a', 400);
    ks_device_id(path, id);
    ck_assert_uint_eq(strlen(id), 400);
}
END_TEST

/* ---------------------------------------------------------------- rings */

START_TEST(steps_round)
{
    ks_ring ring = {NULL, 1000, 0};
    static const struct {
        uint64_t moved, offset;
        double expected;
        uint64_t step;
    } cases[] = {
        {0, 480, 480, 480},     {900, 100, 200, 200},
        {900, 100, 1190, 1200}, {0, 0, 1000, 1000},
        {0, 0, 3010, 3000},     {500, 490, 0, 0},
        {500, 490, 1000, 990},  {12345, 346, 0, 1},
        {12345, 345, 499, 0},   {500, 1400, 0, 0},
        {0, 999, 10, 0},        {0, 600, 101, 600},
        {0, 600, 99, 0},        {100, 700, 100600, 100600},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        ring.moved = cases[n].moved;
        uint64_t step = ks_ring_step(&ring, cases[n].offset, cases[n].expected);
        ck_assert_msg(step == cases[n].step, "case %zu: %llu", n, (unsigned long long)step);
    }
}
END_TEST

START_TEST(copies_over_the_edge)
{
    uint8_t memory[10], copy[10];
    ks_ring ring = {memory, 10, 0};
    static const uint8_t text[] = "abcdefghij";
    ks_ring_write(&ring, 25, text, 10);
    ck_assert_mem_eq(memory, "fghijabcde", 10);
    ks_ring_read(&ring, 1005, copy, 10);
    ck_assert_mem_eq(copy, text, 10);
    ks_ring_write(&ring, 8, NULL, 4);
    ck_assert_mem_eq(memory, "\0\0hijabc\0\0", 10);
    ks_ring_read(&ring, 3, copy, 0);
}
END_TEST

SUITE("wdmks-parts", reads_ranges, reads_no_further_than_it_may, takes_no_nonsense,
      offers_the_best_first, writes_formats, walks_topologies, makes_utf8, names_devices,
      steps_round, copies_over_the_edge)
