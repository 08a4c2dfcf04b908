/* Files by their folder, as the system's own calls know them. [any but audio] */
#ifndef GPH_PLATFORM_NT_WIN32_H
#define GPH_PLATFORM_NT_WIN32_H

#include <windows.h>

#include <winternl.h>

/* How a name of a folder is opened. */
typedef struct gph_nt_how {
    ACCESS_MASK access; /* SYNCHRONIZE is added */
    ULONG disposition;  /* FILE_OPEN, FILE_CREATE, FILE_OPEN_IF */
    ULONG options;      /* FILE_DIRECTORY_FILE, FILE_NON_DIRECTORY_FILE */
    ULONG attributes;   /* of a new file */
} gph_nt_how;

/* Opens one name, without separators, in a folder; "" is the folder itself. What stands for something else (a link, a
 * mount point) is refused. Below 0: an errno value, negated, and *made is NULL. */
int gph_nt_open(HANDLE folder, const char *name, const gph_nt_how *how, HANDLE *made);

/* Gives an open file (DELETE) another name in a folder; -EEXIST if that is taken. */
int gph_nt_rename(HANDLE file, HANDLE folder, const char *name);
/* Removes an open file (DELETE), at the latest when the last who has it open closes it. */
int gph_nt_remove(HANDLE file);

/* The lock that says that somebody lives who writes: shared or exclusive, ends with the handle. -EAGAIN: taken. Lies
 * beyond all bytes, as locks of Windows keep others from reading. */
int gph_nt_lock(HANDLE file, BOOL exclusive);
/* Another lock, for those who ask whether the first can be had: exclusive, ends with the handle. -EAGAIN: taken. */
int gph_nt_lock_claim(HANDLE file);

#endif
