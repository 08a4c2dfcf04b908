/* Files as memory, as far as tests look at them by themselves. [test program] */
#ifndef GPH_TEST_POSIX_MMAN_H
#define GPH_TEST_POSIX_MMAN_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <io.h>

enum { PROT_READ = 1, MAP_SHARED = 1 };
#define MAP_FAILED ((void *)(intptr_t)-1)

/* To be read only, and from its beginning; it stays mapped. */
static inline void *
mmap(void *place, size_t bytes, int how, int sharing, int file, long long at)
{
    (void)place, (void)how, (void)sharing, (void)at;
    HANDLE section =
        CreateFileMappingW((HANDLE)_get_osfhandle(file), NULL, PAGE_READONLY, 0, 0, NULL);
    void *base = section != NULL ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, bytes) : NULL;
    if (section != NULL)
        CloseHandle(section);
    return base != NULL ? base : MAP_FAILED;
}

#endif
