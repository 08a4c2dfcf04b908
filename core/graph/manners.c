/* Puts back what modules change of the process, and names them. [control] */
#include "inside.h"

#include <string.h>

/* Calls after which it is looked: some 50 system calls each, and whoever is rude is so in his first. */
enum { LOOKS = 1000 };

/* Whether an earlier node is of the same module: it has been named. */
static bool
is_first_of_module(const gph_graph_inside *inside, uint32_t node)
{
    for (uint32_t n = 0; n < node && n < LOOKS; n++)
        if (inside->nodes[n].type != NULL &&
            inside->nodes[n].type->module == inside->nodes[node].type->module)
            return false;
    return true;
}

void
gph_graph_keep_surroundings(gph_graph_inside *inside)
{
    gph_graph_forget_surroundings(inside);
    inside->surroundings = gph_surroundings_new();
    inside->n_watched = 0;
}

void
gph_graph_forget_surroundings(gph_graph_inside *inside)
{
    gph_surroundings_free(inside->surroundings);
    inside->surroundings = NULL;
}

void
gph_graph_put_back(gph_graph_inside *inside, uint32_t node, const char *when)
{
    const gph_graph_node *at = &inside->nodes[node];
    const gph_module_info *module = at->type->module;
    char changed[GPH_GRAPH_MAX_SENTENCE] = "";
    if (inside->surroundings == NULL || inside->n_watched >= LOOKS)
        return;
    inside->n_watched++;
    if (module != NULL && module->changed != NULL && strcmp(when, "set up") == 0 &&
        is_first_of_module(inside, node))
        gph_diagnostics_warning(inside->diagnostics, at->at,
                                "%s changed %s when it was loaded; this was put back", module->path,
                                module->changed);
    gph_surroundings_restore(inside->surroundings, changed, sizeof changed);
    if (changed[0] != '\0')
        gph_diagnostics_warning(inside->diagnostics, at->at,
                                "'%s' changed %s when it was %s; this was put back", at->name,
                                changed, when);
}
