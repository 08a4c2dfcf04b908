/* Memory that is there before it is needed, on Windows. [control] */
#include "shm_win32.h"

#include "nt_win32.h"
#include "residence.h"
#include "shm_left.h"
#include "thread.h"
#include "wide_win32.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_ATTEMPTS = 16, /* to take a place that others take meanwhile */
    N_LOOKS = 10000, /* at a name that others look at, a millisecond apart */
    FENCE = 64 << 10 /* mappings begin at multiples of this */
};

struct gph_shm {
    void *base;
    size_t bytes;
    void *fences[2]; /* of a shared block: before it and behind it */
    HANDLE section;  /* NULL: private */
    HANDLE folder;   /* of a named block, else NULL */
    HANDLE file;     /* holds the lock of the owner */
    char name[GPH_SHM_NAME_MAX + 1];
};

static size_t
least(uint64_t a, uint64_t b)
{
    return (size_t)(a < b ? a : b);
}

size_t
gph_shm_available(bool named)
{
    MEMORYSTATUSEX memory = {.dwLength = sizeof memory};
    size_t most = SIZE_MAX;
    if (GlobalMemoryStatusEx(&memory))
        most = least(memory.ullAvailPhys, memory.ullAvailVirtual);
    char path[GPH_SHM_FOLDER];
    wchar_t *wide = named && gph_shm_folder_path(path) ? gph_wide_path(path) : NULL;
    ULARGE_INTEGER left;
    if (wide && GetDiskFreeSpaceExW(wide, &left, NULL, NULL))
        most = least(most, left.QuadPart);
    free(wide);
    return most;
}

/* Faults every page in for writing, so that the audio thread never does. */
static void
touch(void *base, size_t bytes)
{
    volatile char *at = base;
    for (size_t offset = 0; offset < bytes; offset += 4096)
        at[offset] = 0;
}

gph_status
gph_shm_new(size_t bytes, gph_shm **result)
{
    *result = NULL;
    if (bytes == 0)
        return GPH_ARGUMENT;
    gph_shm *shm = bytes > gph_shm_available(false) ? NULL : calloc(1, sizeof *shm);
    if (!shm)
        return GPH_MEMORY;
    shm->bytes = bytes;
    shm->base = VirtualAlloc(NULL, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (!shm->base) {
        free(shm);
        return GPH_MEMORY;
    }
    touch(shm->base, bytes);
    *result = shm;
    return GPH_OK;
}

static size_t
whole_fences(size_t bytes)
{
    return (bytes + FENCE - 1) / FENCE * FENCE;
}

/* Maps a section between two ranges that nobody may touch. Between giving back a place that was found free and mapping
 * there another thread may have taken it: then once more. */
static gph_status
map_fenced(gph_shm *shm)
{
    size_t inside = whole_fences(shm->bytes);
    for (int n = 0; n < N_ATTEMPTS && !shm->base; n++) {
        char *place = VirtualAlloc(NULL, inside + 2 * FENCE, MEM_RESERVE, PAGE_NOACCESS);
        if (!place)
            return GPH_MEMORY;
        VirtualFree(place, 0, MEM_RELEASE);
        shm->base =
            MapViewOfFileEx(shm->section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0, place + FENCE);
        if (!shm->base)
            continue;
        /* A range that somebody else has taken is at least not ours to write to. */
        shm->fences[0] = VirtualAlloc(place, FENCE, MEM_RESERVE, PAGE_NOACCESS);
        shm->fences[1] = VirtualAlloc(place + FENCE + inside, FENCE, MEM_RESERVE, PAGE_NOACCESS);
    }
    return shm->base ? GPH_OK : GPH_MEMORY;
}

gph_status
gph_shm_new_shared(size_t bytes, gph_shm **result)
{
    *result = NULL;
    if (bytes == 0)
        return GPH_ARGUMENT;
    gph_shm *shm = bytes > gph_shm_available(false) ? NULL : calloc(1, sizeof *shm);
    if (!shm)
        return GPH_MEMORY;
    /* Its size can never be changed: it is no file's. It ends on a whole fence, and the fence behind it is next. */
    uint64_t whole = whole_fences(bytes);
    shm->bytes = bytes;
    shm->section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
                                      (DWORD)(whole >> 32), (DWORD)whole, NULL);
    if (!shm->section || map_fenced(shm) != GPH_OK) {
        gph_shm_free(shm);
        return GPH_MEMORY;
    }
    touch(shm->base, bytes);
    *result = shm;
    return GPH_OK;
}

intptr_t
gph_shm_handle(const gph_shm *shm)
{
    return shm->section ? (intptr_t)shm->section : -1;
}

gph_status
gph_shm_map(intptr_t handle, size_t bytes, gph_shm **result)
{
    MEMORY_BASIC_INFORMATION about;
    gph_shm *shm = bytes > 0 && handle > 0 ? calloc(1, sizeof *shm) : NULL;
    if (!shm) {
        if (handle > 0)
            CloseHandle((HANDLE)handle);
        return bytes > 0 && handle > 0 ? GPH_MEMORY : GPH_ARGUMENT;
    }
    shm->bytes = bytes;
    shm->section = (HANDLE)handle;
    gph_status status = map_fenced(shm);
    if (status || VirtualQuery(shm->base, &about, sizeof about) != sizeof about ||
        about.RegionSize < bytes) {
        gph_shm_free(shm);
        return GPH_ARGUMENT;
    }
    *result = shm;
    return GPH_OK;
}

/* ---------------------------------------------------------------- named blocks */

