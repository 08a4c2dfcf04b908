/* The folder of named blocks on Windows. [control] */
#include "shm_win32.h"

#include "nt_win32.h"
#include "path.h"
#include "shm_left.h"
#include "wide_win32.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char below[] = "/graphophone/shared";
static const char gone[] = "graphophone-gone-";

bool
gph_shm_folder_path(char path[GPH_SHM_FOLDER])
{
    wchar_t own[MAX_PATH + 1];
    DWORD n = GetEnvironmentVariableW(L"LOCALAPPDATA", own, MAX_PATH + 1);
    if (n == 0 || n > MAX_PATH)
        n = GetTempPathW(MAX_PATH + 1, own);
    char *text = n > 0 && n <= MAX_PATH ? gph_narrow_path(own) : NULL;
    size_t length = text ? strlen(text) : 0;
    while (length > 0 && text[length - 1] == '/')
        text[--length] = '\0';
    bool fits = length > 0 && length + sizeof below <= GPH_SHM_FOLDER;
    if (fits)
        snprintf(path, GPH_SHM_FOLDER, "%s%s", text, below);
    free(text);
    return fits;
}

/* Makes what is missing of the last two names of a path. */
static void
make_folders(const char *path)
{
    char above[GPH_SHM_FOLDER];
    snprintf(above, sizeof above, "%s", path);
    char *slash = strrchr(above, '/');
    if (slash)
        *slash = '\0';
    wchar_t *first = gph_wide_path(above), *second = gph_wide_path(path);
    if (first && second) {
        CreateDirectoryW(first, NULL);
        CreateDirectoryW(second, NULL);
    }
    free(first);
    free(second);
}

int
gph_shm_folder(HANDLE *folder)
{
    char path[GPH_SHM_FOLDER];
    *folder = NULL;
    if (!gph_shm_folder_path(path))
        return ENOENT;
    make_folders(path);
    wchar_t *wide = gph_wide_path(path);
    HANDLE made = wide ? CreateFileW(wide, FILE_LIST_DIRECTORY | FILE_TRAVERSE | SYNCHRONIZE,
                                     FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                     OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL)
                       : INVALID_HANDLE_VALUE;
    int error = !wide ? ENOMEM : made == INVALID_HANDLE_VALUE ? gph_wide_last_errno() : 0;
    free(wide);
    if (!error)
        *folder = made;
    return error;
}

bool
gph_shm_may_be_called(const char *name)
{
    size_t length = strlen(name);
    size_t good = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return length > 0 && length <= GPH_SHM_NAME_MAX && good == length && name[0] != '.';
}

static int
open_entry(HANDLE folder, const char *name, HANDLE *file)
{
    const gph_nt_how how = {.access = DELETE | FILE_READ_ATTRIBUTES,
                            .disposition = FILE_OPEN,
                            .options = FILE_NON_DIRECTORY_FILE};
    return -gph_nt_open(folder, name, &how, file);
}

int
gph_shm_rename(HANDLE folder, const char *from, const char *to)
{
    HANDLE file;
    int error = open_entry(folder, from, &file);
    if (error)
        return error;
    error = -gph_nt_rename(file, folder, to);
    CloseHandle(file);
    return error;
}

/* What is mapped cannot be removed, and what is open keeps a name until it is closed: it gets one that nobody wants. */
int
gph_shm_remove(HANDLE folder, const char *name)
{
    char other[sizeof gone + 8];
    HANDLE file;
    int error = open_entry(folder, name, &file);
    if (error)
        return error;
    snprintf(other, sizeof other, "%s%08x", gone, (unsigned)gph_wide_random());
    bool renamed = gph_nt_rename(file, folder, other) == 0;
    error = -gph_nt_remove(file);
    CloseHandle(file);
    return renamed ? 0 : error;
}

static void
remove_gone(void *user, const char *name)
{
    HANDLE file;
    if (open_entry(user, name, &file))
        return;
    (void)gph_nt_remove(file);
    CloseHandle(file);
}

void
gph_shm_sweep(HANDLE folder)
{
    (void)gph_shm_list(gone, remove_gone, folder);
}

gph_status
gph_shm_path(const char *name, char *path, size_t size)
{
    char folder[GPH_SHM_FOLDER];
    if (!gph_shm_may_be_called(name))
        return GPH_ARGUMENT;
    if (!gph_shm_folder_path(folder))
        return GPH_IO;
    int written = snprintf(path, size, "%s/%s", folder, name);
    return written < 0 || (size_t)written >= size ? GPH_LIMIT : GPH_OK;
}
