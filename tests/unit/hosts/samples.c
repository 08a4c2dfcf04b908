/* The pump's converter: every native sample and back. [test program] */
#include "../../../hosts/pump/pump.h"
#include "../suite.h"

#include <math.h>
#include <string.h>

static const uint32_t kinds[] = {GPH_PUMP_SAMPLE_S16, GPH_PUMP_SAMPLE_S24, GPH_PUMP_SAMPLE_S24_32,
                                 GPH_PUMP_SAMPLE_S32, GPH_PUMP_SAMPLE_F32};

START_TEST(known_values)
{
    static const struct {
        uint32_t kind;
        uint8_t bytes[4];
        float value;
    } cases[] = {
        {GPH_PUMP_SAMPLE_S16, {0x00, 0x80}, -1.0f},
        {GPH_PUMP_SAMPLE_S16, {0x00, 0x40}, 0.5f},
        {GPH_PUMP_SAMPLE_S24, {0x01, 0x00, 0x00}, 1.0f / 8388608},
        {GPH_PUMP_SAMPLE_S24, {0xff, 0xff, 0xff}, -1.0f / 8388608},
        {GPH_PUMP_SAMPLE_S24_32, {0xff, 0x01, 0x00, 0x00}, 1.0f / 8388608},
        {GPH_PUMP_SAMPLE_S32, {0x00, 0x00, 0x00, 0xc0}, -0.5f},
        {GPH_PUMP_SAMPLE_F32, {0x00, 0x00, 0x80, 0xbf}, -1.0f},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        float value = 9;
        gph_pump_unpack(cases[n].kind, cases[n].bytes, 4, &value, 1);
        ck_assert_msg(memcmp(&value, &cases[n].value, sizeof value) == 0, "case %zu: %.9g", n,
                      (double)value);
    }
}
END_TEST

START_TEST(comes_back_as_it_was)
{
    /* The counter goes through everything that has 24 bits, interleaved in an odd frame. */
    for (size_t k = 1; k < 5; k++) {
        float in[256], out[256];
        uint8_t memory[256 * 13 + 4] = {0};
        uint32_t random = 1;
        for (int n = 0; n < 256; n++)
            in[n] = (n % 2 == 0 ? 1 : -1) * gph_pump_counter(n * 32749, 1);
        gph_pump_pack(kinds[k], in, memory + 1, 13, 256, &random);
        gph_pump_unpack(kinds[k], memory + 1, 13, out, 256);
        ck_assert_mem_eq(in, out, sizeof in);
        ck_assert_uint_eq(memory[0], 0);
    }
}
END_TEST

START_TEST(clips_and_keeps_silence)
{
    static const float in[] = {2, -2, 1, 0, NAN, INFINITY, -INFINITY};
    for (size_t k = 0; k < 4; k++) {
        uint8_t memory[7 * 4];
        float out[7];
        uint32_t random = 7;
        gph_pump_pack(kinds[k], in, memory, 4, 7, &random);
        gph_pump_unpack(kinds[k], memory, 4, out, 7);
        ck_assert(out[0] > 0.9999f && out[2] > 0.9999f && out[5] > 0.9999f);
        ck_assert(out[1] < -0.9999f && out[6] < -0.9999f);
        ck_assert(!(out[3] > 0) && !(out[3] < 0) && !(out[4] > 0) && !(out[4] < 0));
    }
}
END_TEST

START_TEST(dithers_to_16_bits)
{
    /* A quarter of the last bit is lost without dither, and is the mean with it. */
    float in[4800], out[4800];
    uint8_t memory[4800 * 2];
    uint32_t random = 1;
    double sum = 0;
    for (int n = 0; n < 4800; n++)
        in[n] = 0.25f / 32768;
    gph_pump_pack(GPH_PUMP_SAMPLE_S16, in, memory, 2, 4800, &random);
    gph_pump_unpack(GPH_PUMP_SAMPLE_S16, memory, 2, out, 4800);
    for (int n = 0; n < 4800; n++)
        sum += (double)out[n] * 32768;
    ck_assert_double_eq_tol(sum / 4800, 0.25, 0.05);
}
END_TEST

SUITE("samples", known_values, comes_back_as_it_was, clips_and_keeps_silence, dithers_to_16_bits)
