/* The files of one part that a crash left, and their journal. [control] */
#include "recover.h"

#include "recover_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A part being recovered. */
typedef struct part {
    gph_recover_options options; /* with what was left out filled in */
    const gph_file_system *files;
    gph_file folder; /* of the journal */
    const char *path;
    char boot[GPH_BOOT_ID];
    bool has_journal, live;
    char journal_name[GPH_NAME_PART + 1];
    gph_journal_facts facts;
    gph_journal *journal;
    int worst;
    bool left; /* something stays `.part` */
    bool told; /* a file was reported */
} part;

static bool
ends_in(const char *name, const char *end)
{
    size_t length = strlen(name);
    size_t n = strlen(end);
    return length > n && length <= GPH_NAME_PART && !strcmp(name + length - n, end);
}

/* Reads a journal; true: it is one of ours, or locked by its writer. */
static bool
read_journal(part *p, const char *name)
{
    gph_file file = p->files->open_in(p->files->user, p->folder, name, false);
    p->live = file == -EAGAIN;
    if (file < 0)
        return p->live;
    gph_journal_facts_finish(&p->facts);
    int error = gph_journal_read(p->files, file, &p->facts);
    p->files->close(p->files->user, file);
    if (error)
        p->worst = error;
    snprintf(p->journal_name, sizeof p->journal_name, "%s", name);
    return !error && p->facts.is_journal;
}

/* Names of journals in a folder. */
typedef struct names {
    char **list;
    uint32_t n, room;
    bool out_of_memory;
} names;

static void
add_journal(void *user, const char *name)
{
    names *all = user;
    if (!ends_in(name, ".journal"))
        return;
    if (all->n == all->room) {
        uint32_t room = all->room * 2 + 16;
        char **list = realloc(all->list, room * sizeof *list);
        if (!list) {
            all->out_of_memory = true;
            return;
        }
        all->list = list;
        all->room = room;
    }
    all->list[all->n] = strdup(name);
    if (all->list[all->n])
        all->n++;
    else
        all->out_of_memory = true;
}

/* Whether a journal of the same folder speaks of a `.part` there. */
static bool
speaks_of(const part *p, const char *name)
{
    return p->facts.has_about && gph_journal_find(&p->facts, p->facts.below, name);
}

/* The journal of a `.part`: named after it, or any that speaks of it, as that of channel 1 does. */
static void
find_journal(part *p, const char *name)
{
    char base[GPH_NAME_PART + 1];
    char usual[GPH_NAME_PART + 1];
    snprintf(base, sizeof base, "%.*s", (int)strlen(name) - 5, name);
    gph_journal_name(base, usual, sizeof usual);
    p->has_journal = read_journal(p, usual) && (p->live || speaks_of(p, name));
    if (p->has_journal || p->worst)
        return;
    names all = {NULL, 0, 0, false};
    int error = p->files->list(p->files->user, p->folder, add_journal, &all);
    p->worst = error ? error : all.out_of_memory ? -ENOMEM : 0;
    for (uint32_t n = 0; n < all.n; n++) {
        if (!p->has_journal && !p->worst)
            p->has_journal = read_journal(p, all.list[n]) && !p->live && speaks_of(p, name);
        free(all.list[n]);
    }
    free(all.list);
    p->live = p->live && p->has_journal;
}

static int
report(part *p, gph_recovery *r, int error)
{
    r->found.became = r->found.state == GPH_RECOVER_DONE ? r->became : "";
    r->found.reason = r->reason;
    p->worst = error ? error : p->worst;
    p->left =
        p->left || (r->found.state != GPH_RECOVER_DONE && r->found.state != GPH_RECOVER_EMPTY);
    p->told = true;
    p->options.found(p->options.user, &r->found);
    return error;
}

static gph_recovery
recovery_of(part *p, gph_file folder, const char *path, const char *name)
{
    gph_recovery r = {
        .options = &p->options,
        .files = p->files,
        .journal = &p->journal,
        .journal_folder = p->folder,
        .below = "",
        .folder = folder,
        .path = path,
        .name = name,
        .found = {.folder = path, .name = name, .became = "", .format = "", .frames = -1},
    };
    return r;
}

