/* Finds an LV2 plugin by the name that a patch gives it. [control] */
#include "lv2_node.h"

#include <lv2/core/lv2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- names */

const char *
gph_lv2_uri(const LilvPlugin *plugin)
{
    return lilv_node_as_uri(lilv_plugin_get_uri(plugin));
}

const char *
gph_lv2_tail(const char *uri)
{
    const char *tail = uri;
    for (const char *at = uri; *at != '\0'; at++)
        if ((*at == '/' || *at == '#' || *at == ':') && at[1] != '\0')
            tail = at + 1;
    return tail;
}

bool
gph_lv2_ends_with(const char *uri, const char *name)
{
    const size_t n = strlen(uri), m = strlen(name);
    return m < n && gph_same_name(uri + n - m, name) && strchr("/#:", uri[n - m - 1]) != NULL;
}

void
gph_lv2_name(const LilvPlugin *plugin, char *name, size_t size)
{
    LilvNode *node = lilv_plugin_get_name(plugin);
    gph_copy_text(name, size,
                  node != NULL ? lilv_node_as_string(node) : gph_lv2_tail(gph_lv2_uri(plugin)));
    lilv_node_free(node);
}

/* How many plugins a name may mean, the first and a list of them. */
typedef struct meant {
    const LilvPlugin *first;
    uint32_t n;
    char list[512];
} meant;

static void
add(meant *self, const LilvPlugin *plugin)
{
    const size_t n = strlen(self->list);
    if (self->n++ == 0)
        self->first = plugin;
    if (self->n <= 4)
        snprintf(self->list + n, sizeof self->list - n, "%s%.110s", n > 0 ? ", " : "",
                 gph_lv2_uri(plugin));
}

/* By URI or the end of one. */
static void
look_for_uri(gph_node *self, const char *name, meant *found)
{
    const LilvPlugins *all = lilv_world_get_all_plugins(self->world);
    LILV_FOREACH(plugins, i, all)
    {
        const LilvPlugin *plugin = lilv_plugins_get(all, i);
        const char *uri = gph_lv2_uri(plugin);
        if (strcmp(uri, name) == 0) {
            *found = (meant){.first = plugin, .n = 1};
            return;
        }
        if (gph_lv2_ends_with(uri, name))
            add(found, plugin);
    }
}

/* By name, or by a URI that a manifest writes in an unusual way: for that every plugin's own file must be read, which
 * takes seconds where there are many. */
typedef struct by_name {
    const char *wanted;
    near_name *near;
    meant *found;
    char id[512]; /* of the first */
} by_name;

static void GPH_CALL
compare_name(void *user, const gph_plugin *plugin)
{
    by_name *self = user;
    meant *found = self->found;
    gph_near_name_offer(self->near, plugin->name);
    gph_near_name_offer(self->near, gph_lv2_tail(plugin->id));
    if (!gph_same_name(plugin->name, self->wanted) && !gph_same_name(plugin->id, self->wanted))
        return;
    const size_t n = strlen(found->list);
    if (found->n++ == 0)
        gph_copy_text(self->id, sizeof self->id, plugin->id);
    if (found->n <= 4)
        snprintf(found->list + n, sizeof found->list - n, "%s%.110s", n > 0 ? ", " : "",
                 plugin->id);
}

static gph_status
look_for_name(gph_node *self, const char *name, meant *found, near_name *near)
{
    by_name by = {.wanted = name, .near = near, .found = found};
    gph_status status = gph_lv2_list(compare_name, &by);
    if (found->n != 1)
        return status;
    *found = (meant){0};
    status = gph_lv2_open_world(self, gph_lv2_tail(by.id));
    if (status == GPH_OK)
        look_for_uri(self, by.id, found);
    if (status != GPH_OK || found->n > 0)
        return status;
    status = gph_lv2_open_world(self, NULL);
    if (status == GPH_OK)
        look_for_uri(self, by.id, found);
    return status;
}

static gph_status
refuse(const meant *many, const near_name *near, const char *name, char *error, uint32_t size)
{
    if (many->n > 1)
        snprintf(error, size, "'%.100s' may be %s%s; say which", name, many->list,
                 many->n > 4 ? ", ..." : "");
    else if (near->best[0] != '\0')
        snprintf(error, size, "no LV2 plugin '%.200s'; did you mean '%s'?", name, near->best);
    else
        snprintf(error, size,
                 "no LV2 plugin '%.200s'; 'graphophone modules --plugins' lists what there is",
                 name);
    return GPH_ARGUMENT;
}

gph_status
gph_lv2_find(gph_node *self, const char *name, char *error, uint32_t error_size)
{
    meant found = {0};
    near_name near = {.wanted = name};
    char why[400];
    gph_status status = gph_lv2_open_world(self, gph_lv2_tail(name));
    if (status == GPH_OK)
        look_for_uri(self, name, &found);
    if (status == GPH_OK && found.n == 0)
        status = look_for_name(self, name, &found, &near);
    if (status != GPH_OK)
        return status;
    if (name[0] == '\0' || found.n != 1)
        return refuse(&found, &near, name, error, error_size);
    self->plugin = found.first;
    gph_lv2_name(self->plugin, self->label, sizeof self->label);
    if (!gph_lv2_lacks(self, self->plugin, why, sizeof why) &&
        gph_lv2_loads(self->plugin, why, sizeof why))
        return GPH_OK;
    snprintf(error, error_size, "'%.100s' cannot be used: %s", self->label, why);
    return GPH_UNSUPPORTED;
}
