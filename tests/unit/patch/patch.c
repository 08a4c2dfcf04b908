/* Tests core/patch as a whole: nodes, copies, places, settings. [test program] */
#include "../../../core/patch/patch.h"
#include "../../../core/platform/path.h"
#include "../../../core/platform/textstream.h"

#include "../suite.h"

#include <graphophone/module.h>

#include <stdio.h>
#include <string.h>

#define HEAD "[patch]\ndialect = 1\n"

static const char *
environment(void *user, const char *name)
{
    (void)user;
    if (strcmp(name, "BAD") == 0)
        return "a\nb";
    return strcmp(name, "HOME") == 0 || strcmp(name, gph_path_home) == 0 ? "/users/me" : NULL;
}

static gph_diagnostics *diagnostics;

static gph_patch *
load(const char *text)
{
    const gph_patch_options options = {.environment = environment};
    gph_patch *patch = NULL;
    diagnostics = gph_diagnostics_new(NULL);
    const gph_status status =
        gph_patch_load_text("x.ini", text, strlen(text), &options, diagnostics, &patch);
    if (status != GPH_OK)
        gph_diagnostics_print(diagnostics, stderr, false);
    ck_assert_int_eq(status, GPH_OK);
    return patch;
}

static void
unload(gph_patch *patch)
{
    gph_patch_free(patch);
    gph_diagnostics_free(diagnostics);
}

/* The first message of a patch that is refused. */
static const char *
refused(const char *text)
{
    static char line[300];
    const gph_patch_options options = {.environment = environment};
    gph_patch *patch = NULL;
    gph_message message;
    gph_diagnostics *d = gph_diagnostics_new(NULL);
    ck_assert_int_eq(gph_patch_load_text("x.ini", text, strlen(text), &options, d, &patch),
                     GPH_ARGUMENT);
    ck_assert_ptr_null(patch);
    gph_diagnostics_get(d, 0, &message);
    snprintf(line, sizeof(line), "%u:%u: %s", message.line, message.column, message.text);
    gph_diagnostics_free(d);
    return line;
}

START_TEST(has_nodes)
{
    gph_patch *patch = load(HEAD "[Mic]\nTYPE = Input\nchannels = 1-2\n[v]\ntype = freeverb\n"
                                 "from = mic\nfrom.side = mic[1]\nmix = 25%\nsize = '70%'\n"
                                 "on_error = bypass\n");
    ck_assert_uint_eq(patch->n_nodes, 2);
    const gph_patch_node *mic = gph_patch_find_node(patch, "MIC");
    ck_assert_ptr_eq(mic, &patch->nodes[0]);
    ck_assert_str_eq(mic->type, "input");
    ck_assert_str_eq(gph_patch_node_entry(mic, "channels")->value, "1-2");
    ck_assert_ptr_null(gph_patch_find_node(patch, "v2"));
    const gph_patch_node *v = gph_patch_find_node(patch, "v");
    ck_assert_uint_eq(v->n_wires, 2);
    ck_assert_ptr_null(v->wires[0].port);
    ck_assert_str_eq(v->wires[1].port, "side");
    ck_assert_uint_eq(v->n_entries, 2);
    ck_assert(v->entries[1].quoted);
    ck_assert_int_eq(v->on_error, GPH_ON_ERROR_BYPASS);
    ck_assert_int_eq(mic->on_error, GPH_ON_ERROR_INHERIT);
    unload(patch);
}
END_TEST

START_TEST(copies)
{
    gph_patch *patch = load(HEAD "[a]\ntype = gain\n[zone]\ntype = delay\nrepeat = 2-4\n"
                                 "from = trim[${4*i-3}-${4*i}]\ntime = ${20*i}ms\nmix = 100%\n");
    ck_assert_uint_eq(patch->n_nodes, 4);
    const gph_patch_group *group = gph_patch_find_group(patch, "zone");
    ck_assert_uint_eq(group->first_node, 1);
    ck_assert_uint_eq(group->n_nodes, 3);
    ck_assert_str_eq(group->repeat->value, "2-4");
    const gph_patch_node *zone3 = gph_patch_find_node(patch, "zone3");
    ck_assert_uint_eq(zone3->copy, 3);
    ck_assert_str_eq(zone3->wires[0].entry->value, "trim[9-12]");
    ck_assert_uint_eq(zone3->wires[0].wiring.bundles[0].terms[0].channels.ranges[0].first, 9);
    ck_assert_str_eq(gph_patch_node_entry(zone3, "time")->value, "60ms");
    ck_assert(gph_patch_node_entry(zone3, "time")->uses_copy);
    ck_assert(!gph_patch_node_entry(zone3, "mix")->uses_copy);
    ck_assert_ptr_null(gph_patch_find_node(patch, "zone"));
    ck_assert_ptr_null(patch->nodes[0].group);
    unload(patch);
}
END_TEST

