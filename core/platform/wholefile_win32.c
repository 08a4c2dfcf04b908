/* Reads small regular files as a whole, on Windows. [control] */
#include "wholefile.h"

#include "wide_win32.h"

#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gph_status
refuse(gph_wholefile *file, gph_status status, const char *why)
{
    gph_wholefile_close(file);
    snprintf(file->why, sizeof(file->why), "%s", why);
    return status;
}

/* Looked at before it is opened, as opening alone can do something to a device. */
static const char *
what_it_is(const wchar_t *path, int *error)
{
    *error = 0;
    if (!wcsncmp(path, L"\\\\.\\", 4))
        return "it is a device, not a file";
    DWORD attributes = GetFileAttributesW(path);
    if (attributes == INVALID_FILE_ATTRIBUTES)
        *error = gph_wide_last_errno();
    else if (attributes & FILE_ATTRIBUTE_DIRECTORY)
        return "it is a folder";
    return NULL;
}

/* The open file, or INVALID_HANDLE_VALUE and why. */
static HANDLE
open_file(const char *path, const char **why, int *error)
{
    wchar_t *wide = gph_wide_path(path);
    *error = ENOENT;
    *why = wide ? what_it_is(wide, error) : NULL;
    HANDLE made = INVALID_HANDLE_VALUE;
    if (!*why && !*error) {
        made =
            CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        NULL, OPEN_EXISTING, 0, NULL);
        *error = made == INVALID_HANDLE_VALUE ? gph_wide_last_errno() : 0;
    }
    free(wide);
    return made;
}

gph_status
gph_wholefile_open(gph_wholefile *file, const char *path, size_t most)
{
    LARGE_INTEGER size;
    const char *why;
    int error;
    *file = (gph_wholefile){0};
    HANDLE made = open_file(path, &why, &error);
    if (made == INVALID_HANDLE_VALUE)
        return refuse(file, GPH_IO, why ? why : strerror(error));
    bool is_file = GetFileType(made) == FILE_TYPE_DISK && GetFileSizeEx(made, &size);
    int descriptor = is_file ? _open_osfhandle((intptr_t)made, _O_RDONLY | _O_BINARY) : -1;
    if (descriptor < 0) {
        CloseHandle(made);
        return refuse(file, GPH_IO, is_file ? strerror(EMFILE) : "it is a device, not a file");
    }
    file->descriptor_plus_1 = descriptor + 1;
    if ((uint64_t)size.QuadPart > most) {
        char words[96];
        snprintf(words, sizeof(words), "it has %lld bytes; %zu are the most", size.QuadPart, most);
        return refuse(file, GPH_LIMIT, words);
    }
    file->size = (size_t)size.QuadPart;
    return GPH_OK;
}

gph_status
gph_wholefile_read(gph_wholefile *file, char *bytes, size_t *n)
{
    size_t done = 0;
    while (done < file->size) {
        size_t left = file->size - done;
        const int got = _read(file->descriptor_plus_1 - 1, bytes + done,
                              left > INT32_MAX ? INT32_MAX : (unsigned)left);
        if (got < 0)
            return refuse(file, GPH_IO, strerror(errno));
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *n = done;
    return GPH_OK;
}

void
gph_wholefile_close(gph_wholefile *file)
{
    if (file->descriptor_plus_1 > 0)
        _close(file->descriptor_plus_1 - 1);
    file->descriptor_plus_1 = 0;
}
