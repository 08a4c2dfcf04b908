/* Everything that a crash left below a folder: first what journals speak of, then what is left. Goes
 * through no link below what was named, and not without end. [control] */
#include "name.h"
#include "recover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deeper, or more, is no folder of recordings. */
enum { MOST_DEPTH = 32, MOST_NAMES = 4000000 };

/* Texts in a growing list. */
typedef struct texts {
    char **list;
    size_t n, room;
} texts;

typedef struct walk {
    gph_recover_options options;
    const gph_recover_options *asked;
    const gph_file_system *files;
    bool journals; /* this time through; else what is left */
    texts told;    /* paths of files that were reported */
    size_t n_names;
    unsigned levels;
    int worst;
} walk;

static bool
ends_in(const char *name, const char *end)
{
    size_t length = strlen(name);
    size_t n = strlen(end);
    return length > n && length <= GPH_NAME_PART && !strcmp(name + length - n, end);
}

/* A path of a name in a folder; the caller frees it. NULL: no memory. */
static char *
path_of(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    bool joined = !*folder || !strcmp(folder, "/") || ends_in(folder, "/");
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s%s", folder, joined ? "" : "/", name);
    return path;
}

static bool
keep(texts *all, const char *folder, const char *name)
{
    if (all->n == all->room) {
        size_t room = all->room * 2 + 16;
        char **list = realloc(all->list, room * sizeof *list);
        if (!list)
            return false;
        all->list = list;
        all->room = room;
    }
    char *text = path_of(folder, name);
    if (!text)
        return false;
    all->list[all->n++] = text;
    return true;
}

static void
texts_finish(texts *all)
{
    for (size_t n = 0; n < all->n; n++)
        free(all->list[n]);
    free(all->list);
}

static void
hear(void *user, const gph_recover_found *found)
{
    walk *w = user;
    if (!keep(&w->told, found->folder, found->name))
        w->worst = -ENOMEM;
    w->asked->found(w->asked->user, found);
}

static bool
pass_on(void *user, const char *folder, const char *name, int64_t frames)
{
    const walk *w = user;
    return !w->asked->goes_on || w->asked->goes_on(w->asked->user, folder, name, frames);
}

static bool
was_told(walk *w, const char *folder, const char *name)
{
    char *path = w->told.n ? path_of(folder, name) : NULL;
    bool found = false;
    for (size_t n = 0; path && n < w->told.n && !found; n++)
        found = !strcmp(w->told.list[n], path);
    free(path);
    return found;
}

typedef struct listing {
    walk *walk;
    texts names;
} listing;

static void
add_name(void *user, const char *name)
{
    listing *l = user;
    if (!strcmp(name, ".") || !strcmp(name, "..") || ++l->walk->n_names > MOST_NAMES)
        return;
    if (!keep(&l->names, "", name))
        l->walk->worst = -ENOMEM;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The folder itself could not be looked at. */
static void
tell_failure(walk *w, const char *folder, const char *name, int error)
{
    char reason[160];
    char words[100];
    snprintf(reason, sizeof reason, "cannot be opened: %s",
             gph_file_error(error, words, sizeof words));
    const gph_recover_found found = {.state = GPH_RECOVER_FAILED,
                                     .folder = folder,
                                     .name = name,
                                     .became = "",
                                     .format = "",
                                     .reason = reason,
                                     .frames = -1};
    w->worst = error;
    w->asked->found(w->asked->user, &found);
}

static void go_through(walk *w, gph_file folder, const char *path, unsigned depth);

/* A file, a link, something that has gone. */
static bool
is_no_folder(int error)
{
    return error == -ENOTDIR || error == -ELOOP || error == -ENOENT || error == -EXDEV ||
           error == -ENAMETOOLONG;
}

static void
look_at(walk *w, gph_file folder, const char *path, const char *name, unsigned depth)
{
    bool is_part = ends_in(name, ".part");
    if (is_part ? !w->journals : w->journals && ends_in(name, ".journal")) {
        /* A fork goes with its file. */
        if (!strncmp(name, "._", 2) || was_told(w, path, name))
            return;
        int error = gph_recover_part(&w->options, folder, path, name);
        w->worst = error ? error : w->worst;
        return;
    }
    /* What a file system keeps for itself. */
    if (is_part || depth + 1 == w->levels || !strcmp(name, "lost+found"))
        return;
    gph_file below = w->files->open_beneath(w->files->user, folder, name, false);
    char *deeper = below >= 0 ? path_of(path, name) : NULL;
    if (deeper) {
        go_through(w, below, deeper, depth + 1);
    } else if (below >= 0) {
        w->worst = -ENOMEM;
    } else if (!is_no_folder((int)below) && (w->journals || below != -EACCES)) {
        tell_failure(w, path, name, (int)below);
    }
    free(deeper);
    if (below >= 0)
        w->files->close(w->files->user, below);
}

static void
go_through(walk *w, gph_file folder, const char *path, unsigned depth)
{
    listing l = {w, {NULL, 0, 0}};
    int error = w->files->list(w->files->user, folder, add_name, &l);
    if (error)
        tell_failure(w, path, "", error);
    if (l.names.n)
        qsort(l.names.list, l.names.n, sizeof *l.names.list, by_name);
    for (size_t n = 0; n < l.names.n && w->worst != -ECANCELED; n++)
        look_at(w, folder, path, l.names.list[n], depth);
    texts_finish(&l.names);
}

/* One file, by its path. */
static int
recover_named(walk *w, const char *path)
{
    char folder_path[GPH_NAME_PATH];
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    snprintf(folder_path, sizeof folder_path, "%.*s", slash ? (int)(slash - path) : 1,
             slash ? path : ".");
    if (slash == path)
        snprintf(folder_path, sizeof folder_path, "/");
    gph_file folder = w->files->open_folder(w->files->user, folder_path);
    int there = folder < 0 ? (int)folder : w->files->exists(w->files->user, folder, name);
    if (there <= 0) {
        tell_failure(w, folder_path, name, there ? there : -ENOENT);
    } else if (!ends_in(name, ".part") && !ends_in(name, ".journal")) {
        const gph_recover_found found = {.state = GPH_RECOVER_REFUSED,
                                         .folder = folder_path,
                                         .name = name,
                                         .became = "",
                                         .format = "",
                                         .reason = "it is neither a folder, a .part nor a .journal",
                                         .frames = -1};
        w->asked->found(w->asked->user, &found);
    } else {
        w->options.nameless = true;
        w->worst = gph_recover_part(&w->options, folder, folder_path, name);
    }
    if (folder >= 0)
        w->files->close(w->files->user, folder);
    return w->worst;
}

int
gph_recover_path(const gph_recover_options *options, const char *path)
{
    walk w = {.options = *options, .asked = options, .levels = options->levels};
    if (!w.levels || w.levels > MOST_DEPTH)
        w.levels = MOST_DEPTH;
    w.files = options->files ? options->files : &gph_file_system_real;
    w.options.found = hear;
    w.options.goes_on = pass_on;
    w.options.user = &w;
    gph_file folder = w.files->open_folder(w.files->user, path);
    if (folder == -ENOTDIR) {
        recover_named(&w, path);
    } else if (folder < 0) {
        tell_failure(&w, path, "", (int)folder);
    } else {
        w.journals = true;
        go_through(&w, folder, path, 0);
        w.journals = false;
        if (w.worst != -ECANCELED)
            go_through(&w, folder, path, 0);
    }
    if (folder >= 0)
        w.files->close(w.files->user, folder);
    texts_finish(&w.told);
    return w.worst;
}
