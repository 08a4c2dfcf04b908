/* Reads the sections [control] and [modules]. [control] */
#include "build.h"

#include "letters.h"
#include "near.h"

#include <string.h>

static gph_status
read_endpoint(gph_build *build, const gph_patch_entry *entry)
{
    gph_fault fault;
    gph_patch_endpoint *osc = &build->patch->osc;
    const gph_status status = gph_endpoint_parse(entry->value, entry->n_value, build->arena,
                                                 &osc->host, &osc->port, &fault);
    if (status == GPH_ARGUMENT)
        gph_patch_fault(build->diagnostics, NULL, entry, 0, &fault);
    osc->entry = entry;
    return status == GPH_MEMORY ? status : GPH_OK;
}

/* NODE.TARGET with the places of both in the key. */
static bool
split_target(gph_build *build, const gph_patch_entry *entry, size_t *dot)
{
    gph_near near;
    *dot = strcspn(entry->name, ".");
    const char *target = entry->name + *dot;
    if (target[0] == '.' && strchr(target + 1, '.') == NULL)
        return true;
    gph_near_init(&near, entry->name, strlen(entry->name));
    gph_near_offer(&near, "osc", NULL);
    gph_near_offer(&near, "midi", NULL);
    if (near.best != NULL)
        gph_patch_error_at_key(build->diagnostics, NULL, entry, 0,
                               "no key '%s' in [control]; did you mean '%s'?", entry->name,
                               near.best);
    else
        gph_patch_error_at_key(build->diagnostics, NULL, entry, 0,
                               "'%s' is not NODE.TRIGGER or NODE.PARAMETER, nor osc or midi",
                               entry->name);
    return false;
}

static gph_status
read_control(gph_build *build, const gph_patch_entry *entry, gph_patch_control *control,
             bool *complete)
{
    size_t dot = 0;
    gph_fault fault;
    *complete = false;
    if (!split_target(build, entry, &dot))
        return GPH_OK;
    *control = (gph_patch_control){.target = entry->name + dot + 1,
                                   .index = entry->index,
                                   .index_to = entry->index_to,
                                   .node_span = {0, (uint32_t)dot},
                                   .entry = entry};
    control->target_span = (gph_span){(uint32_t)dot + 1, (uint32_t)strlen(entry->name + dot + 1)};
    control->node = gph_arena_copy(build->arena, entry->name, dot);
    if (control->node == NULL)
        return GPH_MEMORY;
    const gph_status status = gph_sources_parse(entry->value, entry->n_value, build->arena,
                                                &control->sources, &control->n_sources, &fault);
    if (status == GPH_ARGUMENT)
        gph_patch_fault(build->diagnostics, NULL, entry, 0, &fault);
    *complete = status == GPH_OK;
    return status == GPH_MEMORY ? status : GPH_OK;
}

gph_status
gph_build_control(gph_build *build, const gph_raw_section *section)
{
    gph_patch *patch = build->patch;
    const size_t n = section != NULL ? section->n : 0;
    gph_patch_entry *entries = gph_arena_allocate(build->arena, n, sizeof(*entries));
    gph_patch_control *controls = gph_arena_allocate(build->arena, n, sizeof(*controls));
    if (entries == NULL || controls == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < n; i++) {
        bool complete = false;
        gph_patch_entry *entry = &entries[i];
        gph_status status = gph_substitute(&build->substitution, &section->entries[i], NULL, entry);
        if (status == GPH_OK && strcmp(entry->key, "osc") == 0)
            status = read_endpoint(build, entry);
        else if (status == GPH_OK && strcmp(entry->key, "midi") == 0)
            patch->midi = entry;
        else if (status == GPH_OK)
            status = read_control(build, entry, &controls[patch->n_controls], &complete);
        if (status == GPH_MEMORY)
            return status;
        patch->n_controls += complete;
    }
    patch->controls = controls;
    return GPH_OK;
}

static int
hex_digit(char c)
{
    if (gph_is_digit(c))
        return c - '0';
    c = gph_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* sha256: and 64 hexadecimal digits */
static bool
read_pin(const gph_patch_entry *entry, uint8_t sha256[32])
{
    if (entry->n_value != 7 + 64 || memcmp(entry->value, "sha256:", 7) != 0)
        return false;
    for (size_t i = 0; i < 32; i++) {
        const int high = hex_digit(entry->value[7 + 2 * i]);
        const int low = hex_digit(entry->value[8 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        sha256[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

gph_status
gph_build_pins(gph_build *build, const gph_raw_section *section)
{
    const size_t n = section != NULL ? section->n : 0;
    gph_patch_entry *entries = gph_arena_allocate(build->arena, n, sizeof(*entries));
    gph_patch_pin *pins = gph_arena_allocate(build->arena, n, sizeof(*pins));
    if (entries == NULL || pins == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < n; i++) {
        gph_patch_entry *entry = &entries[i];
        gph_patch_pin *pin = &pins[build->patch->n_pins];
        const gph_status status =
            gph_substitute(&build->substitution, &section->entries[i], NULL, entry);
        if (status == GPH_MEMORY)
            return status;
        if (status != GPH_OK)
            continue;
        *pin = (gph_patch_pin){.type = entry->key, .entry = entry};
        if (gph_name_length(entry->key, 0, strlen(entry->key)) != strlen(entry->key))
            gph_patch_error_at_key(build->diagnostics, NULL, entry, 0,
                                   "'%s' is not the name of a module", entry->key);
        else if (!read_pin(entry, pin->sha256))
            gph_patch_error(build->diagnostics, NULL, entry, 0,
                            "'%s' is not sha256: and 64 hexadecimal digits", entry->value);
        else
            build->patch->n_pins++;
    }
    build->patch->pins = pins;
    return GPH_OK;
}
