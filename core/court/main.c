/* court FILE TYPE TEST SEED [KEY=VALUE...]: holds one test over one type of a module file, and says what it found: lines
 * "fail TEXT", "skip TEXT" and
 * "without PART", then "done". `graphophone validate` runs it, a process for each test. With TYPE "-" it
 * lists: "refused TEXT" (before any code of the file has run), "wrong TEXT" (its descriptor), or lines "type ID", and
 * "test NAME". [control] */
#include "trial.h"

#include "../platform/library.h"
#include "guarded.h"
#include "sanitized.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    trial *hold;
} trials[] = {
    {"file", trial_file},
    {"descriptor", trial_descriptor},
    {"lifecycle", trial_lifecycle},
    {"memory", trial_memory},
    {"blocks", trial_blocks},
    {"widths", trial_widths},
    {"signals", trial_signals},
    {"realtime", trial_realtime},
    {"kernel", trial_kernel},
    {"surroundings", trial_surroundings},
    {"parameters", trial_parameters},
    {"services", trial_services},
    {"claims", trial_claims},
};
enum { N_TRIALS = sizeof trials / sizeof *trials };

static const gph_library_wanted wanted = {.symbol = "gph_module_1",
                                          .magic = GPH_MAGIC,
                                          .what = "module",
                                          .major = GPH_ABI_MAJOR,
                                          .minor = GPH_ABI_MINOR};

/* Whether the file may be loaded at all, and what it is built with is there. */
static bool
passes_the_door(const char *path, char **argv)
{
    char why[GPH_LIBRARY_SENTENCE] = "";
    char *absolute = gph_library_absolute(path);
    if (!absolute)
        snprintf(why, sizeof why, "is not there");
    const bool good = absolute && gph_library_check(absolute, &wanted, why) == GPH_OK &&
                      sanitized_begin(argv, absolute, why, sizeof why);
    free(absolute);
    if (!good)
        printf("refused\t%s\n", why);
    return good;
}

/* The catalog is the caller's to free, whatever is returned. */
static const gph_module_info *
open_module(char **argv, gph_catalog **catalog)
{
    const gph_module_info *module = NULL;
    const char *path = argv[1];
    const char *why = "memory is out";
    if (!passes_the_door(path, argv))
        return NULL;
    if (gph_catalog_new(NULL, catalog) == GPH_OK &&
        gph_catalog_open_file(*catalog, path, &module, &why) == GPH_OK)
        return module;
    /* A loader that refuses the file is no fault of the descriptor. */
    printf("%s\t%s\n", strncmp(why, "has ", 4) && strncmp(why, "says ", 5) ? "refused" : "wrong",
           why);
    return NULL;
}

static int
list(const gph_module_info *module)
{
    for (uint32_t t = 0; t < module->n_types; t++)
        printf("type\t%s\n", module->types[t]->type.id);
    for (uint32_t t = 0; t < N_TRIALS; t++)
        printf("test\t%s\n", trials[t].name);
    puts("done\t");
    return 0;
}

static int
hold(const char *name, const trial_case *c)
{
    for (uint32_t t = 0; t < N_TRIALS; t++)
        if (strcmp(trials[t].name, name) == 0) {
            verdict_watch(cell_explain);
            trials[t].hold(c);
            sanitized_tell();
            fputs("done\t\n", stdout);
            fflush(stdout);
            return verdict_has_failed();
        }
    return 2;
}

static int
try_type(const gph_module_info *module, char **argv)
{
    for (uint32_t t = 0; t < module->n_types; t++)
        if (strcmp(module->types[t]->type.id, argv[2]) == 0) {
            const trial_case c = {.module = module,
                                  .type = module->types[t],
                                  .sets = (const char *const *)argv + 5,
                                  .seed = (uint32_t)strtoul(argv[4], NULL, 10),
                                  .guarded = guarded_open(module->types[t]->given)};
            return hold(argv[3], &c);
        }
    return 2;
}

int
main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    verdict_watch(NULL);
    gph_catalog *catalog = NULL;
    const gph_module_info *module = open_module(argv, &catalog);
    const int status = !module                     ? 3
                       : strcmp(argv[2], "-") == 0 ? list(module)
                                                   : try_type(module, argv);
    gph_catalog_free(catalog);
    return status;
}
