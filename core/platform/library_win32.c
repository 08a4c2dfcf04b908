/* Shared libraries on Windows: trust, check, LoadLibraryExW. [control] */
#include "library.h"

#include "library_pe.h"
#include "library_proof.h"
#include "path.h"
#include "surroundings.h"
#include "trust_win32.h"
#include "wide_win32.h"

#include <windows.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char gph_library_ending[] = ".dll";
const char gph_library_separator = ';';

/* Far above any module with all of its debug information; keeps a wrong file from filling memory. */
enum { MAX_FILE_BYTES = 256 << 20, N_ROOT = 7 /* of \\?\C:\ */ };

static gph_status
say_errno(char *why, gph_status status, const char *what, int error)
{
    snprintf(why, GPH_LIBRARY_SENTENCE, "%s: %s", what, strerror(error));
    errno = error;
    return status;
}

/* No program of Windows gets rights by being started that its user has not. */
bool
gph_library_privileged(void)
{
    return false;
}

/* ---------------------------------------------------------------- paths */

/* The full path of what is there, without links; to be freed. */
static wchar_t *
real_path(const char *path)
{
    wchar_t *given = gph_wide_path(path);
    wchar_t *real = NULL;
    HANDLE file =
        given ? CreateFileW(given, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                            OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL)
              : INVALID_HANDLE_VALUE;
    free(given);
    if (file == INVALID_HANDLE_VALUE) {
        errno = given ? gph_wide_last_errno() : ENOENT;
        return NULL;
    }
    DWORD n = GetFinalPathNameByHandleW(file, NULL, 0, FILE_NAME_NORMALIZED);
    if (n > 0)
        real = malloc((n + 1) * sizeof *real);
    if (real && GetFinalPathNameByHandleW(file, real, n + 1, FILE_NAME_NORMALIZED) > n) {
        free(real);
        real = NULL;
    }
    if (!real)
        errno = n > 0 ? ENOMEM : gph_wide_last_errno();
    CloseHandle(file);
    return real;
}

char *
gph_library_absolute(const char *path)
{
    wchar_t *real = real_path(path);
    char *text = real ? gph_narrow_path(real) : NULL;
    free(real);
    return text;
}

/* The file of the program or library that this function is part of; to be freed. */
static char *
own_file(void)
{
    HMODULE own;
    DWORD room = MAX_PATH;
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            (const wchar_t *)(const void *)gph_library_ending, &own))
        return NULL;
    for (;; room *= 2) {
        wchar_t *name = malloc(room * sizeof *name);
        DWORD n = name ? GetModuleFileNameW(own, name, room) : 0;
        char *text = n > 0 && n < room ? gph_narrow_path(name) : NULL;
        free(name);
        if (text || n < room)
            return text;
    }
}

char *
gph_library_beside(const char *relative)
{
    char *own = own_file();
    char *slash = own ? strrchr(own, '/') : NULL;
    size_t n = slash ? (size_t)(slash - own) + strlen(relative) + 2 : 0;
    char *path = slash ? malloc(n) : NULL;
    if (path)
        snprintf(path, n, "%.*s/%s", (int)(slash - own), own, relative);
    char *found = path ? gph_library_absolute(path) : NULL;
    free(path);
    free(own);
    return found;
}

bool
gph_library_is_missing(const char *path)
{
    wchar_t *wide = gph_wide_path(path);
    DWORD found = wide ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    bool missing = found == INVALID_FILE_ATTRIBUTES && (!wide || gph_wide_last_errno() == ENOENT);
    free(wide);
    return missing;
}

/* ---------------------------------------------------------------- trust */

static gph_status
trust_one(const wchar_t *path, bool is_parent, char *why)
{
    switch (gph_trust_of(path, is_parent)) {
    case GPH_TRUST_GOOD:
        return GPH_OK;
    case GPH_TRUST_OWNER:
        return gph_library_say(why, GPH_UNSUPPORTED,
                               is_parent ? "is below a folder of another user"
                                         : "belongs to another user");
    case GPH_TRUST_WRITERS:
        return gph_library_say(why, GPH_UNSUPPORTED,
                               is_parent ? "is below a folder that others may write"
                                         : "may be written by others");
    default:
        return say_errno(why, GPH_IO, "cannot be read", gph_wide_last_errno());
    }
}

gph_status
gph_library_trust(const char *path, char *why)
{
    wchar_t *real = real_path(path);
    if (!real)
        return say_errno(why, GPH_IO, "cannot be read", errno);
    gph_status trusted = trust_one(real, false, why);
    size_t n = wcslen(real);
    while (trusted == GPH_OK && n > N_ROOT) {
        while (n > N_ROOT && real[n - 1] != L'\\')
            n--;
        real[n > N_ROOT ? n - 1 : n] = L'\0';
        trusted = trust_one(real, true, why);
        n = wcslen(real);
    }
    free(real);
    return trusted;
}

/* ---------------------------------------------------------------- bytes */

static gph_status
read_open_file(HANDLE file, uint8_t **bytes, size_t *n, char *why)
{
    LARGE_INTEGER size;
    DWORD got = 0;
    if (GetFileType(file) != FILE_TYPE_DISK)
        return gph_library_say(why, GPH_UNSUPPORTED, "is not a file");
    if (!GetFileSizeEx(file, &size))
        return say_errno(why, GPH_IO, "cannot be read", gph_wide_last_errno());
    if (size.QuadPart > MAX_FILE_BYTES)
        return gph_library_say(why, GPH_UNSUPPORTED, "is larger than 256 MiB");
    *n = (size_t)size.QuadPart;
    *bytes = malloc(*n + 1);
    if (*bytes == NULL)
        return gph_library_say(why, GPH_MEMORY, "cannot be read: no memory");
    if (!ReadFile(file, *bytes, (DWORD)*n, &got, NULL))
        return say_errno(why, GPH_IO, "cannot be read", gph_wide_last_errno());
    return got == *n ? GPH_OK
                     : gph_library_say(why, GPH_UNSUPPORTED, "became shorter while it was read");
}

