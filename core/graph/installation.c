/* Where the modules and hosts are that came with this library, and what is installed beside them. [control]
 *
 * The build lays a mark beside the library, which is never installed with it. Only a library that finds that mark beside
 * itself looks in the tree it was built in. An installed one looks beside itself first, so that a whole installation may
 * be moved, or staged by DESTDIR, and then in the folder that it was configured for; the current folder and the
 * environment have no say. */
#include "installation.h"

#include "../platform/library.h"
#include "sentence.h"

#include <stdlib.h>
#include <string.h>

/* LIBDIR of this installation, from the build. */
static const char installed_folder[] = GPH_LIBDIR;

/* What lies elsewhere than in LIBDIR/graphophone, seen from the folder of the library. */
static const struct {
    const char *what;
    const char *built;
    const char *installed; /* from LIBDIR */
} places[] = {
    {"templates", "../config/templates", GPH_DATA_FROM_LIB "/graphophone/templates"},
    {"court", "court", "graphophone/court"},
};

/* Whether this library lies where it was built. */
static bool
is_in_build_tree(void)
{
    char why[GPH_LIBRARY_SENTENCE];
    char *mark = gph_library_privileged() ? NULL : gph_library_beside(GPH_BUILD_MARK);
    const bool is = mark && gph_library_trust(mark, why) == GPH_OK;
    free(mark);
    return is;
}

char *
gph_installation_folder(gph_arena *arena, const char *what)
{
    char built[64];
    char installed[64];
    char beside[80];
    snprintf(built, sizeof built, "../%s", what);
    snprintf(installed, sizeof installed, "graphophone/%s", what);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].what, what) == 0) {
            snprintf(built, sizeof built, "%s", places[i].built);
            snprintf(installed, sizeof installed, "%s", places[i].installed);
        }
    snprintf(beside, sizeof beside, "%s%s", GPH_LIB_FROM_LIBRARY, installed);
    char why[GPH_LIBRARY_SENTENCE];
    char *found =
        gph_library_privileged() ? NULL : gph_library_beside(is_in_build_tree() ? built : beside);
    const bool good = found && gph_library_trust(found, why) == GPH_OK;
    char *folder = good ? gph_sentence(arena, "%s", found)
                        : gph_sentence(arena, "%s/%s", installed_folder, installed);
    free(found);
    return folder;
}
