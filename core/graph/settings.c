/* Reads the settings of a node as its type says, and tells which keys nobody knows. [control] */
#include "inside.h"

#include "../platform/wholefile.h"

#include <string.h>

/* The setting that a key is for: of that name, or the family of `NAME.KEY`. */
static const gph_setting *
setting_of(const gph_type_info *type, const char *key)
{
    const char *dot = strchr(key, '.');
    for (uint32_t i = 0; i < type->type.n_settings; i++) {
        const gph_setting *setting = &type->type.settings[i];
        const bool keyed = (setting->flags & GPH_SETTING_KEYED) != 0;
        if (keyed && dot != NULL && strlen(setting->name) == (size_t)(dot - key) &&
            strncmp(setting->name, key, (size_t)(dot - key)) == 0)
            return setting;
        if (!keyed && strcmp(setting->name, key) == 0)
            return setting;
    }
    return NULL;
}

static void
say_unknown_key(gph_graph_inside *inside, uint32_t node, const gph_patch_entry *entry)
{
    const gph_type_info *type = inside->nodes[node].type;
    const setting_value *loads =
        type->type.describe != NULL ? gph_graph_setting(inside, node, "plugin") : NULL;
    const char *plugin = loads != NULL && loads->n_items > 0 ? loads->items[0].text : NULL;
    gph_near near;
    gph_near_init(&near, entry->name, strlen(entry->name));
    for (uint32_t i = 0; i < type->type.n_settings; i++)
        gph_near_offer(&near, type->type.settings[i].name, NULL);
    for (uint32_t i = 0; i < type->type.n_params; i++)
        gph_near_offer(&near, type->type.params[i].name, NULL);
    gph_near_offer(&near, "from", NULL);
    gph_near_offer(&near, "repeat", NULL);
    gph_near_offer(&near, "on_error", NULL);
    gph_graph_fail(inside, node);
    if (near.best != NULL)
        gph_patch_error_at_key(inside->diagnostics, inside->nodes[node].patch, entry, 0,
                               "%s has no '%s'; did you mean '%s'?", type->type.id, entry->name,
                               near.best);
    else
        gph_patch_error_at_key(inside->diagnostics, inside->nodes[node].patch, entry, 0,
                               "%s has no '%s'; 'graphophone describe %s%s%s' lists what it has",
                               type->type.id, entry->name, type->type.id, plugin != NULL ? " " : "",
                               plugin != NULL ? plugin : "");
}

/* ---------------------------------------------------------------- values that name things */

static void
say_no_table(gph_graph_inside *inside, uint32_t node, const setting_value *value,
             const gph_setting_item *item, const gph_patch_node *found)
{
    const gph_patch *patch = inside->graph.patch;
    const gph_patch_node *at = inside->nodes[node].patch;
    gph_near near;
    gph_graph_fail(inside, node);
    if (found != NULL) {
        gph_patch_error(inside->diagnostics, at, value->entry, item->span.offset,
                        "'%s' is of type %s, not a table", item->text, found->type);
        return;
    }
    gph_near_init(&near, item->text, strlen(item->text));
    const uint32_t n = gph_graph_may_search(inside) ? patch->n_nodes : 0;
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(patch->nodes[i].type, "table") == 0)
            gph_near_offer(&near, patch->nodes[i].name, &patch->nodes[i].at);
    const gph_position *defined = near.best_user;
    if (near.best != NULL)
        gph_patch_error(inside->diagnostics, at, value->entry, item->span.offset,
                        "no table '%s'; did you mean '%s' (line %u)?", item->text, near.best,
                        gph_position_line(*defined));
    else
        gph_patch_error(inside->diagnostics, at, value->entry, item->span.offset,
                        "no table '%s'; a table is a section with type = table", item->text);
}

static void
check_table(gph_graph_inside *inside, uint32_t node, const setting_value *value,
            const gph_setting_item *item)
{
    const gph_patch_node *found = gph_patch_find_node(inside->graph.patch, item->text);
    if (found == NULL || strcmp(found->type, "table") != 0)
        say_no_table(inside, node, value, item, found);
    else
        inside->states[found - inside->graph.patch->nodes].used = true;
}

/* A file that is read: its full path takes the place of what was written. */
static gph_status
find_file(gph_graph_inside *inside, uint32_t node, const setting_value *value,
          gph_setting_item *item)
{
    gph_wholefile file = {0};
    const char *path = gph_patch_resolve(inside->graph.patch, value->entry, item->text);
    if (path == NULL)
        return GPH_MEMORY;
    item->text = path;
    const gph_status status = gph_wholefile_open(&file, path, SIZE_MAX);
    gph_wholefile_close(&file);
    if (status == GPH_OK)
        return GPH_OK;
    inside->n_file_errors++;
    gph_graph_fail(inside, node);
    gph_patch_error(inside->diagnostics, inside->nodes[node].patch, value->entry, item->span.offset,
                    "%s: %s", path, file.why);
    return GPH_OK;
}

