/* The offline host's files on Windows. [the caller's thread of step] */
#include <windows.h>

#define ENABLE_SNDFILE_WINDOWS_PROTOTYPES 1
#include "place.h"

#include <errno.h>
#include <stdlib.h>

/* To be freed; NULL: no memory, or it is not UTF-8. */
static wchar_t *
wide(const char *path)
{
    int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, NULL, 0);
    wchar_t *text = n > 0 ? malloc((size_t)n * sizeof *text) : NULL;
    if (text != NULL)
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, text, n);
    return text;
}

SNDFILE *
place_open(const char *path, SF_INFO *info)
{
    wchar_t *name = wide(path);
    SNDFILE *file = name != NULL ? sf_wchar_open(name, SFM_READ, info) : NULL;
    free(name);
    return file;
}

static int
error_of(DWORD error)
{
    switch (error) {
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return EEXIST;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return ENOENT;
    case ERROR_ACCESS_DENIED:
        return EACCES;
    case ERROR_DISK_FULL:
        return ENOSPC;
    default:
        return EIO;
    }
}

int
place_new(const char *path, SF_INFO *info, SNDFILE **file)
{
    wchar_t *name = wide(path);
    if (name == NULL)
        return EINVAL;
    /* Made here, so that nothing is overwritten; opened once more by who writes it. */
    HANDLE made = CreateFileW(name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    int error = made == INVALID_HANDLE_VALUE ? error_of(GetLastError()) : 0;
    if (error == 0) {
        CloseHandle(made);
        *file = sf_wchar_open(name, SFM_WRITE, info);
    }
    free(name);
    return error;
}

void
place_remove(const char *path)
{
    wchar_t *name = wide(path);
    if (name != NULL)
        DeleteFileW(name);
    free(name);
}
