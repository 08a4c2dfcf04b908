/* Reads the section [patch]. [control] */
#include "build.h"

#include "letters.h"
#include "near.h"

#include "../platform/path.h"

#include <graphophone/module.h>

#include <math.h>
#include <string.h>

enum { LEAST_RATE = 1000, MOST_RATE = 1000000 };

static const char owner[] = "[patch]";

bool
gph_build_choice(gph_build *build, const gph_patch_entry *entry, const char *const *choices,
                 const char *of, uint32_t *index)
{
    const gph_spec spec = {.name = entry->name, .owner = of};
    gph_fault fault;
    if (gph_value_parse_choice(entry->value, entry->n_value, choices, &spec, index, &fault) ==
        GPH_OK)
        return true;
    gph_patch_fault(build->diagnostics, NULL, entry, 0, &fault);
    return false;
}

static void
read_host(gph_build *build, const gph_patch_entry *entry)
{
    char name[GPH_NAME_MAX_BYTES + 1];
    gph_fault fault;
    if (gph_value_parse_name(entry->value, entry->n_value, "host", name, &fault) != GPH_OK) {
        gph_patch_fault(build->diagnostics, NULL, entry, 0, &fault);
        return;
    }
    build->patch->settings.host = gph_arena_copy(build->arena, name, strlen(name));
    build->patch->settings.host_entry = entry;
    if (build->patch->settings.host == NULL)
        gph_diagnostics_out_of_memory(build->diagnostics);
}

/* `any` is 0. */
static bool
read_whole(gph_build *build, const gph_patch_entry *entry, const gph_spec *spec, uint32_t *value)
{
    gph_quantity quantity;
    gph_fault fault;
    *value = 0;
    if (entry->n_value == 3 && gph_compare_names(entry->value, 3, "any") == 0)
        return true;
    if (gph_value_parse_number(entry->value, entry->n_value, spec, &quantity, &fault) == GPH_OK) {
        *value = (uint32_t)quantity.value;
        return true;
    }
    gph_patch_fault(build->diagnostics, NULL, entry, 0, &fault);
    return false;
}

static void
read_rate(gph_build *build, const gph_patch_entry *entry)
{
    const gph_spec spec = {.unit = GPH_UNIT_HERTZ,
                           .flags = GPH_SPEC_INTEGER,
                           .min = LEAST_RATE,
                           .max = MOST_RATE,
                           .name = "rate",
                           .owner = owner};
    if (read_whole(build, entry, &spec, &build->patch->settings.rate))
        build->patch->settings.rate_entry = entry;
}

static void
read_block(gph_build *build, const gph_patch_entry *entry)
{
    const size_t n = entry->n_value;
    const bool frames = n > 2 && entry->value[n - 2] == 'f' && entry->value[n - 1] == 'r';
    const gph_spec spec = {.unit = frames ? GPH_UNIT_FRAMES : GPH_UNIT_NONE,
                           .flags = GPH_SPEC_INTEGER,
                           .min = 1,
                           .max = GPH_MAX_FRAMES,
                           .name = "block",
                           .owner = owner};
    if (read_whole(build, entry, &spec, &build->patch->settings.block))
        build->patch->settings.block_entry = entry;
}

static void
read_length(gph_build *build, const gph_patch_entry *entry)
{
    gph_patch_settings *settings = &build->patch->settings;
    const gph_spec spec = {.unit = GPH_UNIT_SECONDS,
                           .flags = GPH_SPEC_OPEN_MIN,
                           .max = (double)INFINITY,
                           .rate = 1,
                           .name = "length",
                           .owner = owner};
    gph_fault fault;
    settings->length_entry = entry;
    if (gph_compare_names(entry->value, entry->n_value, "end") == 0)
        settings->length_kind = GPH_LENGTH_END;
    else if (gph_compare_names(entry->value, entry->n_value, "endless") == 0)
        settings->length_kind = GPH_LENGTH_ENDLESS;
    else if (gph_value_parse_number(entry->value, entry->n_value, &spec, &settings->length,
                                    &fault) == GPH_OK)
        settings->length_kind = GPH_LENGTH_TIME;
    else if (gph_is_letter(entry->value[0]))
        gph_patch_error(build->diagnostics, NULL, entry, 0,
                        "'%s' is not a length; 'length' of [patch] takes a time, end or endless",
                        entry->value);
    else
        gph_patch_fault(build->diagnostics, NULL, entry, 0, &fault);
}

static void
read_on_loss(gph_build *build, const gph_patch_entry *entry)
{
    static const char *const choices[] = {"wait", "follow", "stop", NULL};
    uint32_t index;
    if (gph_build_choice(build, entry, choices, owner, &index))
        build->patch->settings.on_loss = (gph_on_loss)index;
}

static void
read_timeline(gph_build *build, const gph_patch_entry *entry)
{
    static const char *const choices[] = {"hold", "clock", NULL};
    uint32_t index;
    if (gph_build_choice(build, entry, choices, owner, &index))
        build->patch->settings.timeline = (gph_patch_timeline)index;
}

static void
read_realtime(gph_build *build, const gph_patch_entry *entry)
{
    static const char *const choices[] = {"wanted", "required", NULL};
    uint32_t index;
    if (gph_build_choice(build, entry, choices, owner, &index))
        build->patch->settings.realtime = (gph_patch_realtime)index;
}

static void
read_on_error(gph_build *build, const gph_patch_entry *entry)
{
    static const char *const choices[] = {"silence", "bypass", "stop", NULL};
    uint32_t index;
    if (gph_build_choice(build, entry, choices, owner, &index))
        build->patch->settings.on_error = (gph_on_error)(index + GPH_ON_ERROR_SILENCE);
}

