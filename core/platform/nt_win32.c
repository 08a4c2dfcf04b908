/* Files by their folder on Windows. [any but audio]
 *
 * Win32 knows paths only, which others may change between two calls; the system below it opens a name in an open
 * folder. Source: Microsoft's pages on NtCreateFile and FILE_RENAME_INFORMATION. */
#include "nt_win32.h"

#include "wide_win32.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAME = 255 };

/* Not all headers name these. */
static const FILE_INFORMATION_CLASS rename_class = (FILE_INFORMATION_CLASS)10;
static const FILE_INFORMATION_CLASS disposition_class = (FILE_INFORMATION_CLASS)13;

/* As the kernel has it; the Win32 structure of this name leaves out nothing, but not every header has it. */
typedef struct rename_information {
    BOOLEAN replace;
    HANDLE folder;
    ULONG bytes;
    WCHAR name[MOST_NAME + 1];
} rename_information;

NTSYSAPI NTSTATUS NTAPI NtSetInformationFile(HANDLE file, PIO_STATUS_BLOCK done, PVOID data,
                                             ULONG bytes, FILE_INFORMATION_CLASS what);

static int
failure(NTSTATUS status)
{
    return status == 0 ? 0 : -gph_wide_errno(RtlNtStatusToDosError(status));
}

/* A name that no system reads otherwise, in UTF-16. */
static int
wide_name(const char *name, WCHAR wide[MOST_NAME + 1])
{
    if (strpbrk(name, "\\/:*?\"<>|"))
        return -EINVAL;
    int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, name, -1, wide, MOST_NAME + 1);
    if (n > 0)
        return 0;
    return GetLastError() == ERROR_INSUFFICIENT_BUFFER ? -ENAMETOOLONG : -EINVAL;
}

static int
refuse_links(HANDLE file)
{
    FILE_ATTRIBUTE_TAG_INFO about;
    if (!GetFileInformationByHandleEx(file, FileAttributeTagInfo, &about, sizeof about))
        return 0;
    return about.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT &&
                   IsReparseTagNameSurrogate(about.ReparseTag)
               ? -ELOOP
               : 0;
}

int
gph_nt_open(HANDLE folder, const char *name, const gph_nt_how *how, HANDLE *made)
{
    WCHAR wide[MOST_NAME + 1];
    IO_STATUS_BLOCK done;
    *made = NULL;
    int error = wide_name(name, wide);
    if (error)
        return error;
    UNICODE_STRING text = {.Buffer = wide,
                           .Length = (USHORT)(wcslen(wide) * sizeof *wide),
                           .MaximumLength = sizeof wide};
    OBJECT_ATTRIBUTES what = {.Length = sizeof what,
                              .RootDirectory = folder,
                              .ObjectName = &text,
                              .Attributes = OBJ_CASE_INSENSITIVE};
    NTSTATUS status = NtCreateFile(
        made, how->access | SYNCHRONIZE, &what, &done, NULL, how->attributes,
        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, how->disposition,
        how->options | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT, NULL, 0);
    error = failure(status);
    if (!error)
        error = refuse_links(*made);
    if (!error)
        return 0;
    if (status == 0)
        CloseHandle(*made);
    *made = NULL;
    return error;
}

int
gph_nt_rename(HANDLE file, HANDLE folder, const char *name)
{
    IO_STATUS_BLOCK done;
    rename_information wanted = {.replace = FALSE, .folder = folder};
    int error = wide_name(name, wanted.name);
    if (error)
        return error;
    wanted.bytes = (ULONG)(wcslen(wanted.name) * sizeof *wanted.name);
    return failure(NtSetInformationFile(file, &done, &wanted, sizeof wanted, rename_class));
}

int
gph_nt_remove(HANDLE file)
{
    IO_STATUS_BLOCK done;
    BOOLEAN remove = TRUE;
    return failure(NtSetInformationFile(file, &done, &remove, sizeof remove, disposition_class));
}

static int
lock_byte(HANDLE file, DWORD last, BOOL exclusive)
{
    OVERLAPPED at = {.Offset = 0xffffffff - last, .OffsetHigh = 0x7fffffff};
    DWORD flags = LOCKFILE_FAIL_IMMEDIATELY | (exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0);
    if (LockFileEx(file, flags, 0, 1, 0, &at))
        return 0;
    DWORD error = GetLastError();
    return error == ERROR_IO_PENDING ? -EAGAIN : -gph_wide_errno(error);
}

int
gph_nt_lock(HANDLE file, BOOL exclusive)
{
    return lock_byte(file, 1, exclusive);
}

int
gph_nt_lock_claim(HANDLE file)
{
    return lock_byte(file, 2, TRUE);
}
