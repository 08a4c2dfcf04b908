/* Parts of the host wasapi by themselves: formats, masks, results, positions, the bridge. [test program] */
#include "../../../hosts/wasapi/bridge.h"
#include "../../../hosts/wasapi/format.h"
#include "../../../hosts/wasapi/ladder.h"
#include "../../../hosts/wasapi/position.h"
#include "../suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

START_TEST(formats_are_read_as_written)
{
    for (uint32_t sample = GPH_PUMP_SAMPLE_S16; sample <= GPH_PUMP_SAMPLE_F32; sample++)
        for (uint32_t channels = 1; channels <= 64; channels++)
            for (int plain = 0; plain < 2; plain++) {
                wa_format format = {sample, channels, 96000, wa_format_usual_mask(channels),
                                    plain != 0};
                wa_format read;
                wa_wave wave;
                if (plain) {
                    format.mask = 0;
                    if (sample == GPH_PUMP_SAMPLE_S24_32)
                        continue; /* has no plain form */
                }
                wa_format_write(&format, &wave);
                ck_assert_uint_eq(wave.frame_bytes, wa_format_frame_bytes(&format));
                ck_assert_int_eq(wa_format_read((const uint8_t *)&wave,
                                                plain ? WA_WAVE_PLAIN_BYTES : WA_WAVE_BYTES, &read),
                                 WA_OK);
                ck_assert_uint_eq(read.sample, sample);
                ck_assert_uint_eq(read.channels, channels);
                ck_assert_uint_eq(read.rate, 96000);
                ck_assert_uint_eq(read.mask, format.mask);
                ck_assert(read.plain == format.plain);
            }
}
END_TEST

/* 20 bits in 24, 24 in 32 and the like are read as what holds them. */
START_TEST(odd_numbers_of_bits)
{
    wa_format format = {GPH_PUMP_SAMPLE_S24, 2, 48000, 3, false}, read;
    wa_wave wave;
    wa_format_write(&format, &wave);
    wave.valid_bits = 20;
    ck_assert_int_eq(wa_format_read((const uint8_t *)&wave, WA_WAVE_BYTES, &read), WA_OK);
    ck_assert_uint_eq(read.sample, GPH_PUMP_SAMPLE_S24);
    format.sample = GPH_PUMP_SAMPLE_S24_32;
    wa_format_write(&format, &wave);
    ck_assert_uint_eq(wave.valid_bits, 24);
    wave.valid_bits = 0; /* not told: all of them */
    ck_assert_int_eq(wa_format_read((const uint8_t *)&wave, WA_WAVE_BYTES, &read), WA_OK);
    ck_assert_uint_eq(read.sample, GPH_PUMP_SAMPLE_S32);
}
END_TEST

/* Any bytes: read or refused, and what is read holds together. */
START_TEST(any_bytes_are_read_or_refused)
{
    uint32_t random = 1, n_read = 0;
    for (int n = 0; n < 200000; n++) {
        wa_format format = {GPH_PUMP_SAMPLE_S16, 2, 48000, 3, n % 2 != 0}, read;
        wa_wave wave;
        wa_format_write(&format, &wave);
        uint8_t bytes[WA_WAVE_BYTES];
        memcpy(bytes, &wave, sizeof bytes);
        for (int k = 0; k < 1 + n % 3; k++) {
            random = random * 1664525u + 1013904223u;
            bytes[random % sizeof bytes] = (uint8_t)(random >> 24);
        }
        random = random * 1664525u + 1013904223u;
        uint32_t size = n % 5 == 0 ? random % (sizeof bytes + 1) : sizeof bytes;
        if (wa_format_read(bytes, size, &read) != WA_OK)
            continue;
        n_read++;
        ck_assert(read.channels > 0 && read.channels <= GPH_MAX_CHANNELS && read.rate > 0);
        ck_assert_uint_eq(bytes[12] | (uint32_t)bytes[13] << 8, wa_format_frame_bytes(&read));
    }
    ck_assert_uint_gt(n_read, 1000);
}
END_TEST