/* *bytes is to be freed in any case. */
static gph_status
read_file(const char *path, uint8_t **bytes, size_t *n, char *why)
{
    wchar_t *wide = gph_wide_path(path);
    DWORD attributes = wide ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY) {
        free(wide);
        return gph_library_say(why, GPH_UNSUPPORTED, "is not a file");
    }
    HANDLE file = wide ? CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                                     OPEN_EXISTING, 0, NULL)
                       : INVALID_HANDLE_VALUE;
    free(wide);
    if (file == INVALID_HANDLE_VALUE)
        return say_errno(why, GPH_IO, "cannot be read", wide ? gph_wide_last_errno() : ENOENT);
    const gph_status status = read_open_file(file, bytes, n, why);
    CloseHandle(file);
    return status;
}

/* ---------------------------------------------------------------- folders */

static void
give_stem(const wchar_t *name, void (*found)(void *user, const char *stem), void *user)
{
    const size_t n_ending = sizeof gph_library_ending - 1;
    char *text = gph_narrow(name);
    const size_t n = text ? strlen(text) : 0;
    if (n > n_ending && _stricmp(text + n - n_ending, gph_library_ending) == 0) {
        text[n - n_ending] = '\0';
        found(user, text);
    }
    free(text);
}

gph_status
gph_library_list(const char *folder, void (*found)(void *user, const char *stem), void *user)
{
    WIN32_FIND_DATAW entry;
    wchar_t *wide = gph_wide_path(folder);
    size_t n = wide ? wcslen(wide) : 0;
    wchar_t *pattern = wide ? malloc((n + 3) * sizeof *pattern) : NULL;
    if (pattern) {
        wcscpy(pattern, wide);
        wcscpy(pattern + n, n && pattern[n - 1] == L'\\' ? L"*" : L"\\*");
    }
    HANDLE search = pattern ? FindFirstFileW(pattern, &entry) : INVALID_HANDLE_VALUE;
    free(pattern);
    free(wide);
    if (search == INVALID_HANDLE_VALUE)
        return GPH_IO;
    do
        give_stem(entry.cFileName, found, user);
    while (FindNextFileW(search, &entry));
    FindClose(search);
    return GPH_OK;
}

/* ---------------------------------------------------------------- check and load */

gph_status
gph_library_check(const char *path, const gph_library_wanted *wanted, char *why)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    gph_status status = read_file(path, &bytes, &n, why);
    if (status == GPH_OK)
        status = gph_library_trust(path, why);
    if (status == GPH_OK)
        status = gph_library_prove_digest(bytes, n, wanted, why);
    if (status == GPH_OK)
        status = gph_pe_check(bytes, n, wanted, why);
    const int error = errno;
    free(bytes);
    errno = error;
    return status;
}

static gph_status
say_last_error(char *why)
{
    DWORD error = GetLastError();
    wchar_t words[256] = L"";
    FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0,
                   words, 256, NULL);
    words[wcscspn(words, L"\r\n")] = L'\0';
    char *text = gph_narrow(words);
    snprintf(why, GPH_LIBRARY_SENTENCE, "cannot be loaded: %s (error %lu)", text ? text : "",
             (unsigned long)error);
    free(text);
    return GPH_UNSUPPORTED;
}

/* What a library needs besides is looked for in its own folder and in the system's, nowhere else; no window asks about
 * what is missing. */
static HMODULE
load(const char *path)
{
    DWORD before = 0;
    wchar_t *wide = gph_wide_path(path);
    /* The loader knows the plain form best. */
    wchar_t *name =
        wide && wcslen(wide) < MAX_PATH && !wcsncmp(wide + 5, L":\\", 2) ? wide + 4 : wide;
    SetThreadErrorMode(SEM_FAILCRITICALERRORS, &before);
    HMODULE library =
        name ? LoadLibraryExW(name, NULL,
                              LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32)
             : NULL;
    DWORD error = GetLastError();
    SetThreadErrorMode(before, NULL);
    free(wide);
    SetLastError(error);
    return library;
}

gph_status
gph_library_load(const char *path, const gph_library_wanted *wanted, const void **object, char *why,
                 char *changed)
{
    *object = NULL;
    if (!gph_path_is_absolute(path))
        return gph_library_say(why, GPH_ARGUMENT, "has no absolute path");
    const gph_status status = gph_library_check(path, wanted, why);
    if (status != GPH_OK)
        return status;
    /* One object linked with -ffast-math sets FTZ and DAZ of the thread that loads it; others do worse. */
    gph_surroundings *before = gph_surroundings_new();
    if (before == NULL)
        return gph_library_say(why, GPH_MEMORY, "memory is out");
    HMODULE library = load(path);
    DWORD error = GetLastError();
    gph_surroundings_restore(before, changed, GPH_LIBRARY_SENTENCE);
    gph_surroundings_free(before);
    SetLastError(error);
    if (library == NULL)
        return say_last_error(why);
    /* What is exported is no function, whatever the system calls it. */
    FARPROC found = GetProcAddress(library, wanted->symbol);
    if (found == NULL)
        return say_last_error(why);
    memcpy(object, &found, sizeof *object);
    return GPH_OK;
}
