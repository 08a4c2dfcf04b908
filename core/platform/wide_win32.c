/* Texts, paths and errors on Windows. [any but audio] */
#include "wide_win32.h"

#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <ntsecapi.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const wchar_t plain[] = L"\\\\?\\", shared[] = L"\\\\?\\UNC\\", device[] = L"\\\\.\\";
enum { N_PLAIN = 4, N_SHARED = 8, TRIES = 16 };

wchar_t *
gph_wide(const char *text)
{
    int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide = n > 0 ? malloc((size_t)n * sizeof *wide) : NULL;
    if (wide)
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, n);
    return wide;
}

bool
gph_wide_is_text(const char *text)
{
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0) > 0;
}

char *
gph_narrow(const wchar_t *wide)
{
    int n = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = n > 0 ? malloc((size_t)n) : NULL;
    if (text)
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, n, NULL, NULL);
    return text;
}

static wchar_t *
full_path(const wchar_t *path)
{
    DWORD n = GetFullPathNameW(path, 0, NULL, NULL);
    /* Room for the longest prefix in front. */
    wchar_t *full = n ? malloc((n + N_SHARED) * sizeof *full) : NULL;
    if (!full)
        return NULL;
    DWORD got = GetFullPathNameW(path, n, full, NULL);
    if (got > 0 && got < n)
        return full;
    free(full);
    return NULL;
}

wchar_t *
gph_wide_path(const char *path)
{
    wchar_t *given = gph_wide(path);
    wchar_t *full = given ? full_path(given) : NULL;
    free(given);
    if (!full || !wcsncmp(full, plain, N_PLAIN) || !wcsncmp(full, device, N_PLAIN))
        return full;
    /* The long form is taken as it is, whatever its length. */
    size_t n = wcslen(full) + 1;
    bool is_shared = full[0] == L'\\' && full[1] == L'\\';
    size_t prefix = is_shared ? N_SHARED : N_PLAIN, skip = is_shared ? 2 : 0;
    memmove(full + prefix, full + skip, (n - skip) * sizeof *full);
    memcpy(full, is_shared ? shared : plain, prefix * sizeof *full);
    return full;
}

char *
gph_narrow_path(const wchar_t *path)
{
    bool is_shared = !wcsncmp(path, shared, N_SHARED);
    size_t skip = is_shared ? N_SHARED - 2 : !wcsncmp(path, plain, N_PLAIN) ? N_PLAIN : 0;
    char *text = gph_narrow(path + skip);
    for (char *at = text; at && *at; at++)
        if (*at == '\\')
            *at = '/';
    if (text && is_shared)
        text[0] = '/';
    return text;
}

int
gph_wide_errno(uint32_t error)
{
    static const struct {
        uint32_t error;
        int number;
    } known[] = {
        {ERROR_FILE_NOT_FOUND, ENOENT},    {ERROR_PATH_NOT_FOUND, ENOENT},
        {ERROR_BAD_NETPATH, ENOENT},       {ERROR_BAD_NET_NAME, ENOENT},
        {ERROR_INVALID_DRIVE, ENOENT},     {ERROR_NOT_READY, ENOENT},
        {ERROR_ACCESS_DENIED, EACCES},     {ERROR_SHARING_VIOLATION, EBUSY},
        {ERROR_LOCK_VIOLATION, EAGAIN},    {ERROR_USER_MAPPED_FILE, EBUSY},
        {ERROR_ALREADY_EXISTS, EEXIST},    {ERROR_FILE_EXISTS, EEXIST},
        {ERROR_DISK_FULL, ENOSPC},         {ERROR_HANDLE_DISK_FULL, ENOSPC},
        {ERROR_NOT_ENOUGH_MEMORY, ENOMEM}, {ERROR_OUTOFMEMORY, ENOMEM},
        {ERROR_COMMITMENT_LIMIT, ENOMEM},  {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
        {ERROR_DIRECTORY, ENOTDIR},        {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
        {ERROR_WRITE_PROTECT, EROFS},      {ERROR_INVALID_NAME, EINVAL},
        {ERROR_INVALID_PARAMETER, EINVAL}, {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
        {ERROR_FILE_TOO_LARGE, EFBIG},     {ERROR_NOT_SUPPORTED, ENOSYS},
        {ERROR_INVALID_FUNCTION, ENOSYS},  {ERROR_BROKEN_PIPE, EPIPE},
        {ERROR_INVALID_HANDLE, EBADF},     {ERROR_DELETE_PENDING, ENOENT},
        {ERROR_CANT_ACCESS_FILE, ELOOP},
    };
    for (size_t n = 0; n < sizeof known / sizeof *known; n++)
        if (known[n].error == error)
            return known[n].number;
    return EIO;
}

int
gph_wide_last_errno(void)
{
    return gph_wide_errno(GetLastError());
}

uint64_t
gph_wide_random(void)
{
    uint64_t bits = 0;
    if (RtlGenRandom(&bits, sizeof bits))
        return bits;
    LARGE_INTEGER now;
    QueryPerformanceCounter(&now);
    return (uint64_t)now.QuadPart ^ (uint64_t)GetCurrentProcessId() << 40;
}

/* A new file in the folder of such things, and in `name` (MAX_PATH + 1) where it is. */
static HANDLE
make_temporary(wchar_t *name, bool vanishes)
{
    /* Code that opens it by its name shares it with nobody who might delete it. */
    DWORD access = GENERIC_READ | GENERIC_WRITE | (vanishes ? DELETE : 0);
    DWORD flags = FILE_ATTRIBUTE_TEMPORARY | (vanishes ? FILE_FLAG_DELETE_ON_CLOSE : 0);
    DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | (vanishes ? FILE_SHARE_DELETE : 0);
    wchar_t folder[MAX_PATH + 1];
    HANDLE file = INVALID_HANDLE_VALUE;
    DWORD n = GetTempPathW(MAX_PATH + 1, folder);
    if (n == 0 || n > MAX_PATH)
        return file;
    /* What other code opens by its name has to be in letters that every code page has. */
    wchar_t *brief = wcsdup(folder);
    DWORD n_brief = brief ? GetShortPathNameW(folder, brief, n + 1) : 0;
    for (int i = 0; i < TRIES && file == INVALID_HANDLE_VALUE; i++) {
        _snwprintf(name, MAX_PATH, L"%lsgph-%08x.tmp", n_brief && n_brief <= n ? brief : folder,
                   (unsigned)gph_wide_random());
        name[MAX_PATH] = 0;
        file = CreateFileW(name, access, share, NULL, CREATE_NEW, flags, NULL);
        if (file == INVALID_HANDLE_VALUE && GetLastError() != ERROR_FILE_EXISTS)
            break;
    }
    free(brief);
    return file;
}

int
gph_wide_temporary(char *path, size_t size)
{
    wchar_t name[MAX_PATH + 1];
    HANDLE made = make_temporary(name, !path);
    if (made == INVALID_HANDLE_VALUE)
        return -gph_wide_last_errno();
    bool fits = !path || WideCharToMultiByte(CP_UTF8, 0, name, -1, path, (int)size, NULL, NULL) > 0;
    int descriptor = fits ? _open_osfhandle((intptr_t)made, _O_RDWR | _O_BINARY) : -1;
    if (descriptor >= 0)
        return descriptor;
    CloseHandle(made);
    if (path)
        DeleteFileW(name);
    return fits ? -EMFILE : -ENAMETOOLONG;
}
