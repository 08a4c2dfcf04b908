/* Sections -> nodes, one or as many as `repeat` says. [control] */
#include "build.h"

#include "letters.h"
#include "near.h"

#include <stdio.h>
#include <string.h>

/* One section while its copies are made. */
typedef struct maker {
    gph_build *build;
    const gph_raw_section *section;
    const gph_patch_group *group;         /* NULL: no repeat */
    const gph_patch_node *first;          /* the first copy, NULL while it is being made */
    const gph_patch_entry *first_entries; /* its entries, one for each of the section's */
    const uint32_t *copy;
    gph_patch_node *node;
    const gph_patch_entry *entries; /* of the node being made */
    bool failed; /* an entry's ${} was in error: told already, so the node is not complained of */
} maker;

static bool
is_wire(const char *name)
{
    return strcmp(name, "from") == 0 || strncmp(name, "from.", 5) == 0;
}

static bool
refuse_index(maker *m, const gph_patch_entry *entry)
{
    if (entry->index.n_ranges > 0)
        gph_patch_error_at_key(m->build->diagnostics, m->node, entry, entry->index.span.offset - 1,
                               "'%s' has no index; channels stand behind the node: from = mic[1]",
                               entry->name);
    return entry->index.n_ranges > 0;
}

/* The node of the first copy parsed an equal text: what it made can be shared. */
static const gph_patch_wire *
shared_wire(const maker *m, const gph_patch_entry *entry)
{
    if (m->first == NULL || entry->uses_copy)
        return NULL;
    for (uint32_t i = 0; i < m->first->n_wires; i++)
        if (strcmp(m->first->wires[i].entry->key, entry->key) == 0)
            return &m->first->wires[i];
    return NULL;
}

static gph_status
add_wire(maker *m, const gph_patch_entry *entry, gph_patch_wire *wire)
{
    gph_fault fault;
    const gph_patch_wire *shared = shared_wire(m, entry);
    if (refuse_index(m, entry))
        return GPH_OK;
    *wire = (gph_patch_wire){.entry = entry};
    if (entry->name[4] == '.') {
        wire->port = entry->name + 5;
        if (strchr(wire->port, '.') != NULL) {
            gph_patch_error_at_key(m->build->diagnostics, m->node, entry, 0,
                                   "'%s' is not from.PORT", entry->name);
            return GPH_OK;
        }
    }
    gph_status status = GPH_OK;
    if (shared != NULL)
        wire->wiring = shared->wiring;
    else
        status =
            gph_wiring_parse(entry->value, entry->n_value, m->build->arena, &wire->wiring, &fault);
    if (status == GPH_ARGUMENT)
        gph_patch_fault(m->build->diagnostics, m->node, entry, 0, &fault);
    m->node->n_wires += status == GPH_OK;
    return status == GPH_MEMORY ? status : GPH_OK;
}

/* TYPE, or MODULE/TYPE: names both, never a path. Fills type, of two names and a '/'. */
static bool
read_type(maker *m, const gph_patch_entry *entry, char *type)
{
    gph_fault fault;
    const char *slash = memchr(entry->value, '/', entry->n_value);
    const size_t from = slash != NULL ? (size_t)(slash - entry->value) + 1 : 0;
    size_t n = 0;
    gph_status status = GPH_OK;
    if (slash != NULL) {
        status = gph_value_parse_name(entry->value, from - 1, "module", type, &fault);
        n = status == GPH_OK ? strlen(type) : 0;
        type[n++] = '/';
    }
    if (status == GPH_OK) {
        status = gph_value_parse_name(entry->value + from, entry->n_value - from, "type", type + n,
                                      &fault);
    }
    if (status == GPH_OK)
        return true;
    gph_patch_error(m->build->diagnostics, m->node, entry, 0,
                    "'%s' is not the name of a type; possible: a name, or MODULE/TYPE",
                    entry->value);
    return false;
}

static gph_status
set_type(maker *m, const gph_patch_entry *entry)
{
    char type[2 * GPH_NAME_MAX_BYTES + 2];
    m->node->type_entry = entry;
    if (!read_type(m, entry, type))
        return GPH_OK;
    if (m->first != NULL && m->first->type != NULL && strcmp(m->first->type, type) == 0) {
        m->node->type = m->first->type;
        return GPH_OK;
    }
    m->node->type = gph_arena_copy(m->build->arena, type, strlen(type));
    return m->node->type == NULL ? GPH_MEMORY : GPH_OK;
}

