/* Shared libraries, as far as tests load them by themselves. [test program] */
#ifndef GPH_TEST_POSIX_DLFCN_H
#define GPH_TEST_POSIX_DLFCN_H

#include <windows.h>

enum { RTLD_NOW = 2, RTLD_LOCAL = 0 };

static inline void *
dlopen(const char *path, int how)
{
    (void)how;
    return LoadLibraryA(path);
}

static inline void *
dlsym(void *library, const char *name)
{
    union {
        FARPROC found;
        void *address;
    } cast = {GetProcAddress(library, name)};
    return cast.address;
}

static inline int
dlclose(void *library)
{
    return FreeLibrary(library) ? 0 : -1;
}

static inline const char *
dlerror(void)
{
    return GetLastError() != 0 ? "the library cannot be loaded" : NULL;
}

#endif
