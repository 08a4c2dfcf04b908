/* build [--module-dir FOLDER] PATCH: loads a patch and builds its graph, opens no device, and prints
 * what there is to say. Ends as graphophone check does: 0, 2, 3, 5 or 6. [control] */
#include "../../core/graph/graph.h"
#include "../support/stand_in.h"

#include <stdlib.h>
#include <string.h>

static int
exit_status(gph_status status)
{
    return status == GPH_OK            ? 0
           : status == GPH_UNSUPPORTED ? 3
           : status == GPH_IO          ? 5
           : status == GPH_MEMORY      ? 6
                                       : 2;
}

static gph_status
build(const gph_patch *patch, gph_catalog *catalog, gph_diagnostics *diagnostics)
{
    stand_in run = {0};
    const gph_graph_services services = stand_in_services(&run);
    gph_graph *graph = NULL;
    gph_status status = gph_graph_build(patch, catalog, &services, NULL, diagnostics, &graph);
    if (status == GPH_OK)
        status = gph_graph_activate(graph, 1024, diagnostics);
    gph_graph_free(graph);
    if (run.n_runtimes != 0 || run.n_tables != 0)
        abort();
    return status;
}

static int
check(const char *path, const gph_catalog_options *options)
{
    gph_patch *patch = NULL;
    gph_catalog *catalog = NULL;
    gph_diagnostics *diagnostics = gph_diagnostics_new(NULL);
    if (diagnostics == NULL)
        return 6;
    gph_status status = gph_patch_load(path, NULL, diagnostics, &patch);
    if (status == GPH_IO)
        status = GPH_ARGUMENT;
    if (status == GPH_OK)
        status = gph_catalog_new(options, &catalog);
    if (status == GPH_OK)
        status = build(patch, catalog, diagnostics);
    gph_diagnostics_print(diagnostics, stdout, false);
    gph_catalog_free(catalog);
    gph_patch_free(patch);
    gph_diagnostics_free(diagnostics);
    return exit_status(status);
}

int
main(int argc, char **argv)
{
    gph_catalog_options options = {0};
    const char *folder = NULL;
    int i = 1;
    if (argc > 2 && strcmp(argv[1], "--module-dir") == 0) {
        folder = argv[2];
        options.folders = &folder;
        options.n_folders = 1;
        i = 3;
    }
    if (i + 1 != argc) {
        fputs("build [--module-dir FOLDER] PATCH\n", stderr);
        return 2;
    }
    return check(argv[i], &options);
}
