/* What each input channel gets, which copies see which items, how late things are: by hand. [control] */
#include "../suite.h"

#include "../../../core/graph/graph.h"
#include "../../../core/platform/textstream.h"
#include "../../support/built.h"

#include <math.h>
#include <string.h>

#define HEAD                                                                                       \
    "[patch]\ndialect = 1\n[mic]\ntype = input\nchannels = 1-4\n[two]\ntype = input\nchannels = "  \
    "7, 6\n"

static void
make(built *made, const char *text)
{
    char folder[512];
    snprintf(folder, sizeof folder, "%s/tests/modules", getenv("GPH_BUILD"));
    built_init(made, text, 64, folder, NULL);
    ck_assert_msg(made->status == GPH_OK, "%s", made->said);
}

/* The sums of the first input of a node: "mic1 mic2*0.5+two1 -", channels from 1. */
static const char *
sums_of(const gph_graph *graph, const char *name)
{
    static char text[1000];
    const gph_graph_node *node = &graph->nodes[gph_graph_find(graph, name)];
    size_t n = 0;
    for (uint32_t c = 0; c < node->in[0].channels; c++) {
        const gph_graph_sum *sum = &graph->sums[node->in[0].first + c];
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", c > 0 ? " " : "",
                              sum->n == 0 ? "-" : "");
        for (uint32_t s = 0; s < sum->n; s++) {
            const gph_graph_source *source = &graph->sources[sum->first + s];
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%u", s > 0 ? "+" : "",
                                  graph->nodes[source->node].name, source->channel + 1);
            if (source->gain != 1)
                n += (size_t)snprintf(text + n, sizeof text - n, "*%g", (double)source->gain);
            if (source->port != 0)
                n += (size_t)snprintf(text + n, sizeof text - n, ":%u", source->port);
        }
    }
    return text;
}

