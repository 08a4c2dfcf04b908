/* graphophone check: all the checks and the resolved rig, without opening a device. [control] */
#include "command.h"
#include "format.h"
#include "json.h"
#include "rig_options.h"

#include <graphophone/graphophone.h>

#include <stdio.h>

/* "2", "2+1" for a sidechain, "-" for none. */
static gph_short_text
widths(const uint32_t *channels, uint32_t n)
{
    gph_short_text out = {"-"};
    size_t at = 0;
    for (uint32_t i = 0; i < n && at + 12 < sizeof out.text; i++)
        at += (size_t)snprintf(out.text + at, sizeof out.text - at, "%s%u", i ? "+" : "",
                               channels[i]);
    return out;
}

static void
print_nodes(const gph_rig *rig, const gph_rig_info *info)
{
    printf("\n%-20s %-16s %7s %7s %9s  %s\n", "node", "type", "in", "out", "latency", "defined at");
    for (uint32_t i = 0; i < info->n_nodes; i++) {
        gph_rig_node node = {.size = sizeof node};
        if (gph_rig_get_node(rig, i, &node) != GPH_OK)
            continue;
        char type[80];
        snprintf(type, sizeof type, node.copies > 1 ? "%s x %u" : "%s", node.type, node.copies);
        printf("%-20s %-16s %7s %7s %9u  %s:%u\n", node.name, type,
               widths(node.in_channels, node.n_in).text, widths(node.out_channels, node.n_out).text,
               node.latency, node.file, node.line);
    }
}

static void
print_recorders(gph_rig *rig, const gph_rig_info *info)
{
    double total = 0;
    for (uint32_t i = 0; i < info->n_recorders; i++) {
        gph_rig_recorder r = {.size = sizeof r};
        if (gph_rig_get_recorder(rig, i, &r) != GPH_OK)
            continue;
        if (i == 0)
            printf("\n%-20s %-10s %8s %14s  %-14s %s\n", "recorder", "format", "channels",
                   "an hour", "disk lasts", "file");
        printf("%-20s %-10s %8u %14s  %-14s %s\n", r.node, r.format, r.channels,
               gph_format_bytes((uint64_t)(r.bytes_per_second * 3600)).text,
               gph_format_span(r.seconds_left).text, r.file);
        total += r.bytes_per_second * 3600;
    }
    if (info->n_recorders > 1)
        printf("%-20s %-10s %8s %14s\n", "together", "", "",
               gph_format_bytes((uint64_t)total).text);
}

static void
print_report(gph_rig *rig)
{
    gph_rig_info info = {.size = sizeof info};
    gph_rig_get_info(rig, &info);
    printf("%s: %u nodes, %u recorder%s, host %s, %s%s\n", info.path, info.n_nodes,
           info.n_recorders, info.n_recorders == 1 ? "" : "s", info.host,
           gph_format_rate(info.rate).text, info.rate_known ? "" : " assumed (the host decides)");
    printf("%u channels in, %u out; the graph adds %u frames (%.1f ms)\n", info.channels_in,
           info.channels_out, info.latency, info.latency * 1000.0 / info.rate);
    if (info.table_bytes)
        printf("tables take %s\n", gph_format_bytes(info.table_bytes).text);
    print_nodes(rig, &info);
    print_recorders(rig, &info);
}

static json_t *
widths_json(const uint32_t *channels, uint32_t n)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < n; i++)
        json_array_append_new(array, json_integer(channels[i]));
    return array;
}

static json_t *
nodes_json(const gph_rig *rig, const gph_rig_info *info)
{
    json_t *nodes = json_array();
    for (uint32_t i = 0; i < info->n_nodes; i++) {
        gph_rig_node node = {.size = sizeof node};
        if (gph_rig_get_node(rig, i, &node) == GPH_OK)
            json_array_append_new(
                nodes,
                json_pack("{ss ss ss si so so si si sI}", "name", node.name, "type", node.type,
                          "file", node.file, "line", (int)node.line, "in",
                          widths_json(node.in_channels, node.n_in), "out",
                          widths_json(node.out_channels, node.n_out), "copies", (int)node.copies,
                          "latency", (int)node.latency, "tail", (json_int_t)node.tail));
    }
    return nodes;
}

static json_t *
recorders_json(gph_rig *rig, const gph_rig_info *info)
{
    json_t *recorders = json_array();
    for (uint32_t i = 0; i < info->n_recorders; i++) {
        gph_rig_recorder r = {.size = sizeof r};
        if (gph_rig_get_recorder(rig, i, &r) == GPH_OK)
            json_array_append_new(recorders,
                                  json_pack("{ss ss si ss sf sf}", "node", r.node, "format",
                                            r.format, "channels", (int)r.channels, "file", r.file,
                                            "bytes_per_second", r.bytes_per_second, "seconds_left",
                                            r.seconds_left));
    }
    return recorders;
}

static void
print_json(gph_rig *rig)
{
    gph_rig_info info = {.size = sizeof info};
    gph_rig_get_info(rig, &info);
    gph_json_print(json_pack(
        "{ss ss ss sf sb si si si sI sI so so}", "patch", info.path, "name", info.name, "host",
        info.host, "rate", info.rate, "rate_known", (int)info.rate_known, "channels_in",
        (int)info.channels_in, "channels_out", (int)info.channels_out, "latency", (int)info.latency,
        "table_bytes", (json_int_t)info.table_bytes, "length", (json_int_t)info.length, "nodes",
        nodes_json(rig, &info), "recorders", recorders_json(rig, &info)));
}

static int
run(const gph_arguments *arguments)
{
    gph_rig_options options;
    gph_rig *rig = NULL;
    int status = GPH_EXIT_INTERNAL;
    if (gph_rig_options_init(arguments, &options)) {
        options.flags |= GPH_RIG_REPORT;
        status = gph_rig_load(arguments->words[0], &options, &rig);
    }
    if (!status && gph_arguments_has(arguments, "print"))
        fputs(gph_rig_print(rig), stdout);
    else if (!status && gph_arguments_has(arguments, "json"))
        print_json(rig);
    else if (!status)
        print_report(rig);
    gph_rig_free(rig);
    gph_rig_options_finish(&options);
    return status;
}

static const gph_option options[] = {
    {"print", NULL,
     "Prints the patch as it was understood: variables, repeats and includes resolved."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {gph_rig_option_table, gph_folder_option_table,
                                           gph_json_option_table, options, NULL};

const gph_command gph_command_check = {
    .name = "check",
    .words = "PATCH",
    .summary = "Check a patch and show what it would do.",
    .text = "Makes every check that 'run' makes before it starts, all problems at once, and prints "
            "the\n"
            "resolved rig: nodes in order, widths, latencies, files, disk space an hour, memory of "
            "tables.\n"
            "Opens no device and writes no file.",
    .options = tables,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