/* An SD2 file got its name, and its fork did not. */
static void
follow_with_fork(part *p, gph_file folder, const char *name)
{
    char from[GPH_NAME_PART + 16];
    char to[GPH_NAME_PART + 16];
    const gph_file_system *files = p->files;
    int length = (int)strlen(name) - 5;
    snprintf(from, sizeof from, "._%s", name);
    snprintf(to, sizeof to, "._%.*s", length, name);
    if (p->facts.format.container == GPH_SD2 && !p->options.dry_run &&
        files->exists(files->user, folder, to + 2) == 1 &&
        files->exists(files->user, folder, from) == 1)
        files->rename_new(files->user, folder, from, to);
}

/* Whether a journal speaks of a file as its name does, if that says anything. */
static bool
suits(gph_container said, const char *part_name)
{
    char base[GPH_NAME_PART + 1];
    gph_container named;
    snprintf(base, sizeof base, "%.*s", (int)strlen(part_name) - 5, part_name);
    return !gph_container_of_name(base, &named) || named == said ||
           (named == GPH_WAV && said == GPH_RF64);
}

static int
recover_entry(part *p, const gph_journal_entry *entry, gph_file folder, const char *path)
{
    int there = p->files->exists(p->files->user, folder, entry->part_name);
    if (!there)
        follow_with_fork(p, folder, entry->part_name);
    /* Its name it has already; or the rest behind an error is what was left of it. */
    if (there == 0 || (there == 1 && entry->recovered))
        return 0;
    gph_recovery r = recovery_of(p, folder, path, entry->part_name);
    r.facts = &p->facts;
    r.entry = entry;
    r.below = entry->below;
    r.format = p->facts.format;
    gph_format_text(r.format, r.format_text, sizeof r.format_text);
    r.found.format = r.format_text;
    int error = there < 0 ? gph_recover_fail(&r, there, "cannot be found")
                : suits(r.format.container, r.name)
                    ? gph_recover_file(&r)
                    : gph_recover_say(&r, GPH_RECOVER_REFUSED, "its journal is of another format");
    return report(p, &r, error);
}

/* The folder above all of a recorder's, from the one of the journal: in words where its path has
 * them, so that a file is known by one path. */
static void
root_of(const part *p, char *path, size_t size)
{
    const char *below = p->facts.below;
    size_t at = (size_t)snprintf(path, size, "%s", p->path);
    size_t length = strlen(below);
    if (!length || at >= size)
        return;
    if (at > length + 1 && path[at - length - 1] == '/' && !strcmp(path + at - length, below)) {
        path[at - length - 1] = '\0';
        return;
    }
    for (const char *slash = below; slash && at < size;
         slash = strchr(slash + (*slash == '/'), '/'))
        at += (size_t)snprintf(path + at, size - at, "/..");
}

/* A file of the part in another folder than the journal's. */
static int
recover_beside(part *p, const gph_journal_entry *entry)
{
    char root[2 * GPH_NAME_PATH];
    char path[4 * GPH_NAME_PATH];
    root_of(p, root, sizeof root);
    snprintf(path, sizeof path, "%s%s%s", root, *entry->below ? "/" : "", entry->below);
    gph_file top = p->files->open_folder(p->files->user, root);
    gph_file folder =
        top < 0 ? top : p->files->open_beneath(p->files->user, top, entry->below, false);
    if (top >= 0)
        p->files->close(p->files->user, top);
    int error = 0;
    if (folder >= 0) {
        error = recover_entry(p, entry, folder, path);
        p->files->close(p->files->user, folder);
    } else if (folder != -ENOENT) {
        gph_recovery r = recovery_of(p, folder, path, entry->part_name);
        if (folder == -EXDEV || folder == -ELOOP || folder == -ENOTDIR)
            gph_recover_say(&r, GPH_RECOVER_REFUSED, "its folder is a link, or not below");
        else
            error = gph_recover_fail(&r, (int)folder, "its folder cannot be opened");
        report(p, &r, error);
    }
    return error;
}

/* Whether a journal that nobody closed has anything to tell, now that its files have their names. */
static bool
is_of_use(const part *p)
{
    bool recovered = p->facts.n_errors > 0;
    for (uint32_t n = 0; n < p->facts.n_files; n++)
        recovered = recovered || p->facts.files[n].recovered;
    return recovered || (p->facts.n_notes && !gph_format_has_cues(p->facts.format));
}

