/* load [--set X]... [--print] PATCH: loads a patch as far as core/patch goes and prints what it has
 * to say, or with --print the canonical text. Ends with 0, 2 (refused) or 6 (memory). [control] */
#include "../../core/patch/patch.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SETS = 16 };

static int
load(const char *path, const gph_patch_options *options, bool print)
{
    gph_patch *patch = NULL;
    gph_diagnostics *diagnostics = gph_diagnostics_new(NULL);
    if (diagnostics == NULL)
        return 6;
    const gph_status status = gph_patch_load(path, options, diagnostics, &patch);
    gph_diagnostics_print(diagnostics, stdout, false);
    if (status == GPH_OK && print) {
        char *text = gph_patch_print(patch);
        fputs(text != NULL ? text : "memory is out\n", stdout);
        free(text);
    }
    gph_patch_free(patch);
    gph_diagnostics_free(diagnostics);
    return status == GPH_OK ? 0 : status == GPH_MEMORY ? 6 : 2;
}

int
main(int argc, char **argv)
{
    gph_patch_set sets[MOST_SETS];
    gph_patch_options options = {.sets = sets};
    bool print = false;
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--print") == 0)
            print = true;
        else if (i + 1 < argc && options.n_sets < MOST_SETS) {
            const char *target = strcmp(argv[i], "--rate") == 0 ? "patch.rate" : NULL;
            sets[options.n_sets++] = (gph_patch_set){argv[i], target, argv[i + 1]};
            i++;
        }
    }
    if (i + 1 != argc) {
        fputs("load [--set X]... [--print] PATCH\n", stderr);
        return 2;
    }
    return load(argv[i], &options, print);
}
