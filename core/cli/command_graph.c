/* graphophone graph: a picture of the patch. [control] */
#include "command.h"
#include "rig_options.h"

#include <graphophone/graphophone.h>

#include <stdio.h>
#include <string.h>

/* Graphviz draws it; the picture goes to our standard output. */
static int
draw(const char *dot)
{
    fflush(stdout);
    FILE *graphviz = popen("dot -Tsvg", "w");
    size_t n = strlen(dot);
    size_t written = graphviz ? fwrite(dot, 1, n, graphviz) : 0;
    if (graphviz && pclose(graphviz) == 0 && written == n)
        return GPH_EXIT_OK;
    fprintf(
        stderr,
        "graphophone: 'dot' did not run: --svg needs graphviz (Debian: apt install graphviz)\n");
    return GPH_EXIT_MACHINE;
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
    if (!status && gph_arguments_has(arguments, "svg"))
        status = draw(gph_rig_dot(rig));
    else if (!status)
        fputs(gph_rig_dot(rig), stdout);
    gph_rig_free(rig);
    gph_rig_options_finish(&options);
    return status;
}

static const gph_option options[] = {
    {"svg", NULL, "Prints a picture in SVG, drawn by graphviz."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {gph_rig_option_table, gph_folder_option_table, options,
                                           NULL};

const gph_command gph_command_graph = {
    .name = "graph",
    .words = "PATCH",
    .summary = "Print a picture of a patch.",
    .text = "Prints the graph in DOT, the language of graphviz: nodes, widths, tables, triggers.",
    .options = tables,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
