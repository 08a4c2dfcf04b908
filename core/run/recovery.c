/* What a crash left, in folders and in shared memory: the public side of recovery. [control] */
#include "../disk/recover.h"
#include "../platform/file.h"
#include "../platform/library.h"
#include "../platform/path.h"
#include "table_recover.h"

#include <graphophone/graphophone.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct recovery {
    gph_recover_request request;
    int status; /* GPH_EXIT_* so far */
} recovery;

static void
worsen(recovery *all, int status)
{
    if (status == GPH_EXIT_DISK || all->status == GPH_EXIT_OK)
        all->status = status;
}

static void
give(const recovery *all, const gph_recovered *recovered)
{
    if (all->request.report)
        all->request.report(all->request.user, recovered);
}

static void
path_of(const char *folder, const char *name, char *path, size_t size)
{
    size_t length = strlen(folder);
    bool here = !strcmp(folder, ".");
    bool joined = here || (length && folder[length - 1] == '/') || !*name;
    snprintf(path, size, "%s%s%s", here ? "" : folder, joined ? "" : "/", name);
}

static void
hear_file(void *user, const gph_recover_found *found)
{
    static const uint32_t states[] = {
        [GPH_RECOVER_DONE] = GPH_RECOVERED_FILE,
        [GPH_RECOVER_EMPTY] = GPH_RECOVERED_EMPTY,
        [GPH_RECOVER_LIVE] = GPH_RECOVERED_LIVE,
        [GPH_RECOVER_UNKNOWN] = GPH_RECOVERED_UNKNOWN,
        [GPH_RECOVER_REFUSED] = GPH_RECOVERED_REFUSED,
        [GPH_RECOVER_FAILED] = GPH_RECOVERED_FAILED,
    };
    recovery *all = user;
    char path[2 * GPH_PATH_MOST];
    char became[2 * GPH_PATH_MOST] = "";
    path_of(found->folder, found->name, path, sizeof path);
    if (*found->became)
        path_of(found->folder, found->became, became, sizeof became);
    const gph_recovered recovered = {
        .size = sizeof recovered,
        .state = states[found->state],
        .path = path,
        .became = became,
        .format = found->format,
        .reason = found->reason,
        .frames = found->frames,
        .doubt = found->doubt,
        .cut = found->cut,
        .missing = found->missing,
    };
    bool fine = found->state == GPH_RECOVER_LIVE || found->state == GPH_RECOVER_EMPTY ||
                (found->state == GPH_RECOVER_DONE && !*found->reason);
    if (found->state == GPH_RECOVER_FAILED)
        worsen(all, GPH_EXIT_DISK);
    else if (!fine || found->doubt || found->cut || found->missing)
        worsen(all, GPH_EXIT_FRAMES);
    give(all, &recovered);
}

static bool
goes_on(void *user, const char *folder, const char *name, int64_t frames)
{
    const recovery *all = user;
    char path[2 * GPH_PATH_MOST];
    if (!all->request.progress)
        return true;
    path_of(folder, name, path, sizeof path);
    return all->request.progress(all->request.user, path, frames) != 0;
}

static void
hear_table(void *user, const gph_table_left *left)
{
    recovery *all = user;
    const gph_recovered recovered = {
        .size = sizeof recovered,
        .state = left->fate == GPH_TABLE_NOT_SAVED ? GPH_RECOVERED_FAILED
                 : left->fate == GPH_TABLE_IS_BARE ? GPH_RECOVERED_EMPTY
                                                   : GPH_RECOVERED_TABLE,
        .path = left->memory,
        .became = left->path,
        .format = left->fate == GPH_TABLE_NOT_SAVED ? "" : "wav-f32",
        .reason = left->fate == GPH_TABLE_NOT_SAVED ? left->why
                  : left->fate == GPH_TABLE_IS_BARE ? "nothing was recorded in it"
                                                    : "",
        .frames = left->channels ? (int64_t)left->frames : -1,
    };
    if (left->fate == GPH_TABLE_NOT_SAVED)
        worsen(all, GPH_EXIT_DISK);
    give(all, &recovered);
}

/* The first path that is a folder, in full; the caller frees it. */
static char *
folder_of_tables(const char *const *paths, uint32_t n_paths)
{
    char *folder = NULL;
    for (uint32_t n = 0; n < n_paths && !folder; n++) {
        const gph_file_system *files = &gph_file_system_real;
        const gph_file found = files->open_folder(files->user, paths[n]);
        if (found >= 0)
            folder = gph_library_absolute(paths[n]);
        files->close(files->user, found);
    }
    return folder;
}

int
gph_recover(const char *const *paths, uint32_t n_paths, const gph_recover_request *given)
{
    recovery all = {.request = {.size = sizeof all.request}};
    if (given)
        memcpy(&all.request, given,
               given->size < sizeof all.request ? given->size : sizeof all.request);
    const gph_recover_options options = {
        .dry_run = all.request.flags & GPH_RECOVER_DRY_RUN,
        .tail = all.request.flags & GPH_RECOVER_TAIL,
        .most_frames = -1,
        .found = hear_file,
        .goes_on = goes_on,
        .user = &all,
    };
    for (uint32_t n = 0; n < n_paths; n++)
        if (gph_recover_path(&options, paths[n]))
            worsen(&all, GPH_EXIT_DISK);
    char *folder = all.request.flags & GPH_RECOVER_TABLES ? folder_of_tables(paths, n_paths) : NULL;
    if (folder && gph_table_recover(folder, options.dry_run, hear_table, &all) != GPH_OK)
        worsen(&all, GPH_EXIT_DISK);
    free(folder);
    return all.status;
}
