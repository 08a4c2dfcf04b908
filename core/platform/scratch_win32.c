/* A folder of our own on Windows. [control, writer] */
#include "scratch.h"

#include "wide_win32.h"

#include <windows.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 16 };

static int
make(const wchar_t *place, char *path, size_t size)
{
    for (int n = 0; n < TRIES; n++) {
        wchar_t name[MAX_PATH + 32];
        _snwprintf(name, MAX_PATH + 31, L"%lsgraphophone-%08x", place, (unsigned)gph_wide_random());
        name[MAX_PATH + 31] = 0;
        if (!CreateDirectoryW(name, NULL)) {
            if (GetLastError() == ERROR_ALREADY_EXISTS)
                continue;
            return -gph_wide_last_errno();
        }
        char *text = gph_narrow_path(name);
        size_t length = text ? strlen(text) : size;
        if (length < size)
            memcpy(path, text, length + 1);
        else
            RemoveDirectoryW(name);
        free(text);
        return length < size ? 0 : -ENAMETOOLONG;
    }
    return -EEXIST;
}

int
gph_scratch_new(char *path, size_t size)
{
    wchar_t place[MAX_PATH + 1];
    DWORD n = GetTempPathW(MAX_PATH + 1, place);
    if (n == 0 || n > MAX_PATH)
        return -ENAMETOOLONG;
    return make(place, path, size);
}

static void
remove_in(wchar_t *folder, size_t n)
{
    WIN32_FIND_DATAW found;
    wcscpy(folder + n, L"\\*");
    HANDLE search = FindFirstFileW(folder, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
            continue;
        wcscpy(folder + n + 1, found.cFileName);
        DeleteFileW(folder);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}

void
gph_scratch_remove(const char *path)
{
    wchar_t *wide = gph_wide_path(path);
    size_t n = wide ? wcslen(wide) : 0;
    wchar_t *folder = wide ? calloc(n + MAX_PATH + 2, sizeof *folder) : NULL;
    if (folder) {
        wcscpy(folder, wide);
        remove_in(folder, n);
        RemoveDirectoryW(wide);
    }
    free(folder);
    free(wide);
}