static void
set_on_error(maker *m, const gph_patch_entry *entry)
{
    static const char *const choices[] = {"silence", "bypass", "stop", NULL};
    uint32_t index;
    m->node->on_error_entry = entry;
    if (gph_build_choice(m->build, entry, choices, NULL, &index))
        m->node->on_error = (gph_on_error)(index + GPH_ON_ERROR_SILENCE);
}

/* Copies share the values that do not depend on `i`. */
static gph_status
expand(maker *m, size_t index, gph_patch_entry *entry)
{
    const gph_patch_entry *first = m->first == NULL ? NULL : &m->first_entries[index];
    if (first != NULL && !first->uses_copy) {
        *entry = *first;
        return first->value == NULL ? GPH_ARGUMENT : GPH_OK;
    }
    return gph_substitute(&m->build->substitution, &m->section->entries[index], m->copy, entry);
}

/* Sorts the entries of a section into type, wires and the rest. */
static gph_status
fill_node(maker *m)
{
    const size_t n = m->section->n;
    gph_arena *arena = m->build->arena;
    size_t n_wires = 0;
    for (size_t i = 0; i < n; i++)
        n_wires += is_wire(m->section->entries[i].name);
    gph_patch_wire *wires = gph_arena_allocate(arena, n_wires, sizeof(*wires));
    gph_patch_entry *all = gph_arena_allocate(arena, n, sizeof(*all));
    gph_patch_entry *rest = gph_arena_allocate(arena, n, sizeof(*rest));
    if (wires == NULL || all == NULL || rest == NULL)
        return GPH_MEMORY;
    m->node->wires = wires;
    m->entries = all;
    m->node->entries = rest;
    for (size_t i = 0; i < n; i++) {
        const char *name = m->section->entries[i].name;
        if (strcmp(name, "repeat") == 0)
            continue;
        gph_status status = expand(m, i, &all[i]);
        m->failed |= status == GPH_ARGUMENT;
        if (status == GPH_OK && strcmp(name, "type") == 0)
            status = set_type(m, &all[i]);
        else if (status == GPH_OK && strcmp(name, "on_error") == 0)
            set_on_error(m, &all[i]);
        else if (status == GPH_OK && is_wire(name))
            status = add_wire(m, &all[i], &wires[m->node->n_wires]);
        else if (status == GPH_OK)
            rest[m->node->n_entries++] = all[i];
        if (status == GPH_MEMORY)
            return status;
    }
    return GPH_OK;
}

static void
tell_untyped(maker *m)
{
    static const char *const reserved[] = {"patch", "vars", "control", "modules"};
    const gph_raw_section *section = m->section;
    gph_near near;
    gph_near_init(&near, section->name, strlen(section->name));
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        gph_near_offer(&near, reserved[i], NULL);
    if (near.best != NULL)
        gph_diagnostics_error(m->build->diagnostics, section->at,
                              "[%s] has no type; did you mean [%s]?", section->name, near.best);
    else
        gph_diagnostics_error(m->build->diagnostics, section->at,
                              "[%s] has no type; a node has one, such as 'type = input'",
                              section->name);
}

static gph_status
add_node(maker *m, const char *name)
{
    gph_build *build = m->build;
    if (!gph_arena_grow(build->arena, &build->nodes, build->n_nodes, &build->nodes_capacity,
                        sizeof(*build->nodes)))
        return GPH_MEMORY;
    gph_patch_node node = {.name = name, .at = m->section->at, .group = m->group};
    node.copy = m->copy != NULL ? *m->copy : 0;
    m->node = &node;
    const gph_status status = fill_node(m);
    if (status != GPH_OK)
        return status;
    if (node.type_entry == NULL && !m->failed && m->first == NULL)
        tell_untyped(m);
    build->nodes[build->n_nodes++] = node;
    build->n_keys += m->section->n;
    return GPH_OK;
}