START_TEST(channels_have_names)
{
    static const char *const names[] = {"front-left", "front-right", "front-center", "lfe",
                                        "rear-left",  "rear-right",  "side-left",    "side-right"};
    char name[24];
    ck_assert_uint_eq(wa_format_usual_mask(8), 0x63f);
    ck_assert_uint_eq(wa_format_usual_mask(9), 0);
    for (uint32_t c = 0; c < 8; c++) {
        wa_format_channel_name(0x63f, c, name, sizeof name);
        ck_assert_str_eq(name, names[c]);
    }
    wa_format_channel_name(0x3, 2, name, sizeof name);
    ck_assert_str_eq(name, "3");
    wa_format_channel_name(0xffffffff, 18, name, sizeof name);
    ck_assert_str_eq(name, "19");
}
END_TEST

START_TEST(candidates_come_in_order)
{
    const wa_format device = {GPH_PUMP_SAMPLE_S24, 4, 48000, 0x33, false};
    const wa_wish wish = {&device, 48000, 2, -1};
    uint32_t n = 0, seen = 0;
    wa_format format;
    ck_assert(wa_format_candidate(&wish, &n, &format));
    ck_assert_uint_eq(format.sample, GPH_PUMP_SAMPLE_S24);
    ck_assert_uint_eq(format.channels, 4);
    ck_assert(wa_format_candidate(&wish, &n, &format));
    ck_assert_uint_eq(format.sample, GPH_PUMP_SAMPLE_S32);
    ck_assert_uint_eq(format.channels, 2);
    ck_assert_uint_eq(format.mask, 3);
    while (wa_format_candidate(&wish, &n, &format)) {
        ck_assert_uint_ge(format.channels, 2);
        ck_assert(!format.plain || (format.mask == 0 && format.sample == GPH_PUMP_SAMPLE_S16));
        seen++;
    }
    ck_assert_uint_eq(seen, 40);
    /* What is wanted narrows it. */
    const wa_wish narrow = {NULL, 44100, 2, GPH_PUMP_SAMPLE_S16};
    n = 0;
    for (seen = 0; wa_format_candidate(&narrow, &n, &format); seen++)
        ck_assert_uint_eq(format.sample, GPH_PUMP_SAMPLE_S16);
    ck_assert_uint_eq(seen, 9);
}
END_TEST

START_TEST(results_have_kinds_and_words)
{
    ck_assert_int_eq(wa_status_of(WA_S_OK), WA_OK);
    ck_assert_int_eq(wa_status_of(WA_S_FALSE), WA_OK);
    ck_assert_int_eq(wa_status_of(WA_S_BUFFER_EMPTY), WA_OK);
    ck_assert_int_eq(wa_status_of(WA_E_DEVICE_INVALIDATED), WA_GONE);
    ck_assert_int_eq(wa_status_of(WA_E_SIZE_NOT_ALIGNED), WA_SIZE);
    ck_assert_int_eq(wa_status_of(WA_RESULT(0x80010106u)), WA_FAILED);
    for (wa_status status = WA_OK; status <= WA_FAILED; status++) {
        ck_assert_str_ne(wa_status_text(status), "");
        ck_assert_int_eq(wa_status_public(status) == GPH_OK, status == WA_OK);
    }
}
END_TEST

/* ---------------------------------------------------------------- positions */

START_TEST(positions_count_losses)
{
    wa_position p;
    wa_position_init(&p, 48000);
    int64_t ns = 0;
    uint64_t at = 777, lost = 0;
    for (int n = 0; n < 1000; n++) {
        if (n % 100 == 50)
            at += 480, ns += 10000000;
        lost += wa_position_turn(&p, at, 480, 0, ns);
        at += 480;
        ns += 10000000;
    }
    ck_assert_uint_eq(lost, 10 * 480);
    ck_assert(!p.distrusted);
}
END_TEST

/* A jump that the clock has no room for is none, and one that does it again is not asked any more. */
START_TEST(positions_that_cannot_be)
{
    wa_position p;
    for (int n = 0; n < 3; n++) {
        uint64_t jump = n == 0 ? 480 : n == 1 ? UINT64_MAX / 2 : UINT64_MAX - 480, at = 0;
        wa_position_init(&p, 48000);
        for (int turn = 0; turn < 20; turn++) {
            ck_assert_uint_eq(wa_position_turn(&p, at, 480, 0, turn * 10000000), 0);
            ck_assert(p.distrusted == (n == 0 ? turn >= 4 : p.distrusted));
            at += 480 + jump;
        }
    }
}
END_TEST

/* ---------------------------------------------------------------- the bridge */

enum { BLOCK = 480 };

static float heard[BLOCK];

