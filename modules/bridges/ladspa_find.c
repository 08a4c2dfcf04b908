/* Finds a LADSPA plugin by the name that a patch gives it. [control] */
#include "ladspa_find.h"

#include "words.h"

#include <stdio.h>
#include <string.h>

enum { MOST_PORTS = 1000, MOST_CANDIDATES = 8 };

/* ---------------------------------------------------------------- what is there */

const char *
gph_ladspa_lacks(const LADSPA_Descriptor *plugin)
{
    if (plugin->instantiate == NULL || plugin->connect_port == NULL || plugin->run == NULL)
        return "it lacks functions that every plugin has";
    if (plugin->PortCount > MOST_PORTS)
        return "it has more ports than 1000";
    if (plugin->PortCount > 0 && (plugin->PortDescriptors == NULL || plugin->PortNames == NULL ||
                                  plugin->PortRangeHints == NULL))
        return "it does not say what its ports are";
    return NULL;
}

/* ---------------------------------------------------------------- one of them */

typedef struct wanted {
    const char *label;
    const LADSPA_Descriptor *found;
    char found_in[LIBRARY_NAME]; /* the library of the first that is meant */
    unsigned n_found;
    char candidates[512]; /* LIBRARY/LABEL of those that are meant, or of those in a library */
    unsigned n_candidates;
    char why[LIBRARY_WHY]; /* the library cannot be used */
    bool met;              /* the library */
    near_name near;
} wanted;

static void
add_candidate(wanted *self, const char *library, const char *label)
{
    const size_t n = strlen(self->candidates);
    if (self->n_candidates++ < MOST_CANDIDATES)
        snprintf(self->candidates + n, sizeof self->candidates - n, "%s%.64s/%.64s",
                 n > 0 ? ", " : "", library, label);
}

/* By its label, in any library; labels and libraries are near names too. */
static void GPH_CALL
look_for_label(void *user, const gph_plugin *plugin)
{
    wanted *self = user;
    char library[LIBRARY_NAME];
    const size_t n = strcspn(plugin->id, "/");
    snprintf(library, sizeof library, "%.*s", (int)(n < LIBRARY_NAME ? n : 0), plugin->id);
    gph_near_name_offer(&self->near, library);
    if (plugin->id[n] == '\0')
        return;
    const char *label = plugin->id + n + 1;
    gph_near_name_offer(&self->near, label);
    if (strcmp(label, self->label) != 0)
        return;
    if (self->n_found++ == 0)
        gph_copy_text(self->found_in, sizeof self->found_in, library);
    add_candidate(self, library, label);
}

/* In one library: the label, or the only one there is. */
static bool
look_in_library(void *user, const ladspa_library *library)
{
    wanted *self = user;
    ladspa_library loaded = *library;
    self->met = true;
    gph_ladspa_load(&loaded);
    gph_copy_text(self->why, sizeof self->why, loaded.why);
    for (unsigned long i = 0; loaded.descriptors != NULL && i < LADSPA_MOST_PLUGINS; i++) {
        const LADSPA_Descriptor *plugin = loaded.descriptors(i);
        if (plugin == NULL)
            break;
        if (plugin->Label == NULL)
            continue;
        gph_near_name_offer(&self->near, plugin->Label);
        if (self->label == NULL && self->n_found++ == 0)
            self->found = plugin;
        if (self->label != NULL && strcmp(plugin->Label, self->label) == 0)
            self->found = plugin;
        else
            add_candidate(self, library->name, plugin->Label);
    }
    return false;
}

static gph_status
refuse_no_plugin(const wanted *self, const char *name, char *error, uint32_t size)
{
    if (self->near.best[0] != '\0')
        snprintf(error, size, "no LADSPA plugin '%s'; did you mean '%s'?", name, self->near.best);
    else
        snprintf(error, size,
                 "no LADSPA plugin '%s'; 'graphophone modules --plugins' lists what there is",
                 name);
    return GPH_ARGUMENT;
}