/* repeat = FIRST-LAST */
static bool
read_repeat(maker *m, const gph_patch_entry *entry, gph_range *range)
{
    gph_list list;
    gph_fault fault;
    uint64_t n;
    uint32_t highest;
    gph_build *build = m->build;
    gph_diagnostics *d = build->diagnostics;
    const gph_status status =
        gph_list_parse(entry->value, 0, entry->n_value, build->arena, &list, &fault);
    const size_t n_name = strlen(m->section->name);
    if (status == GPH_MEMORY)
        gph_diagnostics_out_of_memory(d);
    if (status != GPH_OK) {
        if (status == GPH_ARGUMENT)
            gph_patch_fault(d, NULL, entry, 0, &fault);
        return false;
    }
    *range = list.ranges[0];
    const bool closed = gph_list_is_closed(&list, &n, &highest);
    const bool dash = memchr(entry->value, '-', entry->n_value) != NULL;
    if (!closed || !dash || list.n_ranges != 1 || range->last < range->first) {
        gph_patch_error(d, NULL, entry, 0, "'%s' is not FIRST-LAST, such as 1-8", entry->value);
        return false;
    }
    if (gph_is_digit(m->section->name[n_name - 1])) {
        gph_diagnostics_error(d, m->section->at,
                              "[%s] is repeated, so its name cannot end in a digit: the copies are "
                              "numbered",
                              m->section->name);
        return false;
    }
    if (n_name + 7 > GPH_NAME_MAX_BYTES) {
        gph_diagnostics_error(d, m->section->at,
                              "[%s] is repeated, so its name can have %d bytes at most",
                              m->section->name, (int)GPH_NAME_MAX_BYTES - 7);
        return false;
    }
    if (n + build->n_nodes > GPH_PATCH_MAX_NODES) {
        gph_patch_error(d, NULL, entry, 0, "this makes %llu nodes; a patch has at most %d",
                        (unsigned long long)(n + build->n_nodes), (int)GPH_PATCH_MAX_NODES);
        return false;
    }
    if (n * m->section->n + build->n_keys > GPH_PATCH_MAX_KEYS) {
        gph_patch_error(d, NULL, entry, 0, "this makes %llu keys; a patch has at most %d",
                        (unsigned long long)(n * m->section->n + build->n_keys),
                        (int)GPH_PATCH_MAX_KEYS);
        return false;
    }
    return true;
}

static gph_status
add_copies(maker *m, const gph_raw_entry *raw)
{
    gph_build *build = m->build;
    gph_range range;
    gph_patch_entry *entry = gph_arena_allocate(build->arena, 1, sizeof(*entry));
    if (entry == NULL)
        return GPH_MEMORY;
    gph_status status = gph_substitute(&build->substitution, raw, NULL, entry);
    if (status != GPH_OK)
        return status == GPH_MEMORY ? status : GPH_OK;
    if (!read_repeat(m, entry, &range))
        return GPH_OK;
    if (!gph_arena_grow(build->arena, &build->groups, build->n_groups, &build->groups_capacity,
                        sizeof(*build->groups)))
        return GPH_MEMORY;
    const uint32_t first_node = (uint32_t)build->n_nodes;
    gph_patch_group *group = gph_arena_allocate(build->arena, 1, sizeof(*group));
    if (group == NULL)
        return GPH_MEMORY;
    *group = (gph_patch_group){m->section->name, m->section->at, first_node,
                               range.last - range.first + 1, entry};
    build->groups[build->n_groups++] = *group;
    m->group = group;
    gph_patch_node first;
    for (uint32_t i = range.first; i <= range.last; i++) {
        char name[GPH_NAME_MAX_BYTES + 12];
        const int n = snprintf(name, sizeof(name), "%s%u", m->section->name, i);
        const char *own = gph_arena_copy(build->arena, name, (size_t)n);
        m->copy = &i;
        status = own == NULL ? GPH_MEMORY : add_node(m, own);
        if (status != GPH_OK)
            return status;
        if (i == range.first) {
            first = build->nodes[build->n_nodes - 1];
            m->first = &first;
            m->first_entries = m->entries;
        }
    }
    return GPH_OK;
}

gph_status
gph_build_node(gph_build *build, const gph_raw_section *section)
{
    maker m = {.build = build, .section = section};
    for (size_t i = 0; i < section->n; i++)
        if (strcmp(section->entries[i].key, "repeat") == 0)
            return add_copies(&m, &section->entries[i]);
    return add_node(&m, section->name);
}