static gph_status
check_items(gph_graph_inside *inside, uint32_t node, setting_value *value)
{
    gph_status status = GPH_OK;
    if (value->entry == NULL)
        return GPH_OK;
    for (uint32_t i = 0; i < value->n_items && status == GPH_OK; i++) {
        if (value->info->kind == GPH_SETTING_TABLE)
            check_table(inside, node, value, &value->items[i]);
        else if (value->info->kind == GPH_SETTING_PATH && (value->info->flags & GPH_SETTING_READS))
            status = find_file(inside, node, value, &value->items[i]);
    }
    return status;
}

/* ---------------------------------------------------------------- all of a node */

static gph_status
read_entry(gph_graph_inside *inside, uint32_t node, const gph_patch_entry *entry,
           const gph_setting *info)
{
    node_state *state = &inside->states[node];
    const char *owner = inside->nodes[node].type->type.id;
    gph_fault fault;
    if (entry->index.n_ranges > 0) {
        gph_graph_fail(inside, node);
        gph_patch_error_at_key(inside->diagnostics, inside->nodes[node].patch, entry, 0,
                               "'%s' of %s has no index; it is one value for all", entry->name,
                               owner);
        return GPH_OK;
    }
    setting_value *value = &state->settings[state->n_settings];
    *value = (setting_value){.name = entry->name, .info = info, .entry = entry};
    const gph_status status = gph_setting_parse(entry->value, entry->n_value, info, entry->name,
                                                owner, inside->graph.rate, inside->arena,
                                                &value->items, &value->n_items, &fault);
    if (status == GPH_ARGUMENT) {
        gph_graph_fail(inside, node);
        gph_patch_fault(inside->diagnostics, inside->nodes[node].patch, entry, 0, &fault);
        return GPH_OK;
    }
    state->n_settings++;
    return status == GPH_OK ? check_items(inside, node, value) : status;
}

static gph_status
read_default(gph_graph_inside *inside, uint32_t node, const gph_setting *info)
{
    node_state *state = &inside->states[node];
    const gph_graph_node *at = &inside->nodes[node];
    gph_fault fault;
    if (info->flags & GPH_SETTING_KEYED)
        return GPH_OK;
    for (uint32_t i = 0; i < at->patch->n_entries; i++)
        if (strcmp(at->patch->entries[i].name, info->name) == 0)
            return GPH_OK;
    if (info->flags & GPH_SETTING_REQUIRED) {
        gph_graph_fail(inside, node);
        gph_diagnostics_error(
            inside->diagnostics, at->at, "[%s] needs '%s', as %s %s must say", at->name, info->name,
            strchr("aeio", at->type->type.id[0]) != NULL ? "an" : "a", at->type->type.id);
        return GPH_OK;
    }
    if (info->def == NULL)
        return GPH_OK;
    setting_value *value = &state->settings[state->n_settings++];
    *value = (setting_value){.name = info->name, .info = info};
    return gph_setting_parse(info->def, strlen(info->def), info, info->name, at->type->type.id,
                             inside->graph.rate, inside->arena, &value->items, &value->n_items,
                             &fault);
}

gph_status
gph_graph_read_settings(gph_graph_inside *inside, uint32_t node)
{
    const gph_graph_node *at = &inside->nodes[node];
    const gph_type *type = &at->type->type;
    node_state *state = &inside->states[node];
    gph_status status = GPH_OK;
    state->settings = gph_arena_allocate(
        inside->arena, (size_t)at->patch->n_entries + type->n_settings, sizeof *state->settings);
    if (state->settings == NULL)
        return GPH_MEMORY;
    for (uint32_t i = 0; i < at->patch->n_entries && status == GPH_OK; i++) {
        const gph_patch_entry *entry = &at->patch->entries[i];
        const gph_setting *info = setting_of(at->type, entry->name);
        if (info != NULL)
            status = read_entry(inside, node, entry, info);
        else if (type->describe == NULL && gph_type_find_param(at->type, entry->name) == UINT32_MAX)
            say_unknown_key(inside, node, entry);
    }
    for (uint32_t i = 0; i < type->n_settings && status == GPH_OK; i++)
        status = read_default(inside, node, &type->settings[i]);
    return status == GPH_ARGUMENT ? GPH_OK : status;
}

void
gph_graph_check_keys(gph_graph_inside *inside, uint32_t node)
{
    const gph_graph_node *at = &inside->nodes[node];
    for (uint32_t i = 0; i < at->patch->n_entries; i++) {
        const gph_patch_entry *entry = &at->patch->entries[i];
        if (setting_of(at->type, entry->name) == NULL &&
            gph_type_find_param(at->type, entry->name) == UINT32_MAX)
            say_unknown_key(inside, node, entry);
    }
}
