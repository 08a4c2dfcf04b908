/* Finds and loads libraries of LADSPA plugins. [control] */
#include "ladspa_library.h"

#include "float_guard.h"
#include "path.h"
#include "words.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef LADSPA_FOLDER /* of this installation; the build says it */
#define LADSPA_FOLDER "/usr/local/lib/ladspa"
#endif

/* LADSPA names no path for those that set none; these are where distributions put plugins. */
static const char usual[] = "~/.ladspa:/usr/local/lib/ladspa:/usr/lib/ladspa:/usr/lib64/ladspa:"
                            "/usr/local/lib64/ladspa:" LADSPA_FOLDER;

typedef struct search {
    const char *name; /* NULL: all */
    bool (*each)(void *user, const ladspa_library *library);
    void *user;
    char (*seen)[LIBRARY_NAME];
    size_t n_seen;
} search;

/* ---------------------------------------------------------------- one file */

void
gph_ladspa_load(ladspa_library *library)
{
    if (!gph_file_may_load(library->path, library->why, sizeof library->why))
        return;
    const uint32_t mode = gph_float_guard_enter();
    void *handle = dlopen(library->path, RTLD_NOW | RTLD_LOCAL);
    (void)gph_float_guard_leave(mode);
    void *symbol = handle != NULL ? dlsym(handle, "ladspa_descriptor") : NULL;
    if (handle == NULL)
        snprintf(library->why, sizeof library->why, "%.200s", dlerror());
    else if (symbol == NULL)
        snprintf(library->why, sizeof library->why, "it holds no LADSPA plugins");
    else /* a function's address from an object's, as POSIX has it */
        memcpy(&library->descriptors, &symbol, sizeof symbol);
}

void
gph_ladspa_name_library(ladspa_library *library, const char *path)
{
    const char *slash = strrchr(path, '/');
    *library = (ladspa_library){0};
    gph_copy_text(library->path, sizeof library->path, path);
    gph_copy_text(library->name, sizeof library->name, slash != NULL ? slash + 1 : path);
    char *end = strrchr(library->name, '.');
    if (end != NULL)
        *end = '\0';
}

/* False when the name was met before, in a folder that comes first. */
static bool
is_new(search *self, const char *name)
{
    for (size_t i = 0; i < self->n_seen; i++)
        if (strcmp(self->seen[i], name) == 0)
            return false;
    char(*more)[LIBRARY_NAME] = realloc(self->seen, (self->n_seen + 1) * sizeof *more);
    if (more == NULL)
        return false;
    self->seen = more;
    gph_copy_text(self->seen[self->n_seen++], LIBRARY_NAME, name);
    return true;
}

static bool
take_file(void *user, const char *folder, const char *file)
{
    search *self = user;
    ladspa_library library = {0};
    const size_t n = strlen(file);
    if (n < 4 || n - 3 >= LIBRARY_NAME || strcmp(file + n - 3, ".so") != 0)
        return true;
    memcpy(library.name, file, n - 3);
    const int length = snprintf(library.path, sizeof library.path, "%s/%s", folder, file);
    if (length < 0 || (size_t)length >= sizeof library.path ||
        (self->name != NULL && strcmp(self->name, library.name) != 0) ||
        !is_new(self, library.name))
        return true;
    return self->each(self->user, &library);
}

void
gph_ladspa_libraries(const char *name, bool (*each)(void *user, const ladspa_library *library),
                     void *user)
{
    search self = {.name = name, .each = each, .user = user};
    gph_path_each("LADSPA_PATH", usual, take_file, &self);
    free(self.seen);
}