/* Pushes and pulls as two clocks would. Returns the largest error against the sine that went in, delayed. */
static double
carry(wa_bridge *b, double ppm, double seconds, uint64_t *pulled)
{
    double due = 0, rate = 48000, worst = 0;
    float block[BLOCK], *plane = heard;
    const float *in = block;
    uint64_t pushed = 0;
    *pulled = 0;
    while ((double)pushed < seconds * rate) {
        for (uint32_t n = 0; n < BLOCK; n++)
            block[n] = 0.5f * (float)sin(0.1 * (double)(pushed + n));
        /* The device has the rest of what it took last. */
        wa_bridge_push(b, &in, BLOCK, BLOCK - due);
        pushed += BLOCK;
        due += BLOCK * (1 + ppm * 1e-6);
        while (due >= BLOCK) {
            wa_bridge_pull(b, &plane, BLOCK);
            *pulled += BLOCK;
            due -= BLOCK;
            double last = (double)b->read + b->phase - b->step + WA_TAPS / 2.0 - 1;
            double start = (double)b->written - (double)pushed;
            for (uint32_t n = 0; n < BLOCK && (double)pushed > rate; n++) {
                double at = last - (BLOCK - 1 - n) * b->step - start;
                worst = fmax(worst, fabs((double)heard[n] - 0.5 * sin(0.1 * at)));
            }
        }
    }
    return worst;
}

START_TEST(the_bridge_follows)
{
    static const double ppm[] = {0, 50, -50, 1000, -1000, 4500};
    for (size_t n = 0; n < sizeof ppm / sizeof *ppm; n++) {
        wa_bridge b;
        uint64_t pulled;
        ck_assert_int_eq(wa_bridge_init(&b, 1, 48000, 12000, 1440, false), GPH_OK);
        double worst = carry(&b, ppm[n], 60, &pulled);
        ck_assert_uint_eq(b.resyncs, 0);
        ck_assert_uint_eq(b.lost, 0);
        ck_assert_double_lt(worst, 2e-4); /* -74 dB at 764 Hz */
        ck_assert_double_eq_tol(wa_bridge_drift_ppm(&b), -ppm[n], 3 + fabs(ppm[n]) / 20);
        wa_bridge_finish(&b);
    }
}
END_TEST

/* One clock: not a bit is changed. */
START_TEST(one_clock_is_left_alone)
{
    wa_bridge b;
    float block[BLOCK], out[BLOCK], *plane = out;
    const float *in = block;
    ck_assert_int_eq(wa_bridge_init(&b, 1, 48000, 4800, 960, true), GPH_OK);
    int64_t first = -1;
    for (int64_t n = 0; n < 200; n++) {
        for (int k = 0; k < BLOCK; k++)
            block[k] = (float)(n * BLOCK + k + 1);
        wa_bridge_push(&b, &in, BLOCK, 0);
        wa_bridge_pull(&b, &plane, BLOCK);
        for (int k = 0; k < BLOCK; k++) {
            if (first < 0 && out[k] > 0)
                first = n * BLOCK + k;
            if (first >= 0)
                ck_assert_float_eq(out[k], (float)(n * BLOCK + k - first + 1));
        }
    }
    ck_assert_int_eq(first, 960 + wa_bridge_delay());
    ck_assert(b.one_clock);
    /* Two after all: seen, and followed. */
    uint64_t pulled;
    carry(&b, 300, 60, &pulled);
    ck_assert(!b.one_clock);
    ck_assert_uint_eq(b.lost, 0);
    wa_bridge_finish(&b);
}
END_TEST

/* Too far for half a percent: emptied or filled anew, and said. */
START_TEST(what_cannot_be_followed_is_counted)
{
    wa_bridge b;
    uint64_t pulled;
    ck_assert_int_eq(wa_bridge_init(&b, 1, 48000, 4800, 960, false), GPH_OK);
    carry(&b, 20000, 30, &pulled);
    ck_assert_uint_gt(b.lost + b.resyncs, 0);
    wa_bridge_reset(&b);
    carry(&b, -20000, 30, &pulled);
    ck_assert_uint_gt(b.resyncs, 0);
    wa_bridge_finish(&b);
}
END_TEST

SUITE("wasapi-parts", formats_are_read_as_written, odd_numbers_of_bits,
      any_bytes_are_read_or_refused, channels_have_names, candidates_come_in_order,
      results_have_kinds_and_words, positions_count_losses, positions_that_cannot_be,
      the_bridge_follows, one_clock_is_left_alone, what_cannot_be_followed_is_counted)
