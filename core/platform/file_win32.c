/* Files and folders on Windows. [writer, control] */
#include "file.h"

#include "nt_win32.h"
#include "wide_win32.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_BYTES = 16 << 10, MOST_HANDLES = 1 << 20 /* of the 16 million a process may have */ };

/* What a folder is opened for: to find, make and list what is in it. */
static const ACCESS_MASK folder_access = FILE_LIST_DIRECTORY | FILE_TRAVERSE | FILE_READ_ATTRIBUTES;

static HANDLE
handle_of(gph_file file)
{
    return (HANDLE)file;
}

static gph_file
result(int error, HANDLE made)
{
    return error ? error : (gph_file)made;
}

static int
last_error(void)
{
    return -gph_wide_last_errno();
}

/* Opens by path: a person's own words, links allowed. */
static gph_file
open_path(const char *path, ACCESS_MASK access)
{
    wchar_t *wide = gph_wide_path(path);
    if (!wide)
        return *path && gph_wide_is_text(path) ? -ENOMEM : -ENOENT;
    HANDLE file = CreateFileW(wide, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                              NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    int error = file == INVALID_HANDLE_VALUE ? last_error() : 0;
    free(wide);
    return result(error, file);
}

static bool
is_folder(HANDLE file)
{
    FILE_BASIC_INFO about;
    return GetFileInformationByHandleEx(file, FileBasicInfo, &about, sizeof about) &&
           about.FileAttributes & FILE_ATTRIBUTE_DIRECTORY;
}

static gph_file
open_folder(void *user, const char *path)
{
    (void)user;
    gph_file folder = open_path(path, folder_access | SYNCHRONIZE);
    if (folder < 0 || is_folder(handle_of(folder)))
        return folder;
    CloseHandle(handle_of(folder));
    return -ENOTDIR;
}

/* One step down. */
static int
step_into(HANDLE folder, const char *name, bool create, HANDLE *made)
{
    const gph_nt_how how = {.access = folder_access,
                            .disposition = create ? FILE_OPEN_IF : FILE_OPEN,
                            .options = FILE_DIRECTORY_FILE};
    int error = gph_nt_open(folder, name, &how, made);
    return error == -EINVAL && strpbrk(name, "\\:") ? -EXDEV : error;
}

static gph_file
open_beneath(void *user, gph_file folder, const char *relative, bool create)
{
    (void)user;
    HANDLE here;
    int error = step_into(handle_of(folder), "", false, &here);
    while (!error && *relative) {
        char name[256];
        size_t length = strcspn(relative, "/");
        if (length >= sizeof name) {
            CloseHandle(here);
            return -ENAMETOOLONG;
        }
        memcpy(name, relative, length);
        name[length] = '\0';
        relative += length + (relative[length] == '/');
        HANDLE next = NULL;
        error = !length || !strcmp(name, ".") || !strcmp(name, "..")
                    ? -EXDEV
                    : step_into(here, name, create, &next);
        CloseHandle(here);
        here = next;
    }
    return result(error, here);
}

static int
writable(void *user, gph_file folder)
{
    (void)user;
    HANDLE again;
    DWORD flags = 0;
    const gph_nt_how how = {.access = FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY,
                            .disposition = FILE_OPEN,
                            .options = FILE_DIRECTORY_FILE};
    int error = gph_nt_open(handle_of(folder), "", &how, &again);
    if (error)
        return error;
    if (GetVolumeInformationByHandleW(again, NULL, 0, NULL, NULL, &flags, NULL, 0) &&
        flags & FILE_READ_ONLY_VOLUME)
        error = -EROFS;
    CloseHandle(again);
    return error;
}

static gph_file
create_file(void *user, gph_file folder, const char *name)
{
    (void)user;
    HANDLE file;
    const gph_nt_how how = {.access = FILE_GENERIC_READ | FILE_GENERIC_WRITE,
                            .disposition = FILE_CREATE,
                            .options = FILE_NON_DIRECTORY_FILE,
                            .attributes = FILE_ATTRIBUTE_NORMAL};
    int error = gph_nt_open(handle_of(folder), name, &how, &file);
    /* The lock says that somebody lives who writes here; file systems without locks are let be. */
    if (!error)
        (void)gph_nt_lock(file, TRUE);
    return result(error, file);
}

static bool
is_regular(HANDLE file)
{
    return GetFileType(file) == FILE_TYPE_DISK && !is_folder(file);
}

static gph_file
open_read(void *user, const char *path)
{
    (void)user;
    gph_file file = open_path(path, FILE_GENERIC_READ);
    if (file < 0 || is_regular(handle_of(file)))
        return file;
    CloseHandle(handle_of(file));
    return -EINVAL;
}

static gph_file
open_in(void *user, gph_file folder, const char *name, bool change)
{
    (void)user;
    HANDLE file;
    const gph_nt_how how = {.access = FILE_GENERIC_READ | (change ? FILE_GENERIC_WRITE : 0),
                            .disposition = FILE_OPEN};
    int error = gph_nt_open(handle_of(folder), name, &how, &file);
    if (error)
        return error;
    error = is_regular(file) ? gph_nt_lock(file, change) : -EINVAL;
    /* File systems without locks are let be, as in `create`. */
    if (!error || error == -ENOSYS)
        return (gph_file)file;
    CloseHandle(file);
    return error;
}

static OVERLAPPED
place(int64_t offset)
{
    return (OVERLAPPED){.Offset = (DWORD)offset, .OffsetHigh = (DWORD)((uint64_t)offset >> 32)};
}

static DWORD
at_most(size_t bytes)
{
    return bytes > INT32_MAX ? INT32_MAX : (DWORD)bytes;
}

static int64_t
write_at(void *user, gph_file file, const void *data, size_t bytes, int64_t offset)
{
    (void)user;
    DWORD written = 0;
    OVERLAPPED at = place(offset);
    return WriteFile(handle_of(file), data, at_most(bytes), &written, &at) ? (int64_t)written
                                                                           : last_error();
}

static int64_t
read_at(void *user, gph_file file, void *data, size_t bytes, int64_t offset)
{
    (void)user;
    DWORD got = 0;
    OVERLAPPED at = place(offset);
    if (ReadFile(handle_of(file), data, at_most(bytes), &got, &at))
        return got;
    return GetLastError() == ERROR_HANDLE_EOF ? 0 : last_error();
}

static int64_t
size_of(void *user, gph_file file)
{
    (void)user;
    LARGE_INTEGER size;
    return GetFileSizeEx(handle_of(file), &size) ? size.QuadPart : last_error();
}

static int
resize(void *user, gph_file file, int64_t bytes)
{
    (void)user;
    FILE_END_OF_FILE_INFO end = {.EndOfFile.QuadPart = bytes};
    bool done = SetFileInformationByHandle(handle_of(file), FileEndOfFileInfo, &end, sizeof end);
    return done ? 0 : last_error();
}

static int
sync_file(void *user, gph_file file)
{
    (void)user;
    if (FlushFileBuffers(handle_of(file)))
        return 0;
    int error = last_error();
    /* The journal of the file system keeps what is done to a folder; nobody may ask for more. */
    return is_folder(handle_of(file)) ? 0 : error;
}

/* No call that leaves anything out reaches all file systems here. */
static int
sync_data(void *user, gph_file file)
{
    return sync_file(user, file);
}

static int
reserve(void *user, gph_file file, int64_t bytes)
{
    (void)user;
    FILE_ALLOCATION_INFO wanted = {.AllocationSize.QuadPart = bytes};
    int64_t length = size_of(user, file);
    if (length < 0)
        return (int)length;
    /* A smaller allocation than what is there would cut the file. */
    if (bytes <= length)
        return 0;
    bool done =
        SetFileInformationByHandle(handle_of(file), FileAllocationInfo, &wanted, sizeof wanted);
    int error = done ? 0 : last_error();
    return error == -ENOSYS || error == -EINVAL ? -EOPNOTSUPP : error;
}

static int
is_still(void *user, gph_file folder, const char *name, gph_file file)
{
    (void)user;
    HANDLE there;
    FILE_ID_INFO found, ours;
    FILE_STANDARD_INFO about;
    const gph_nt_how how = {.access = FILE_READ_ATTRIBUTES, .disposition = FILE_OPEN};
    int error = gph_nt_open(handle_of(folder), name, &how, &there);
    if (error)
        return error;
    if (!GetFileInformationByHandleEx(there, FileIdInfo, &found, sizeof found) ||
        !GetFileInformationByHandleEx(handle_of(file), FileIdInfo, &ours, sizeof ours))
        error = last_error();
    else if (memcmp(&found, &ours, sizeof ours) != 0)
        error = -ENOENT;
    else if (!GetFileInformationByHandleEx(handle_of(file), FileStandardInfo, &about, sizeof about))
        error = last_error();
    else if (about.DeletePending)
        /* Its name goes with us, the last that have it open. */
        error = -ENOENT;
    CloseHandle(there);
    return error;
}

/* A file of a folder to be renamed or removed, whoever else has it open. */
static int
open_entry(gph_file folder, const char *name, HANDLE *file)
{
    const gph_nt_how how = {.access = DELETE | FILE_READ_ATTRIBUTES,
                            .disposition = FILE_OPEN,
                            .options = FILE_NON_DIRECTORY_FILE};
    return gph_nt_open(handle_of(folder), name, &how, file);
}

static int
rename_new(void *user, gph_file folder, const char *from, const char *to)
{
    (void)user;
    HANDLE file;
    int error = open_entry(folder, from, &file);
    if (error)
        return error;
    error = gph_nt_rename(file, handle_of(folder), to);
    CloseHandle(file);
    return error;
}

static int
remove_file(void *user, gph_file folder, const char *name)
{
    (void)user;
    HANDLE file;
    int error = open_entry(folder, name, &file);
    if (error)
        return error;
    error = gph_nt_remove(file);
    CloseHandle(file);
    return error;
}

static int
exists(void *user, gph_file folder, const char *name)
{
    (void)user;
    HANDLE file;
    const gph_nt_how how = {.access = FILE_READ_ATTRIBUTES, .disposition = FILE_OPEN};
    int error = gph_nt_open(handle_of(folder), name, &how, &file);
    if (!error)
        CloseHandle(file);
    return !error || error == -ELOOP ? 1 : error == -ENOENT ? 0 : error;
}

static void
give_names(const char *bytes, gph_file_name_found *found, void *user)
{
    for (;;) {
        const FILE_ID_BOTH_DIR_INFO *entry = (const FILE_ID_BOTH_DIR_INFO *)(const void *)bytes;
        char name[1024];
        int n = WideCharToMultiByte(CP_UTF8, 0, entry->FileName,
                                    (int)(entry->FileNameLength / sizeof(WCHAR)), name,
                                    sizeof name - 1, NULL, NULL);
        name[n > 0 ? n : 0] = '\0';
        if (n > 0)
            found(user, name);
        if (!entry->NextEntryOffset)
            return;
        bytes += entry->NextEntryOffset;
    }
}

static int
list(void *user, gph_file folder, gph_file_name_found *found, void *found_user)
{
    (void)user;
    HANDLE copy;
    int error = step_into(handle_of(folder), "", false, &copy);
    char *bytes = error ? NULL : malloc(LIST_BYTES);
    if (!error && !bytes)
        error = -ENOMEM;
    while (!error) {
        if (GetFileInformationByHandleEx(copy, FileIdBothDirectoryInfo, bytes, LIST_BYTES))
            give_names(bytes, found, found_user);
        else if (GetLastError() == ERROR_NO_MORE_FILES)
            break;
        else
            error = last_error();
    }
    free(bytes);
    if (copy)
        CloseHandle(copy);
    return error;
}

static int64_t
free_bytes(void *user, gph_file file)
{
    (void)user;
    wchar_t *path = NULL;
    ULARGE_INTEGER left = {.QuadPart = 0};
    DWORD n = GetFinalPathNameByHandleW(handle_of(file), NULL, 0, FILE_NAME_NORMALIZED);
    if (n == 0)
        return last_error();
    path = malloc((n + 1) * sizeof *path);
    if (!path)
        return -ENOMEM;
    int error = GetFinalPathNameByHandleW(handle_of(file), path, n + 1, FILE_NAME_NORMALIZED) > n
                    ? -EIO
                    : 0;
    /* It asks for a folder: that of a file will do. */
    wchar_t *slash = wcsrchr(path, L'\\');
    if (!error && slash && !is_folder(handle_of(file)))
        slash[1] = L'\0';
    if (!error && !GetDiskFreeSpaceExW(path, &left, NULL, NULL))
        error = last_error();
    free(path);
    return error ? error : (int64_t)left.QuadPart;
}

static int64_t
handles(void *user, int64_t wanted)
{
    (void)user, (void)wanted;
    return MOST_HANDLES;
}

static void
close_file(void *user, gph_file file)
{
    (void)user;
    if (file >= 0)
        CloseHandle(handle_of(file));
}

const gph_file_system gph_file_system_real = {
    .open_folder = open_folder,
    .open_beneath = open_beneath,
    .writable = writable,
    .create = create_file,
    .open_read = open_read,
    .open_in = open_in,
    .write_at = write_at,
    .read_at = read_at,
    .size = size_of,
    .resize = resize,
    .sync = sync_file,
    .sync_data = sync_data,
    .reserve = reserve,
    .is_still = is_still,
    .rename_new = rename_new,
    .remove = remove_file,
    .exists = exists,
    .list = list,
    .free_bytes = free_bytes,
    .handles = handles,
    .close = close_file,
};

const char *
gph_file_error(int64_t negative, char *text, size_t size)
{
    /* Those that this system has a number for and no words, and "Not enough space", which is of memory. */
    const char *words = negative == -ELOOP       ? "It is a link to somewhere else"
                        : negative == -EXDEV     ? "It would lead out of the folder"
                        : negative == -ECANCELED ? "It was cancelled"
                        : negative == -ENOMEM    ? "Cannot allocate memory"
                                                 : strerror((int)-negative);
    snprintf(text, size, "%s", words);
    return text;
}