START_TEST(replaces)
{
    gph_patch *patch = load(HEAD "folder = ~/Takes\nname = a$$b${n}\n[x]\ntype = gain\n"
                                 "file = ${ m }/${env:HOME}.wav\nv = ${7%4}${7/2}${-(2-5)*2}\n"
                                 "[vars]\nn = 3\nm = ${n}${N}\n");
    ck_assert_str_eq(patch->settings.folder, "/users/me/Takes");
    ck_assert_str_eq(patch->settings.name, "a$b3");
    ck_assert_str_eq(gph_patch_node_entry(&patch->nodes[0], "file")->value, "33//users/me.wav");
    ck_assert_str_eq(gph_patch_node_entry(&patch->nodes[0], "v")->value, "336");
    unload(patch);
}
END_TEST

/* Byte `offset` of the only value of `key` stands at line:column. */
static void
stands(const gph_patch_entry *entry, size_t offset, uint32_t line, uint32_t column)
{
    const gph_position at = gph_patch_entry_position(entry, offset);
    ck_assert_uint_eq(gph_position_line(at), line);
    ck_assert_uint_eq(gph_position_column(at), column);
}

START_TEST(knows_places)
{
    gph_patch *patch = load("\xef\xbb\xbf" HEAD "[vars]\nlong = 12345\n[x]\ntype = gain\n"
                            "k = a\xc3\xa4${long}-${long}z ; c\nq = \"bare\"\ne = ''\n");
    const gph_patch_entry *k = gph_patch_node_entry(&patch->nodes[0], "k");
    ck_assert_str_eq(k->value, "a\xc3\xa4"
                               "12345-12345z");
    stands(k, 0, 7, 5);
    stands(k, 1, 7, 6);
    stands(k, 3, 7, 7);
    stands(k, 7, 7, 7);
    stands(k, 8, 7, 14);
    stands(k, 9, 7, 15);
    stands(k, 14, 7, 22);
    stands(gph_patch_node_entry(&patch->nodes[0], "q"), 2, 8, 8);
    stands(gph_patch_node_entry(&patch->nodes[0], "e"), 0, 9, 6);
    ck_assert(k->substituted);
    ck_assert(!gph_patch_node_entry(&patch->nodes[0], "q")->substituted);
    unload(patch);
}
END_TEST

START_TEST(tells_copies)
{
    gph_textstream stream;
    gph_patch *patch = load(HEAD "[zone]\ntype = delay\nrepeat = 1-9\n"
                                 "from = trim[${4*i-3}-${4*i}]\n");
    const gph_patch_node *zone9 = gph_patch_find_node(patch, "zone9");
    const gph_patch_wire *wire = &zone9->wires[0];
    const gph_term *term = &wire->wiring.bundles[0].terms[0];
    gph_patch_error_in(diagnostics, zone9, wire->entry, term->span, "'trim' has 32 channels");
    ck_assert_int_eq(gph_diagnostics_end_pass(diagnostics), GPH_ARGUMENT);
    gph_diagnostics_print(diagnostics, gph_textstream_begin(&stream), false);
    char *printed = gph_textstream_end(&stream, NULL);
    ck_assert_str_eq(printed, "x.ini:6:8: error: trim[33-36]: 'trim' has 32 channels\n"
                              "    6 | from = trim[${4*i-3}-${4*i}]\n"
                              "      |        ^\n"
                              "x.ini:5:10: note: in copy zone9 of this 'repeat' (1-9)\n");
    free(printed);
    unload(patch);
}
END_TEST

