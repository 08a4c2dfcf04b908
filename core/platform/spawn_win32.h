/* The command line of a program that is started on Windows. [control] */
#ifndef GPH_PLATFORM_SPAWN_WIN32_H
#define GPH_PLATFORM_SPAWN_WIN32_H

#include <windows.h>

#include <stdbool.h>

/* A program and its words, as its C library reads them again; to be freed. NULL: no memory. */
wchar_t *gph_spawn_line(const wchar_t *program, const char *const *words);

/* A handle that is inherited: a copy of `from`, or nowhere where that is NULL. */
HANDLE gph_spawn_inheritable(HANDLE from);

/* Starts a program with these three as its input, output and errors, and no other handle of ours. `environment` may be
 * NULL. */
bool gph_spawn_start(const wchar_t *program, wchar_t *line, HANDLE handles[3], DWORD flags,
                     wchar_t *environment, PROCESS_INFORMATION *made);

#endif
