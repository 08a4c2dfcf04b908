/* Files as memory and memory of its own, as far as tests and fakes map them by themselves. [test program] */
#ifndef GPH_TEST_POSIX_MMAN_H
#define GPH_TEST_POSIX_MMAN_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <io.h>

enum { PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_ANONYMOUS = 4 };
#define MAP_FAILED ((void *)(intptr_t)-1)

/* A file from its beginning and to be read only, or zeros. */
static inline void *
mmap(void *place, size_t bytes, int how, int kind, int file, long long at)
{
    (void)place, (void)how, (void)at;
    if (kind & MAP_ANONYMOUS) {
        void *zeros = VirtualAlloc(NULL, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        return zeros != NULL ? zeros : MAP_FAILED;
    }
    HANDLE of = (HANDLE)_get_osfhandle(file);
    HANDLE section = CreateFileMappingW(of, NULL, PAGE_READONLY, 0, 0, NULL);
    void *base = section != NULL ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, bytes) : NULL;
    if (section != NULL)
        CloseHandle(section);
    return base != NULL ? base : MAP_FAILED;
}

static inline int
munmap(void *base, size_t bytes)
{
    (void)bytes;
    return VirtualFree(base, 0, MEM_RELEASE) || UnmapViewOfFile(base) ? 0 : -1;
}

#endif