START_TEST(has_settings)
{
    gph_patch *patch = load(HEAD "host = JACK\nrate = 44.1kHz\nblock = 256fr\nlength = 90s\n"
                                 "device = hw:1\ndevice.out = hw:2\non_loss = follow\n"
                                 "timeline = clock\nrealtime = required\non_error = stop\n"
                                 "jack.far = node*\nwasapi.mode = exclusive\n");
    const gph_patch_settings *s = &patch->settings;
    ck_assert_str_eq(s->host, "jack");
    ck_assert_uint_eq(s->rate, 44100);
    ck_assert_uint_eq(s->block, 256);
    ck_assert_int_eq(s->length_kind, GPH_LENGTH_TIME);
    ck_assert_double_eq(s->length.value, 90);
    ck_assert_str_eq(s->device_in, "hw:1");
    ck_assert_str_eq(s->device_out, "hw:2");
    ck_assert_int_eq(s->on_loss, GPH_ON_LOSS_FOLLOW);
    ck_assert_int_eq(s->timeline, GPH_KEEP_CLOCK);
    ck_assert_int_eq(s->realtime, GPH_REALTIME_REQUIRED);
    ck_assert_int_eq(s->on_error, GPH_ON_ERROR_STOP);
    ck_assert_uint_eq(s->n_options, 2);
    ck_assert_str_eq(s->options[0].host, "jack");
    ck_assert_str_eq(s->options[0].name, "far");
    ck_assert_str_eq(s->options[1].entry->value, "exclusive");
    unload(patch);

    patch = load(HEAD);
    ck_assert_str_eq(patch->settings.host, "auto");
    ck_assert_str_eq(patch->settings.name, "x");
    ck_assert_str_eq(patch->settings.folder, ".");
    ck_assert_uint_eq(patch->settings.rate, 0);
    ck_assert_int_eq(patch->settings.length_kind, GPH_LENGTH_DEFAULT);
    ck_assert_int_eq(patch->settings.on_error, GPH_ON_ERROR_SILENCE);
    ck_assert_ptr_null(patch->settings.device);
    unload(patch);
}
END_TEST

START_TEST(has_controls)
{
    gph_patch *patch =
        load(HEAD "[control]\nosc = 127.0.0.1:7770\nmidi = any\n"
                  "rec.toggle = key space, midi cc 64\nmix.gain[3] = midi cc 1 off..0dB\n"
                  "[modules]\nfreeverb = sha256:"
                  "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeFF\n");
    ck_assert_str_eq(patch->osc.host, "127.0.0.1");
    ck_assert_str_eq(patch->midi->value, "any");
    ck_assert_uint_eq(patch->n_controls, 2);
    ck_assert_str_eq(patch->controls[0].node, "rec");
    ck_assert_str_eq(patch->controls[0].target, "toggle");
    ck_assert_uint_eq(patch->controls[0].n_sources, 2);
    ck_assert_str_eq(patch->controls[1].target, "gain");
    ck_assert_uint_eq(patch->controls[1].index.ranges[0].first, 3);
    ck_assert(patch->controls[1].sources[0].has_range);
    ck_assert_uint_eq(patch->n_pins, 1);
    ck_assert_uint_eq(patch->pins[0].sha256[1], 0x11);
    ck_assert_uint_eq(patch->pins[0].sha256[31], 0xff);
    unload(patch);
}
END_TEST

START_TEST(refuses)
{
    ck_assert_str_eq(refused(HEAD "[x]\ntype = gain\nk = ${env:BAD}\n"),
                     "5:5: the environment variable BAD holds byte 0x0A, which no value of a patch "
                     "can");
    ck_assert_str_eq(refused(HEAD "[x]\ntype = ${t}\n"), "4:8: no variable 't' in [vars]");
    ck_assert_str_eq(refused(HEAD "[a]\ntype = gain\nrepeat = 1-2\n[a2]\ntype = gain\n"),
                     "6:2: [a2] is already defined by a 'repeat'");
    ck_assert_str_eq(refused("[patch]\ndialect = 7\n[x\n"), "3:1: this '[' is never closed");
}
END_TEST

SUITE("patch", has_nodes, copies, replaces, knows_places, tells_copies, has_settings, has_controls,
      refuses)