static bool
has_text(gph_build *build, const gph_patch_entry *entry)
{
    if (entry->n_value == 0)
        gph_patch_error(build->diagnostics, NULL, entry, 0, "'%s' of [patch] cannot be empty",
                        entry->name);
    return entry->n_value > 0;
}

static void
read_device(gph_build *build, const gph_patch_entry *entry)
{
    if (has_text(build, entry)) {
        build->patch->settings.device = entry->value;
        build->patch->settings.device_entry = entry;
    }
}

static void
read_device_in(gph_build *build, const gph_patch_entry *entry)
{
    if (has_text(build, entry)) {
        build->patch->settings.device_in = entry->value;
        build->patch->settings.device_in_entry = entry;
    }
}

static void
read_device_out(gph_build *build, const gph_patch_entry *entry)
{
    if (has_text(build, entry)) {
        build->patch->settings.device_out = entry->value;
        build->patch->settings.device_out_entry = entry;
    }
}

static void
read_folder(gph_build *build, const gph_patch_entry *entry)
{
    if (has_text(build, entry)) {
        build->patch->settings.folder = entry->value;
        build->patch->settings.folder_entry = entry;
    }
}

static void
read_name(gph_build *build, const gph_patch_entry *entry)
{
    if (has_text(build, entry))
        build->patch->settings.name = entry->value;
}

static const struct {
    const char *name;
    void (*read)(gph_build *, const gph_patch_entry *);
} keys[] = {
    {"host", read_host},         {"rate", read_rate},           {"block", read_block},
    {"device", read_device},     {"device.in", read_device_in}, {"device.out", read_device_out},
    {"on_loss", read_on_loss},   {"timeline", read_timeline},   {"length", read_length},
    {"folder", read_folder},     {"name", read_name},           {"on_error", read_on_error},
    {"realtime", read_realtime},
};
enum { N_KEYS = sizeof(keys) / sizeof(keys[0]) };

static gph_status
add_option(gph_build *build, const gph_patch_entry *entry, size_t dot)
{
    gph_patch_settings *settings = &build->patch->settings;
    gph_host_option *option = &build->options[settings->n_options];
    const char *host = gph_arena_copy(build->arena, entry->name, dot);
    if (host == NULL)
        return GPH_MEMORY;
    *option = (gph_host_option){host, entry->name + dot + 1, entry};
    settings->n_options++;
    return GPH_OK;
}

static gph_status
read_setting(gph_build *build, const gph_patch_entry *entry)
{
    gph_near near;
    gph_near_init(&near, entry->name, strlen(entry->name));
    if (entry->index.n_ranges > 0) {
        gph_patch_error_at_key(build->diagnostics, NULL, entry, entry->index.span.offset - 1,
                               "'%s' of [patch] has no index", entry->name);
        return GPH_OK;
    }
    for (size_t i = 0; i < N_KEYS; i++) {
        if (strcmp(entry->name, keys[i].name) == 0) {
            keys[i].read(build, entry);
            return GPH_OK;
        }
        gph_near_offer(&near, keys[i].name, NULL);
    }
    const size_t dot = strcspn(entry->name, ".");
    if (entry->name[dot] == '.' && gph_compare_names(entry->name, dot, "device") != 0)
        return add_option(build, entry, dot);
    gph_near_offer(&near, "dialect", NULL);
    gph_near_offer(&near, "include", NULL);
    if (near.best != NULL)
        gph_patch_error_at_key(build->diagnostics, NULL, entry, 0,
                               "no key '%s' in [patch]; did you mean '%s'?", entry->name,
                               near.best);
    else
        gph_patch_error_at_key(
            build->diagnostics, NULL, entry, 0,
            "no key '%s' in [patch]; there are dialect, host, rate, block, device, "
            "device.in, device.out, on_loss, timeline, HOST.option, length, "
            "folder, name, include, on_error and realtime",
            entry->name);
    return GPH_OK;
}

/* The file's name without folder and .ini. */
static const char *
default_name(gph_build *build)
{
    const char *name = build->patch->path;
    for (const char *c = name; *c != '\0'; c++)
        if (gph_path_is_separator(*c) && c[1] != '\0')
            name = c + 1;
    size_t n = strlen(name);
    if (n > 4 && gph_compare_names(name + n - 4, 4, ".ini") == 0)
        n -= 4;
    return gph_arena_copy(build->arena, name, n);
}

gph_status
gph_build_settings(gph_build *build, const gph_raw_section *section)
{
    gph_patch_settings *settings = &build->patch->settings;
    const size_t n = section != NULL ? section->n : 0;
    gph_patch_entry *entries = gph_arena_allocate(build->arena, n, sizeof(*entries));
    *settings = (gph_patch_settings){.host = "auto", .folder = "."};
    settings->on_error = GPH_ON_ERROR_SILENCE;
    settings->name = default_name(build);
    build->options = gph_arena_allocate(build->arena, n, sizeof(*build->options));
    settings->options = build->options;
    if (entries == NULL || settings->name == NULL || settings->options == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < n; i++) {
        gph_status status =
            gph_substitute(&build->substitution, &section->entries[i], NULL, &entries[i]);
        if (status == GPH_OK)
            status = read_setting(build, &entries[i]);
        if (status == GPH_MEMORY)
            return status;
    }
    if (settings->device_in == NULL)
        settings->device_in = settings->device;
    if (settings->device_out == NULL)
        settings->device_out = settings->device;
    return GPH_OK;
}
