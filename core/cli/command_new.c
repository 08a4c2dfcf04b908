/* graphophone new: the folder of a new module or host, from the installed templates. [control] */
#include "command.h"

#include "../platform/file.h"
#include "inventory.h"
#include "rig_options.h"

#include <graphophone/graphophone.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What can be made. The template's own name stands for the new one, in its files and in their names. */
typedef struct kind {
    const char *word;
    const char *placeholder;
    bool is_host;
} kind;
static const kind kinds[] = {
    {"effect", "my-effect", false},
    {"source", "my-source", false},
    {"sink", "my-sink", false},
    {"host", "myhost", true},
};
static const char *const kind_words[] = {"effect", "source", "sink", "host", NULL};

enum { N_KINDS = sizeof kinds / sizeof *kinds, MAX_FILES = 16, MAX_NAME = 40, MAX_PATH = 4096 };
/* No template is longer. */
enum { MAX_BYTES = 1 << 18 };

/* A folder in the making. */
typedef struct making {
    const kind *kind;
    const char *name;
    char templates[MAX_PATH];
    gph_file from, above, folder; /* below 0: not open */
    char files[MAX_FILES][MAX_NAME * 2];
    uint32_t n_files;
    uint32_t n_made; /* of them, written */
    bool too_many;
} making;

static const gph_file_system *const fs = &gph_file_system_real;

/* ---------------------------------------------------------------- what is asked for */

static const kind *
find_kind(const char *word)
{
    for (size_t k = 0; k < N_KINDS; k++)
        if (strcmp(kinds[k].word, word) == 0)
            return &kinds[k];
    const char *near = gph_nearest(word, kind_words);
    if (near)
        fprintf(stderr, "graphophone: there is no new '%s'; did you mean '%s'?\n", word, near);
    else
        fprintf(stderr, "graphophone: there is no new '%s'; it is effect, source, sink or host\n",
                word);
    return NULL;
}

static bool
is_good_name(const kind *k, const char *name)
{
    const char *letters = k->is_host ? "abcdefghijklmnopqrstuvwxyz0123456789"
                                     : "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (*name >= 'a' && *name <= 'z' && strspn(name, letters) == strlen(name) &&
        strlen(name) <= MAX_NAME && name[strlen(name) - 1] != '-')
        return true;
    fprintf(
        stderr,
        "graphophone: '%s' is no name for %s; it begins with a letter a-z, then come a-z%s 0-9, "
        "%d at most\n",
        name, k->is_host ? "a host" : "a module", k->is_host ? " and" : ", '-' and", MAX_NAME);
    return false;
}

/* Whether a type or host of that name is installed: the new one would hide it, or be hidden. */
static bool
is_taken(gph_catalogue *catalogue, const kind *k, const char *name)
{
    gph_catalogue_host host = {.size = sizeof host};
    for (uint32_t i = 0; gph_catalogue_get_host(catalogue, i, &host) == GPH_OK; i++)
        if (k->is_host && strcmp(host.id, name) == 0)
            return true;
    return !k->is_host && gph_catalogue_type(catalogue, name, NULL) != NULL;
}

/* ---------------------------------------------------------------- files */

/* Writes `text` with the new name in place of the template's. */
static size_t
replace(char *out, size_t n, const char *text, const char *old, const char *new)
{
    size_t at = 0;
    while (*text && at + 1 < n) {
        const bool here = strncmp(text, old, strlen(old)) == 0;
        at += (size_t)snprintf(out + at, n - at, "%.*s", here ? MAX_NAME : 1, here ? new : text);
        text += here ? strlen(old) : 1;
    }
    return at < n ? at : n - 1;
}

static void
note_file(void *user, const char *name)
{
    making *m = user;
    if (name[0] == '.')
        return;
    m->too_many |= m->n_files == MAX_FILES || strlen(name) >= sizeof m->files[0];
    if (!m->too_many)
        snprintf(m->files[m->n_files++], sizeof m->files[0], "%s", name);
}

static int64_t
read_all(const making *m, const char *name, char *text)
{
    gph_file file = fs->open_in(fs->user, m->from, name, false);
    if (file < 0)
        return file;
    int64_t n = 0;
    int64_t got = 0;
    while (n < MAX_BYTES - 1 &&
           (got = fs->read_at(fs->user, file, text + n, (size_t)(MAX_BYTES - 1 - n), n)) > 0)
        n += got;
    fs->close(fs->user, file);
    text[n] = '\0';
    return got < 0 ? got : n;
}

static int64_t
write_all(const making *m, const char *name, const char *text, size_t n)
{
    gph_file file = fs->create(fs->user, m->folder, name);
    if (file < 0)
        return file;
    int64_t status = 0;
    for (size_t done = 0; done < n && status >= 0; done += (size_t)status)
        status = fs->write_at(fs->user, file, text + done, n - done, (int64_t)done);
    fs->close(fs->user, file);
    return status < 0 ? status : 0;
}

