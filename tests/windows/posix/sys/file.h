/* The lock of an owner that lives, as nt_win32.h has it. [test program] */
#ifndef GPH_TEST_POSIX_FILE_H
#define GPH_TEST_POSIX_FILE_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <io.h>

enum { LOCK_EX = LOCKFILE_EXCLUSIVE_LOCK, LOCK_NB = LOCKFILE_FAIL_IMMEDIATELY };

static inline int
flock(int file, int how)
{
    OVERLAPPED at = {.Offset = 0xfffffffe, .OffsetHigh = 0x7fffffff};
    return LockFileEx((HANDLE)_get_osfhandle(file), (DWORD)how, 0, 1, 0, &at) ? 0 : -1;
}

#endif