START_TEST(sums)
{
    static const struct {
        const char *wire, *sums;
    } table[] = {
        {"mic", "mic1 mic2 mic3 mic4"},
        {"mic[4-1]", "mic4 mic3 mic2 mic1"},
        {"mic[2,2,1]", "mic2 mic2 mic1"},
        {"mic[odd]", "mic1 mic3"},
        {"mic[even], mic[3-]", "mic2 mic4 mic3 mic4"},
        {"two, mic[1]", "two1 two2 mic1"},
        {"two + mic[1-2]", "two1+mic1 two2+mic2"},
        {"two + mic[3]", "two1+mic3 two2+mic3"},
        {"mic[3] + two", "mic3+two1 mic3+two2"},
        {"two @ 0.5x + mic[1-2] @ -1x", "two1*0.5+mic1*-1 two2*0.5+mic2*-1"},
        {"two @ off + mic[1-2]", "mic1 mic2"},
        {"two @ off", "- -"},
        {"zone*", "zone11 zone12 zone21 zone22 zone31 zone32"},
        {"zone*[5,1-2]", "zone31 zone11 zone12"},
        {"zone2[2], zone* @ 2x", "zone22 zone11*2 zone12*2 zone21*2 zone22*2 zone31*2 zone32*2"},
        {"later:second, later", "later1:1 later2:1 later1"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[1000];
        built made;
        snprintf(text, sizeof text,
                 HEAD
                 "[m]\ntype = meter\nfrom = %s\n[zone]\ntype = gain\nrepeat = 1-3\nfrom = two\n"
                 "[later]\ntype = shapes/later\nfrom = mic\n",
                 table[i].wire);
        make(&made, text);
        ck_assert_str_eq(sums_of(made.graph, "m"), table[i].sums);
        built_finish(&made);
    }
}
END_TEST

START_TEST(devices)
{
    built made;
    make(&made,
         HEAD "[out]\ntype = output\nchannels = 3-1, 9\nfrom = mic\nconnect = system:*, none\n"
              "[one]\ntype = input\nchannel = 17\nabsent = silence\nconnect = NONE\n"
              "[few]\ntype = input\nchannels = 3\n");
    const gph_graph_node *nodes = made.graph->nodes;
    ck_assert_uint_eq(nodes[1].device_channels[0], 6);
    ck_assert_uint_eq(nodes[1].device_channels[1], 5);
    const uint32_t wanted[] = {2, 1, 0, 8};
    ck_assert_mem_eq(nodes[2].device_channels, wanted, sizeof wanted);
    ck_assert_int_eq(nodes[2].connect, GPH_CONNECT_PORTS);
    ck_assert_uint_eq(nodes[2].n_connect_ports, 2);
    ck_assert_str_eq(nodes[2].connect_ports[0], "system:*");
    ck_assert_uint_eq(nodes[3].n_device_channels, 1);
    ck_assert_uint_eq(nodes[3].device_channels[0], 16);
    ck_assert_int_eq(nodes[3].connect, GPH_CONNECT_NONE);
    ck_assert(nodes[3].absent_silence && !nodes[2].absent_silence);
    ck_assert_uint_eq(nodes[4].n_device_channels, 3);
    ck_assert_uint_eq(made.graph->n_device_in, 17);
    ck_assert_uint_eq(made.graph->n_device_out, 9);
    built_finish(&made);
}
END_TEST

/* Two stereo copies on four channels; a key that both share, a key that they divide. */
START_TEST(copies)
{
    built made;
    make(&made, HEAD "[s]\ntype = shapes/stereo\nfrom = mic\nlevel = -6dB\nlevel[3-4] = off, 0.5x\n"
                     "[k]\ntype = shapes/keyed\nfrom = mic\nfrom.key = two\n"
                     "[d]\ntype = shapes/keyed\nfrom = mic\nfrom.key = mic\n");
    const gph_graph_node *s = &made.graph->nodes[2];
    ck_assert_uint_eq(s->n_copies, 2);
    ck_assert_uint_eq(s->in[0].copy_channels, 2);
    ck_assert_uint_eq(s->out[0].channels, 4);
    ck_assert_uint_eq(s->params[0].n_items, 4);
    ck_assert_uint_eq(s->params[0].copy_stride, 2);
    ck_assert_float_eq(s->params[0].initial[1], -6);
    ck_assert(isinf(s->params[0].initial[2]));
    ck_assert_float_eq_tol(s->params[0].initial[3], -6.0206f, 1e-4f);
    ck_assert_uint_eq(s->params[1].n_items, 1);
    ck_assert_uint_eq(s->params[1].copy_stride, 0);
    ck_assert_uint_eq(s->meters[0].n_items, 4);
    ck_assert_uint_eq(s->params[0].smooth_frames, 960);
    const gph_graph_node *k = &made.graph->nodes[3], *d = &made.graph->nodes[4];
    ck_assert_uint_eq(k->in[1].copy_stride, 0);
    ck_assert_uint_eq(k->in[1].copy_channels, 2);
    ck_assert_uint_eq(d->in[1].copy_stride, 2);
    ck_assert_uint_eq(d->in[1].copy_channels, 2);
    built_finish(&made);
}
END_TEST

START_TEST(crosspoints)
{
    built made;
    make(&made, HEAD "[x]\ntype = matrix\noutputs = 3\nfrom = two\npreset = none\n"
                     "gain[2>1] = -6dB\ngain[1-2>3] = -3dB\n"
                     "[i]\ntype = matrix\noutputs = 2\nfrom = two\npreset = identity\n");
    const float *gain = made.graph->nodes[2].params[0].initial;
    ck_assert_uint_eq(made.graph->nodes[2].params[0].n_items, 6);
    ck_assert(isinf(gain[0]) && isinf(gain[2]) && isinf(gain[3]));
    ck_assert_float_eq(gain[0 * 2 + 1], -6);
    ck_assert_float_eq(gain[2 * 2 + 0], -3);
    ck_assert_float_eq(gain[2 * 2 + 1], -3);
    gain = made.graph->nodes[3].params[0].initial;
    ck_assert(gain[0] == 0 && isinf(gain[1]) && isinf(gain[2]) && gain[3] == 0);
    built_finish(&made);
}
END_TEST

/* `failing` is 100 frames late: a mix is as late as its latest term, a feedback begins anew. */
START_TEST(latencies)
{
    built made;
    make(&made,
         HEAD "[f]\ntype = shapes/failing\nfrom = mic\n[g]\ntype = shapes/failing\nfrom = f\n"
              "[m]\ntype = meter\nfrom = mic[1], f, g, f + g, b\n"
              "[b]\ntype = feedback\nfrom = g\ntime = 10ms\n"
              "[out]\ntype = output\nchannel = 1\nfrom = f\n");
    const gph_graph *graph = made.graph;
    const uint32_t wanted[] = {0, 100, 200, 200, 0};
    ck_assert_mem_eq(graph->latencies + graph->nodes[4].in[0].first, wanted, sizeof wanted);
    ck_assert_uint_eq(graph->latency, 100);
    ck_assert(graph->tail == -1);
    ck_assert(graph->nodes[5].feedback_frames == 480);
    built_finish(&made);
    make(&made,
         HEAD "[f]\ntype = shapes/failing\nfrom = mic\n[g]\ntype = shapes/failing\nfrom = f\n");
    ck_assert(made.graph->tail == 300);
    built_finish(&made);
}
END_TEST

START_TEST(controls)
{
    built made;
    make(&made, HEAD "[zone]\ntype = gain\nrepeat = 1-2\nfrom = mic\n[g]\ntype = gate\nfrom = mic\n"
                     "[p]\ntype = table-player\ntable = t\n[t]\ntype = table\nlength = 1s\n"
                     "[control]\nzone.gain[3] = midi cc 7 -20dB..0dB\nzone1.mute = key m\n"
                     "p.play = on g.opened, at 2s, on g.closed late\n");
    const gph_graph *graph = made.graph;
    ck_assert_uint_eq(graph->n_bindings, 4);
    ck_assert_uint_eq(graph->n_edges, 2);
    ck_assert(!graph->edges[0].late && graph->edges[1].late);
    ck_assert(graph->bindings[0].is_trigger && graph->bindings[0].time_frames == 96000);
    for (uint32_t i = 1; i <= 2; i++) {
        ck_assert_uint_eq(graph->bindings[i].node, 1 + i);
        ck_assert_uint_eq(graph->bindings[i].n_items, 1);
        ck_assert_uint_eq(graph->bindings[i].items[0], 2);
        ck_assert(graph->bindings[i].low == -20 && graph->bindings[i].high == 0);
    }
    ck_assert(graph->bindings[3].toggles && graph->bindings[3].n_items == 4);
    built_finish(&made);
}
END_TEST

START_TEST(targets)
{
    static const struct {
        const char *text, *sentence;
        uint32_t item;
    } table[] = {
        {"x.gain[2>3]", NULL, 5},
        {"X.Gain", NULL, 0},
        {"g.gain[4]", NULL, 3},
        {"g.gain[5]", "'[5]' is beyond the last of 4", 0},
        {"g.gain[1>1]", "'[1>1]' is no index here; [3] is possible", 0},
        {"x.gain[1]", "'[1]' is no index here; [IN>OUT] is possible", 0},
        {"x.gain[3>1]", "'[3>1]' is beyond the last of 6", 0},
        {"g.gian", "gain has no 'gian'; did you mean 'gain'?", 0},
        {"mci.gain", "no node 'mci'; did you mean 'mic'?", 0},
        {"g", "'g' is no NODE.NAME", 0},
        {"g.gain.x", "'g.gain.x' is no NODE.NAME", 0},
        {"g.gain[99999999999]", "'[99999999999]' is no index here; [3] is possible", 0},
    };
    built made;
    char sentence[GPH_GRAPH_MAX_SENTENCE];
    make(&made, HEAD "[x]\ntype = matrix\noutputs = 3\nfrom = two\n[g]\ntype = gain\nfrom = mic\n");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        gph_graph_target target;
        const gph_status status = gph_graph_resolve(made.graph, table[i].text, &target, sentence);
        ck_assert_int_eq(status, table[i].sentence == NULL ? GPH_OK : GPH_ARGUMENT);
        if (table[i].sentence != NULL)
            ck_assert_str_eq(sentence, table[i].sentence);
        else
            ck_assert_uint_eq(target.item, table[i].item);
    }
    double value = 0;
    ck_assert_int_eq(gph_graph_parse_param(made.graph, 3, 0, "-6dB", &value, sentence), GPH_OK);
    ck_assert(value == -6);
    ck_assert_int_eq(gph_graph_parse_param(made.graph, 3, 0, "25dB", &value, sentence),
                     GPH_ARGUMENT);
    built_finish(&made);
}
END_TEST

START_TEST(drawing)
{
    built made;
    make(&made,
         HEAD "[g]\ntype = gate\nfrom = mic + mic[4-1]\n[p]\ntype = table-player\ntable = t\n"
              "[t]\ntype = table\nlength = 1s\n[m]\ntype = meter\nfrom = g, p\n"
              "[control]\np.play = on g.opened\n");
    gph_textstream stream;
    FILE *out = gph_textstream_begin(&stream);
    ck_assert_int_eq(gph_graph_dot(made.graph, out), GPH_OK);
    char *text = gph_textstream_end(&stream, NULL);
    ck_assert_ptr_nonnull(strstr(text, "digraph \"x\" {"));
    ck_assert_ptr_nonnull(strstr(text, "\"mic\" -> \"g\" [label=\"4\"];"));
    ck_assert_ptr_nonnull(strstr(text, "\"g\" -> \"p\" [style=dashed, label=\"opened -> play\"];"));
    ck_assert_ptr_nonnull(strstr(text, "\"t\" -> \"p\" [style=dotted];"));
    free(text);
    built_finish(&made);
}
END_TEST

SUITE("wires", sums, devices, copies, crosspoints, latencies, controls, targets, drawing)
