/* What a DLL that is loaded takes from others, read off its own tables in memory. [control] */
#ifndef GPH_COURT_IMPORTS_WIN32_H
#define GPH_COURT_IMPORTS_WIN32_H

#include <windows.h>

typedef struct import {
    const char *library; /* "msvcrt.dll" */
    const char *name;    /* NULL: by number */
    void **slot;         /* through which it is called */
} import;

/* The DLL that an address lies in, and its headers; NULL: in none. */
const char *imports_base(const void *inside, const IMAGE_NT_HEADERS64 **headers);
/* The name that it was linked under, "gain.dll", or "". */
const char *imports_own_name(const char *base);
void imports_each(const char *base, void (*found)(void *user, const import *one), void *user);

#endif
