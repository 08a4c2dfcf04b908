/* Where the modules and hosts are that came with this library. [control]
 *
 * The build lays a mark beside the library, which is never installed with it. Only a library that finds that mark beside
 * itself looks elsewhere than in the folder that the installation was given; the current folder and the environment have
 * no say. */
#include "installation.h"

#include "../platform/library.h"
#include "sentence.h"

#include <stdlib.h>

/* LIBDIR of this installation, from the build. */
static const char installed_folder[] = GPH_LIBDIR "/graphophone";

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
    char relative[64];
    snprintf(relative, sizeof relative, "../%s", what);
    char *built = is_in_build_tree() ? gph_library_beside(relative) : NULL;
    char *folder = built ? gph_sentence(arena, "%s", built)
                         : gph_sentence(arena, "%s/%s", installed_folder, what);
    free(built);
    return folder;
}
