/* Tests core/patch/wiring and control: the trees and the places in them. [test program] */
#include "../../../core/patch/wiring.h"
#include "../../../core/patch/control.h"

#include "../suite.h"

#include <string.h>

static gph_arena *arena;

static gph_wiring
parse(const char *text)
{
    gph_wiring wiring = {0};
    gph_fault fault = {0};
    ck_assert_msg(gph_wiring_parse(text, strlen(text), arena, &wiring, &fault) == GPH_OK, "%s: %s",
                  text, fault.text);
    return wiring;
}

static gph_source
source(const char *text)
{
    const gph_source *sources = NULL;
    uint32_t n = 0;
    gph_fault fault = {0};
    ck_assert_msg(gph_sources_parse(text, strlen(text), arena, &sources, &n, &fault) == GPH_OK,
                  "%s: %s", text, fault.text);
    ck_assert_uint_eq(n, 1);
    return sources[0];
}

START_TEST(makes_terms)
{
    arena = gph_arena_new(NULL);
    gph_wiring w = parse("vox, Gtr[1-2] @ -0.5x");
    ck_assert_uint_eq(w.n_bundles, 2);
    ck_assert_str_eq(w.bundles[0].terms[0].node, "vox");
    ck_assert_double_eq(w.bundles[0].terms[0].gain, 1);
    const gph_term *gtr = &w.bundles[1].terms[0];
    ck_assert_str_eq(gtr->node, "gtr");
    ck_assert_uint_eq(gtr->channels.n_ranges, 1);
    ck_assert_double_eq(gtr->gain, -0.5);
    ck_assert_uint_eq(gtr->span.offset, 5);
    ck_assert_uint_eq(gtr->span.length, 16);
    ck_assert_uint_eq(gtr->channels.ranges[0].span.offset, 9);

    w = parse("dry @ -6dB + wet");
    ck_assert_uint_eq(w.n_bundles, 1);
    ck_assert_uint_eq(w.bundles[0].n_terms, 2);
    ck_assert_double_eq_tol(w.bundles[0].terms[0].gain, 0.5011872, 1e-7);
    ck_assert_double_eq(w.bundles[0].terms[1].gain, 1);

    w = parse("zone*:wet [odd] @off,a-b+c @+3dB");
    ck_assert(w.bundles[0].terms[0].all_copies);
    ck_assert_str_eq(w.bundles[0].terms[0].port, "wet");
    ck_assert_double_eq(w.bundles[0].terms[0].gain, 0);
    ck_assert_str_eq(w.bundles[1].terms[0].node, "a-b");
    ck_assert_uint_eq(w.bundles[1].n_terms, 2);
    ck_assert_ptr_null(w.bundles[1].terms[0].port);
    gph_arena_free(arena);
}
END_TEST

START_TEST(prints_canonically)
{
    arena = gph_arena_new(NULL);
    static const char text[] = " Zone * : Wet[ 1 - 2 ,ODD]@-6dB+b ,c";
    const gph_wiring w = parse(text);
    ck_assert_str_eq(gph_wiring_print(&w, text, arena), "zone*:wet[1-2,odd] @ -6dB + b, c");
    gph_arena_free(arena);
}
END_TEST

START_TEST(reads_sources)
{
    arena = gph_arena_new(NULL);
    ck_assert_uint_eq(source("key R").key, 'R');
    ck_assert_uint_eq(source("key space").key, ' ');
    ck_assert_uint_eq(source("key \xc3\xa4").key, 0xE4);
    ck_assert_uint_eq(source("key up").key, GPH_KEY_UP);
    ck_assert_str_eq(gph_key_word(GPH_KEY_UP), "up");
    ck_assert_int_eq(source("midi cc 64").kind, GPH_SOURCE_MIDI_CC);
    ck_assert_uint_eq(source("MIDI note 127").number, 127);
    ck_assert_str_eq(source("osc /mix/1").path, "/mix/1");
    const gph_source on = source("on Gate.opened late");
    ck_assert_str_eq(on.node, "gate");
    ck_assert_str_eq(on.trigger, "opened");
    ck_assert(on.late && !on.has_range);
    ck_assert_uint_eq(on.node_span.offset, 3);
    ck_assert_uint_eq(on.trigger_span.offset, 8);
    ck_assert_double_eq(source("at 10s").time.value, 10);
    ck_assert_int_eq(source("every 1h").kind, GPH_SOURCE_EVERY);
    static const char range[] = "midi cc 7 -60dB..0.5x";
    const gph_source moved = source(range);
    ck_assert(moved.has_range);
    ck_assert_int_eq(strncmp(range + moved.low.offset, "-60dB", moved.low.length), 0);
    ck_assert_int_eq(strncmp(range + moved.high.offset, "0.5x", moved.high.length), 0);
    gph_arena_free(arena);
}
END_TEST

START_TEST(reads_endpoints)
{
    const char *host = NULL;
    uint32_t port = 0;
    gph_fault fault = {0};
    arena = gph_arena_new(NULL);
    ck_assert_int_eq(gph_endpoint_parse("127.0.0.1:7770", 14, arena, &host, &port, &fault), GPH_OK);
    ck_assert_str_eq(host, "127.0.0.1");
    ck_assert_uint_eq(port, 7770);
    ck_assert_int_eq(gph_endpoint_parse("[::1]:80", 8, arena, &host, &port, &fault), GPH_OK);
    ck_assert_str_eq(host, "::1");
    static const char *const bad[] = {"", ":", "a:", ":1", "a:0", "a:1x", "a b:1", "1", "::1:80"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_int_eq(gph_endpoint_parse(bad[i], strlen(bad[i]), arena, &host, &port, &fault),
                         GPH_ARGUMENT);
    gph_arena_free(arena);
}
END_TEST

SUITE("wiring", makes_terms, prints_canonically, reads_sources, reads_endpoints)
