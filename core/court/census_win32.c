/* What belongs to the process, on Windows. [control] */
#include "census.h"

#include <windows.h>

#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tlhelp32.h>

#include <io.h>

/* Handles are multiples of four; nobody here has so many that they go beyond this. */
enum { LAST_HANDLE = 4 * 4096, LONGEST_PATH = 32768 };

static const int numbers[] = {SIGINT, SIGILL, SIGFPE, SIGSEGV, SIGTERM, SIGBREAK, SIGABRT};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

typedef void handler(int number);

struct census {
    char locale[512];
    wchar_t folder[LONGEST_PATH];
    int umask;
    UINT error_mode;
    LPTOP_LEVEL_EXCEPTION_FILTER filter;
    handler *handlers[NUMBERS];
    uint64_t environment; /* a digest of it */
};

uint32_t
census_threads(void)
{
    THREADENTRY32 one = {.dwSize = sizeof one};
    const HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    uint32_t n = 0;
    if (all == INVALID_HANDLE_VALUE)
        return 0;
    for (BOOL more = Thread32First(all, &one); more; more = Thread32Next(all, &one))
        n += one.th32OwnerProcessID == GetCurrentProcessId();
    CloseHandle(all);
    return n;
}

uint32_t
census_files(void)
{
    uint32_t n = 0;
    for (uintptr_t h = 4; h <= LAST_HANDLE; h += 4)
        n += GetFileType((HANDLE)h) != FILE_TYPE_UNKNOWN;
    return n;
}

static uint64_t
digest_of_environment(void)
{
    wchar_t *all = GetEnvironmentStringsW();
    uint64_t digest = 14695981039346656037u;
    for (const wchar_t *c = all; c && (c[0] || c[1]); c++)
        digest = (digest ^ *c) * 1099511628211u;
    if (all)
        FreeEnvironmentStringsW(all);
    return digest;
}

census *
census_take(void)
{
    census *c = calloc(1, sizeof *c);
    if (!c)
        exit(70);
    strncpy(c->locale, setlocale(LC_ALL, NULL), sizeof c->locale - 1);
    GetCurrentDirectoryW(LONGEST_PATH, c->folder);
    c->umask = umask(0);
    umask(c->umask);
    c->error_mode = GetErrorMode();
    c->filter = SetUnhandledExceptionFilter(NULL);
    SetUnhandledExceptionFilter(c->filter);
    for (int n = 0; n < NUMBERS; n++) {
        c->handlers[n] = signal(numbers[n], SIG_DFL);
        signal(numbers[n], c->handlers[n]);
    }
    c->environment = digest_of_environment();
    return c;
}

void
census_compare(const census *before, void (*tell)(const char *what))
{
    census *now = census_take();
    if (strcmp(before->locale, now->locale) != 0)
        tell("the locale");
    if (wcscmp(before->folder, now->folder) != 0)
        tell("the current folder");
    if (before->umask != now->umask)
        tell("the umask");
    if (before->environment != now->environment)
        tell("the environment");
    if (before->error_mode != now->error_mode)
        tell("what errors of the system do");
    if (before->filter != now->filter)
        tell("what a crash does");
    if (memcmp(before->handlers, now->handlers, sizeof now->handlers) != 0)
        tell("what a signal does");
    census_free(now);
}

void
census_free(census *c)
{
    free(c);
}
