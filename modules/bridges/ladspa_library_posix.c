/* Finds and loads libraries of LADSPA plugins. [control] */
#include "ladspa_library.h"

#include "float_guard.h"
#include "words.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    bool over;
} search;

/* ---------------------------------------------------------------- one file */

/* What others may write is not loaded, nor what neither root nor the user owns. */
static bool
is_trusted(const char *path, ladspa_library *library)
{
    struct stat found;
    if (stat(path, &found) != 0)
        snprintf(library->why, sizeof library->why, "%s", strerror(errno));
    else if (!S_ISREG(found.st_mode))
        snprintf(library->why, sizeof library->why, "it is no file");
    else if (found.st_mode & S_IWOTH)
        snprintf(library->why, sizeof library->why, "everybody may write it");
    else if (found.st_uid != 0 && found.st_uid != geteuid())
        snprintf(library->why, sizeof library->why, "it belongs to somebody else");
    return library->why[0] == '\0';
}

static void
load(ladspa_library *library)
{
    if (!is_trusted(library->path, library))
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

static void
take_file(search *self, const char *folder, const char *file)
{
    ladspa_library library = {0};
    const size_t n = strlen(file);
    if (n < 4 || n - 3 >= LIBRARY_NAME || strcmp(file + n - 3, ".so") != 0 || file[0] == '.')
        return;
    memcpy(library.name, file, n - 3);
    const int length = snprintf(library.path, sizeof library.path, "%s/%s", folder, file);
    if (length < 0 || (size_t)length >= sizeof library.path ||
        (self->name != NULL && strcmp(self->name, library.name) != 0) ||
        !is_new(self, library.name))
        return;
    load(&library);
    self->over = !self->each(self->user, &library);
}

/* ---------------------------------------------------------------- folders */

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void
take_folder(search *self, const char *folder)
{
    struct dirent **files = NULL;
    const int n = scandir(folder, &files, NULL, by_name);
    for (int i = 0; i < n; i++) {
        if (!self->over)
            take_file(self, folder, files[i]->d_name);
        free(files[i]);
    }
    free(files);
}

/* A folder of the path, if it is one that can be meant: absolute, not empty. */
static void
take_entry(search *self, const char *entry, size_t n)
{
    char folder[LIBRARY_PATH];
    const char *home = secure_getenv("HOME");
    if (n >= 2 && entry[0] == '~' && entry[1] == '/' && home != NULL && home[0] == '/')
        snprintf(folder, sizeof folder, "%s%.*s", home, (int)(n - 1), entry + 1);
    else
        snprintf(folder, sizeof folder, "%.*s", (int)n, entry);
    if (folder[0] == '/')
        take_folder(self, folder);
}

void
gph_ladspa_libraries(const char *name, bool (*each)(void *user, const ladspa_library *library),
                     void *user)
{
    search self = {.name = name, .each = each, .user = user};
    const char *path = secure_getenv("LADSPA_PATH");
    for (path = path != NULL ? path : usual; *path != '\0' && !self.over;) {
        const size_t n = strcspn(path, ":");
        take_entry(&self, path, n);
        path += n + (path[n] == ':');
    }
    free(self.seen);
}