/* All files have their names; so the journal ends, or goes if it is of no use. */
static void
close_journal(part *p)
{
    bool ends = !p->options.dry_run && !p->left && !p->worst && !p->facts.closed;
    int error = 0;
    if (!ends)
        gph_journal_leave(p->journal);
    else if (!p->told && !is_of_use(p))
        error = gph_journal_undo(p->journal);
    else
        error = gph_journal_close(p->journal, -1, true);
    p->journal = NULL;
    if (error) {
        gph_recovery r = recovery_of(p, p->folder, p->path, p->journal_name);
        report(p, &r, gph_recover_fail(&r, error, "it cannot be closed"));
    }
}

static void
recover_files(part *p)
{
    if (p->facts.closed)
        return;
    if (!p->options.dry_run &&
        (p->worst = gph_journal_resume(p->files, p->folder, p->journal_name, &p->journal)) != 0) {
        p->journal = NULL;
        gph_recovery r = recovery_of(p, p->folder, p->path, p->journal_name);
        report(p, &r, gph_recover_fail(&r, p->worst, "cannot be written to"));
        return;
    }
    for (uint32_t n = 0; n < p->facts.n_files; n++) {
        const gph_journal_entry *entry = &p->facts.files[n];
        if (!entry->part_name || !entry->below)
            continue;
        if (!strcmp(entry->below, p->facts.below))
            recover_entry(p, entry, p->folder, p->path);
        else
            recover_beside(p, entry);
    }
}

static void
recover_alone(part *p, const char *name)
{
    gph_recovery r = recovery_of(p, p->folder, p->path, name);
    char base[GPH_NAME_PART + 1];
    int error = 0;
    snprintf(base, sizeof base, "%.*s", (int)strlen(name) - 5, name);
    bool known = gph_container_of_name(base, &r.format.container);
    r.format.sample = GPH_F32;
    r.found.format = known ? gph_container_word(r.format.container) : "";
    gph_file file = p->files->open_in(p->files->user, p->folder, name, false);
    if (file >= 0)
        p->files->close(p->files->user, file);
    if (file == -EAGAIN || p->live)
        gph_recover_say(&r, GPH_RECOVER_LIVE, "somebody writes to it");
    else if (!known)
        gph_recover_say(&r, p->options.nameless ? GPH_RECOVER_REFUSED : GPH_RECOVER_UNKNOWN,
                        "its name is not that of a sound file");
    else if (!p->options.nameless)
        gph_recover_say(&r, GPH_RECOVER_UNKNOWN, "no journal speaks of it");
    else
        error = gph_recover_file(&r);
    bool foreign = r.found.state == GPH_RECOVER_UNKNOWN && !known;
    if (!foreign)
        report(p, &r, error);
    if (p->journal && (error = gph_journal_close(p->journal, -1, !error)) != 0)
        p->worst = error;
    p->journal = NULL;
}

int
gph_recover_part(const gph_recover_options *options, gph_file folder, const char *path,
                 const char *name)
{
    part *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    p->options = *options;
    p->files = options->files ? options->files : &gph_file_system_real;
    p->folder = folder;
    p->path = path;
    p->facts.synced = -1;
    gph_boot_id(p->boot);
    if (!p->options.boot)
        p->options.boot = p->boot;
    bool is_journal = ends_in(name, ".journal");
    if (is_journal)
        p->has_journal = read_journal(p, name);
    else if (ends_in(name, ".part"))
        find_journal(p, name);
    bool has_facts = p->has_journal && !p->live && p->facts.has_about;
    if (p->worst) {
        gph_recovery r = recovery_of(p, folder, path, name);
        report(p, &r, gph_recover_fail(&r, p->worst, "its journal cannot be read"));
    } else if (has_facts && p->facts.closed && !is_journal) {
        gph_recovery r = recovery_of(p, folder, path, name);
        gph_recover_say(&r, GPH_RECOVER_UNKNOWN, "its journal says that it was recovered");
        report(p, &r, 0);
    } else if (has_facts) {
        recover_files(p);
        close_journal(p);
    } else if (ends_in(name, ".part")) {
        recover_alone(p, name);
    }
    int worst = p->worst;
    gph_journal_facts_finish(&p->facts);
    free(p);
    return worst;
}