/* Who names a library that is not there may mean the plugin by another one. */
static gph_status
refuse_no_library(const char *library, const char *label, char *error, uint32_t size)
{
    wanted by = {.label = label, .near = {.wanted = library}};
    gph_ladspa_list(look_for_label, &by);
    if (by.n_found > 0)
        snprintf(error, size, "no library of LADSPA plugins '%s'; did you mean %.400s?", library,
                 by.candidates);
    else
        snprintf(error, size,
                 "no library of LADSPA plugins '%s'; 'graphophone modules --plugins' lists what "
                 "there is",
                 library);
    return GPH_ARGUMENT;
}

static gph_status
find_in_library(const char *library, const char *label, const LADSPA_Descriptor **plugin,
                char *error, uint32_t size)
{
    wanted self = {.label = label, .near = {.wanted = label}};
    gph_ladspa_libraries(library, look_in_library, &self);
    *plugin = self.found;
    if (self.found != NULL)
        return GPH_OK;
    if (self.why[0] != '\0')
        snprintf(error, size, "'%s' cannot be loaded: %s", library, self.why);
    else if (!self.met)
        return refuse_no_library(library, label, error, size);
    else if (self.near.best[0] != '\0')
        snprintf(error, size, "'%s' has no plugin '%s'; did you mean '%s/%s'?", library, label,
                 library, self.near.best);
    else
        snprintf(error, size, "'%s' has no plugin '%s'; it has %.300s%s", library, label,
                 self.candidates, self.n_candidates > MOST_CANDIDATES ? ", ..." : "");
    return GPH_ARGUMENT;
}

/* A library's name for the one plugin in it; or a label, wherever it is. */
static gph_status
find_plain(const char *name, const LADSPA_Descriptor **plugin, char *error, uint32_t size)
{
    wanted in = {.label = NULL, .near = {.wanted = name}};
    gph_ladspa_libraries(name, look_in_library, &in);
    if (in.n_found == 1) {
        *plugin = in.found;
        return GPH_OK;
    }
    wanted by = {.label = name, .near = {.wanted = name}};
    gph_ladspa_list(look_for_label, &by);
    *plugin = NULL;
    if (by.n_found == 1)
        return find_in_library(by.found_in, name, plugin, error, size);
    const wanted *many = by.n_found > 1 ? &by : &in;
    if (many->n_found > 1) {
        snprintf(error, size, "'%s' may be %.400s%s; say which", name, many->candidates,
                 many->n_candidates > MOST_CANDIDATES ? ", ..." : "");
        return GPH_ARGUMENT;
    }
    if (in.why[0] != '\0') {
        snprintf(error, size, "'%s' cannot be loaded: %s", name, in.why);
        return GPH_ARGUMENT;
    }
    return refuse_no_plugin(&by, name, error, size);
}

gph_status
gph_ladspa_find(const char *name, const LADSPA_Descriptor **plugin, char *error,
                uint32_t error_size)
{
    const char *slash = strchr(name, '/');
    char library[LIBRARY_NAME];
    *plugin = NULL;
    if (name[0] == '\0' || name[0] == '.' || name[0] == '~' || slash == name ||
        strnlen(name, LIBRARY_NAME) == LIBRARY_NAME ||
        (slash != NULL && (slash[1] == '\0' || strchr(slash + 1, '/') != NULL))) {
        snprintf(error, error_size,
                 "'%.200s' is no name of a LADSPA plugin; write LABEL or LIBRARY/LABEL, as "
                 "'graphophone modules --plugins' lists them",
                 name);
        return GPH_ARGUMENT;
    }
    gph_status status;
    if (slash != NULL) {
        memcpy(library, name, (size_t)(slash - name));
        library[slash - name] = '\0';
        status = find_in_library(library, slash + 1, plugin, error, error_size);
    } else {
        status = find_plain(name, plugin, error, error_size);
    }
    const char *lacks = status == GPH_OK ? gph_ladspa_lacks(*plugin) : NULL;
    if (lacks == NULL)
        return status;
    snprintf(error, error_size, "'%s' cannot be used: %s", name, lacks);
    return GPH_UNSUPPORTED;
}