/* One file of the template becomes one of the new folder. */
static int64_t
make_file(making *m, const char *name, char *text, char *changed)
{
    char *new_name = m->files[m->n_made];
    int64_t status = read_all(m, name, text);
    if (status < 0)
        return status;
    const size_t n = replace(changed, MAX_BYTES, text, m->kind->placeholder, m->name);
    replace(new_name, sizeof m->files[0], name, m->kind->placeholder, m->name);
    status = write_all(m, new_name, changed, n);
    m->n_made++;
    return status;
}

static int64_t
make_files(making *m)
{
    char *text = malloc(MAX_BYTES);
    char *changed = malloc(MAX_BYTES);
    int64_t status = text && changed ? 0 : -12; /* ENOMEM */
    for (uint32_t i = 0; i < m->n_files && status >= 0; i++) {
        char name[sizeof m->files[0]];
        snprintf(name, sizeof name, "%s", m->files[i]);
        status = make_file(m, name, text, changed);
    }
    free(text);
    free(changed);
    return status;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* ---------------------------------------------------------------- all of it */

static int
tell(int64_t error, const char *what)
{
    char words[120];
    fprintf(stderr, "graphophone: %s: %s\n", what, gph_file_error(error, words, sizeof words));
    return GPH_EXIT_DISK;
}

/* What had been made before it failed. */
static void
take_back(making *m, const char *path)
{
    for (uint32_t i = 0; i < m->n_made; i++)
        fs->remove(fs->user, m->folder, m->files[i]);
    remove(path);
}

static int
make_folder(making *m, const char *above)
{
    char path[MAX_PATH];
    snprintf(path, sizeof path, "%s/%s", above, m->name);
    const int there = fs->exists(fs->user, m->above, m->name);
    if (there < 0)
        return tell(there, path);
    if (there > 0) {
        fprintf(stderr, "graphophone: %s is there already; nothing was changed\n", path);
        return GPH_EXIT_PATCH;
    }
    m->folder = fs->open_beneath(fs->user, m->above, m->name, true);
    if (m->folder < 0)
        return tell(m->folder, path);
    const int64_t status = make_files(m);
    if (status < 0) {
        take_back(m, path);
        return tell(status, path);
    }
    printf("%s:", path);
    for (uint32_t i = 0; i < m->n_made; i++)
        printf(" %s", m->files[i]);
    printf("\nREADME.md has the lines that build it, try it and play it.\n");
    return GPH_EXIT_OK;
}

static int
make(making *m, const char *above)
{
    char folder[MAX_PATH - 64];
    if (gph_installed_folder("templates", folder, sizeof folder) != GPH_OK)
        return GPH_EXIT_MACHINE;
    snprintf(m->templates, sizeof m->templates, "%s/%s", folder, m->kind->word);
    m->from = fs->open_folder(fs->user, m->templates);
    if (m->from < 0)
        return tell(m->from, m->templates);
    m->above = fs->open_folder(fs->user, above);
    if (m->above < 0)
        return tell(m->above, above);
    const int listed = fs->list(fs->user, m->from, note_file, m);
    if (listed < 0)
        return tell(listed, m->templates);
    if (m->too_many || m->n_files == 0) {
        fprintf(stderr, "graphophone: %s is no folder of a template\n", m->templates);
        return GPH_EXIT_INTERNAL;
    }
    qsort(m->files, m->n_files, sizeof m->files[0], by_name);
    return make_folder(m, above);
}

static int
start(const gph_arguments *arguments, gph_catalogue *catalogue)
{
    making m = {.name = arguments->words[1], .from = -1, .above = -1, .folder = -1};
    m.kind = find_kind(arguments->words[0]);
    if (!m.kind || !is_good_name(m.kind, m.name))
        return GPH_EXIT_PATCH;
    if (is_taken(catalogue, m.kind, m.name)) {
        fprintf(stderr, "graphophone: there is a %s '%s' already; please take another name\n",
                m.kind->is_host ? "host" : "type", m.name);
        return GPH_EXIT_PATCH;
    }
    const char *above = gph_arguments_value(arguments, "folder");
    const int status = make(&m, above ? above : ".");
    const gph_file open[] = {m.from, m.above, m.folder};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (open[i] >= 0)
            fs->close(fs->user, open[i]);
    return status;
}

static int
run(const gph_arguments *arguments)
{
    return gph_inventory_show(arguments, start);
}

static const gph_option options[] = {
    {"folder", "FOLDER", "Makes it in this folder, not in the current one."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {options, gph_folder_option_table, NULL};

const gph_command gph_command_new = {
    .name = "new",
    .words = "KIND NAME",
    .summary = "Begin a module or host of your own.",
    .text =
        "KIND is effect, source, sink or host. Makes the folder NAME with one that works as it "
        "is:\n"
        "NAME.ini that plays through it offline, and README.md with the lines that build and try "
        "it.\n"
        "A folder that is there already, and the name of an installed type or host, are refused.",
    .options = tables,
    .least_words = 2,
    .most_words = 2,
    .run = run,
};