/* Frees a name that somebody has. 0 when it is free now or ours to try again, else an errno: EBUSY for a living owner,
 * EAGAIN while somebody looks at what a dead one left. */
static int
free_name(const char *name, gph_shm_worth *worth)
{
    gph_shm_left *left;
    int error = gph_shm_claim(name, &left);
    if (error)
        return error == ENOENT ? 0 : error;
    error = gph_shm_left_set_aside(left, worth);
    gph_shm_left_free(left);
    return error;
}

/* Gives a finished file its name, which may be taken by a dead owner's. Who looks at that keeps it for a moment only. */
static int
take_name(gph_shm *shm, const char *name, gph_shm_worth *worth)
{
    for (int attempt = 0; attempt < N_LOOKS; attempt++) {
        int error = gph_shm_rename(shm->folder, shm->name, name);
        if (error == 0)
            snprintf(shm->name, sizeof shm->name, "%s", name);
        if (error != EEXIST)
            return error;
        error = free_name(name, worth);
        if (error == EAGAIN)
            gph_thread_sleep_ns(1000000);
        else if (error)
            return error;
    }
    return EBUSY;
}

/* A locked file of so many bytes of a name that nobody looks for. */
static int
make_file(gph_shm *shm)
{
    const gph_nt_how how = {.access = FILE_GENERIC_READ | FILE_GENERIC_WRITE,
                            .disposition = FILE_CREATE,
                            .options = FILE_NON_DIRECTORY_FILE,
                            .attributes = FILE_ATTRIBUTE_TEMPORARY};
    FILE_END_OF_FILE_INFO end = {.EndOfFile.QuadPart = (LONGLONG)shm->bytes};
    snprintf(shm->name, sizeof shm->name, "graphophone-new-%08x", (unsigned)gph_wide_random());
    int error = -gph_nt_open(shm->folder, shm->name, &how, &shm->file);
    if (!error)
        error = -gph_nt_lock(shm->file, TRUE);
    if (!error && !SetFileInformationByHandle(shm->file, FileEndOfFileInfo, &end, sizeof end))
        error = gph_wide_last_errno();
    return error;
}

/* Maps, fills and names a file. */
static int
bring_up(gph_shm *shm, const char *name, gph_shm_worth *worth, gph_shm_fill *fill, void *context)
{
    int error = gph_shm_folder(&shm->folder);
    if (error)
        return error;
    gph_shm_sweep(shm->folder);
    error = make_file(shm);
    if (error)
        return error;
    shm->section = CreateFileMappingW(shm->file, NULL, PAGE_READWRITE, 0, 0, NULL);
    if (shm->section)
        shm->base = MapViewOfFile(shm->section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, shm->bytes);
    if (!shm->base)
        return gph_wide_last_errno();
    touch(shm->base, shm->bytes);
    if (fill)
        fill(context, shm->base);
    return take_name(shm, name, worth);
}

static gph_status
status_of(int error)
{
    switch (error) {
    case 0:
        return GPH_OK;
    case EBUSY:
    case EACCES:
    case ELOOP:
        return GPH_STATE;
    case ENOMEM:
    case ENOSPC:
    case EFBIG:
        return GPH_MEMORY;
    default:
        return GPH_IO;
    }
}

gph_status
gph_shm_new_named(const char *name, size_t bytes, gph_shm_worth *worth, gph_shm_fill *fill,
                  void *context, int *error, gph_shm **result)
{
    *error = 0;
    *result = NULL;
    if (!gph_shm_may_be_called(name) || bytes == 0)
        return GPH_ARGUMENT;
    gph_shm *shm = bytes > gph_shm_available(true) ? NULL : calloc(1, sizeof *shm);
    if (!shm)
        return GPH_MEMORY;
    shm->bytes = bytes;
    *error = bring_up(shm, name, worth, fill, context);
    if (*error) {
        gph_shm_free(shm);
        return status_of(*error);
    }
    *result = shm;
    return GPH_OK;
}

void
gph_shm_free(gph_shm *shm)
{
    if (!shm)
        return;
    if (shm->base && shm->section)
        UnmapViewOfFile(shm->base);
    else if (shm->base)
        VirtualFree(shm->base, 0, MEM_RELEASE);
    for (int n = 0; n < 2; n++)
        if (shm->fences[n])
            VirtualFree(shm->fences[n], 0, MEM_RELEASE);
    if (shm->section)
        CloseHandle(shm->section);
    if (shm->file && shm->name[0])
        (void)gph_shm_remove(shm->folder, shm->name);
    if (shm->file)
        CloseHandle(shm->file);
    if (shm->folder)
        CloseHandle(shm->folder);
    free(shm);
}

void *
gph_shm_base(const gph_shm *shm)
{
    return shm->base;
}

size_t
gph_shm_bytes(const gph_shm *shm)
{
    return shm->bytes;
}

bool
gph_shm_lock(gph_shm *shm)
{
    return gph_residence_lock(shm->base, shm->bytes, 0) == shm->bytes;
}

/* The last part of the security identifier, which tells users of a machine apart. */
uint32_t
gph_shm_user(void)
{
    union {
        TOKEN_USER user;
        char room[256];
    } about;
    HANDLE token;
    DWORD size = 0;
    uint32_t number = 0;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return 0;
    if (GetTokenInformation(token, TokenUser, &about, sizeof about, &size)) {
        PSID self = about.user.User.Sid;
        number = *GetSidSubAuthority(self, (DWORD)(*GetSidSubAuthorityCount(self) - 1));
    }
    CloseHandle(token);
    return number;
}

uint32_t
gph_shm_process(void)
{
    return (uint32_t)GetCurrentProcessId();
}
