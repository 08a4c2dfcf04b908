/* Named blocks of memory that dead owners left behind, on Windows. [control] */
#include "shm_left.h"

#include "file.h"
#include "nt_win32.h"
#include "shm_win32.h"
#include "wide_win32.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_LOST = 9,       /* blocks of dead owners kept under one name */
    LOOK_BYTES = 4096 /* of a block, to see whether it is worth keeping */
};

struct gph_shm_left {
    HANDLE folder;
    HANDLE file; /* locked */
    uint64_t bytes;
    char name[GPH_SHM_NAME_MAX + 1];
};

int
gph_shm_list(const char *prefix, gph_shm_found *found, void *user)
{
    char path[GPH_SHM_FOLDER + 4];
    WIN32_FIND_DATAW entry;
    if (!gph_shm_folder_path(path))
        return ENOENT;
    strcat(path, "/*");
    wchar_t *pattern = gph_wide_path(path);
    HANDLE search = pattern ? FindFirstFileW(pattern, &entry) : INVALID_HANDLE_VALUE;
    int error = !pattern ? ENOMEM : search == INVALID_HANDLE_VALUE ? gph_wide_last_errno() : 0;
    free(pattern);
    if (error)
        return error == ENOENT ? 0 : error;
    do {
        char *name = gph_narrow(entry.cFileName);
        if (name && strncmp(name, prefix, strlen(prefix)) == 0)
            found(user, name);
        free(name);
    } while (FindNextFileW(search, &entry));
    FindClose(search);
    return 0;
}

static bool
read_all(HANDLE file, uint64_t at, void *to, size_t bytes)
{
    char *next = to;
    while (bytes > 0) {
        DWORD n = 0;
        OVERLAPPED place = {.Offset = (DWORD)at, .OffsetHigh = (DWORD)(at >> 32)};
        DWORD want = bytes > INT32_MAX ? INT32_MAX : (DWORD)bytes;
        if (!ReadFile(file, next, want, &n, &place) || n == 0)
            return false;
        next += n;
        at += n;
        bytes -= n;
    }
    return true;
}

/* A block of the folder; it is this user's, as the folder is. */
static int
open_block(HANDLE folder, const char *name, bool change, HANDLE *file, uint64_t *bytes)
{
    LARGE_INTEGER size;
    const gph_nt_how how = {.access = FILE_GENERIC_READ | (change ? FILE_GENERIC_WRITE : 0),
                            .disposition = FILE_OPEN,
                            .options = FILE_NON_DIRECTORY_FILE};
    int error = -gph_nt_open(folder, name, &how, file);
    if (error)
        return error;
    if (GetFileSizeEx(*file, &size)) {
        *bytes = (uint64_t)size.QuadPart;
        return 0;
    }
    error = gph_wide_last_errno();
    CloseHandle(*file);
    return error;
}

size_t
gph_shm_peek(const char *name, void *to, size_t bytes)
{
    HANDLE folder, file;
    uint64_t there = 0;
    if (!gph_shm_may_be_called(name) || gph_shm_folder(&folder))
        return 0;
    int error = open_block(folder, name, false, &file, &there);
    CloseHandle(folder);
    if (error)
        return 0;
    if (there < bytes)
        bytes = (size_t)there;
    bool whole = read_all(file, 0, to, bytes);
    CloseHandle(file);
    return whole ? bytes : 0;
}

/* Makes sure that an open block, which goes by this name, has no owner. */
static int
lock_unowned(gph_shm_left *left)
{
    /* Only one at a time asks for an owner's lock, or would be taken for the owner by the others. */
    int error = -gph_nt_lock_claim(left->file);
    if (error)
        return error;
    error = -gph_nt_lock(left->file, TRUE);
    if (error)
        return error == EAGAIN ? EBUSY : error;
    /* Between open and lock it may have been renamed, or another may have come in its place. */
    return -gph_file_system_real.is_still(NULL, (gph_file)left->folder, left->name,
                                          (gph_file)left->file);
}

int
gph_shm_claim(const char *name, gph_shm_left **left)
{
    *left = NULL;
    if (!gph_shm_may_be_called(name))
        return EINVAL;
    gph_shm_left *claimed = calloc(1, sizeof *claimed);
    if (!claimed)
        return ENOMEM;
    snprintf(claimed->name, sizeof claimed->name, "%s", name);
    int error = gph_shm_folder(&claimed->folder);
    if (!error)
        error = open_block(claimed->folder, name, true, &claimed->file, &claimed->bytes);
    if (error)
        claimed->file = NULL;
    else
        error = lock_unowned(claimed);
    if (!error) {
        *left = claimed;
        return 0;
    }
    gph_shm_left_free(claimed);
    return error;
}

int
gph_shm_claim_path(const char *path, gph_shm_left **left)
{
    const char *slash = strrchr(path, '/');
    return gph_shm_claim(slash ? slash + 1 : path, left);
}

void
gph_shm_left_free(gph_shm_left *left)
{
    if (!left)
        return;
    if (left->file)
        CloseHandle(left->file);
    if (left->folder)
        CloseHandle(left->folder);
    free(left);
}

uint64_t
gph_shm_left_bytes(const gph_shm_left *left)
{
    return left->bytes;
}

bool
gph_shm_left_read(const gph_shm_left *left, uint64_t at, void *to, size_t bytes)
{
    return read_all(left->file, at, to, bytes);
}

int
gph_shm_left_remove(gph_shm_left *left)
{
    return gph_shm_remove(left->folder, left->name);
}

int
gph_shm_left_set_aside(gph_shm_left *left, gph_shm_worth *worth)
{
    char first[LOOK_BYTES] = "";
    size_t n = left->bytes < sizeof first ? (size_t)left->bytes : sizeof first;
    bool keep = worth && read_all(left->file, 0, first, n) && worth(first, n);
    for (int k = 1; keep && k <= N_LOST; k++) {
        char lost[sizeof left->name + 16];
        snprintf(lost, sizeof lost, "%s.lost-%d", left->name, k);
        int error = gph_shm_rename(left->folder, left->name, lost);
        if (error != EEXIST)
            return error;
    }
    return keep ? EEXIST : gph_shm_left_remove(left);
}
