/* What ends the court before it has found anything, on Windows. [control; handlers; watch: a thread of its own]
 *
 * The state is the process's own: handlers have nowhere else to look. */
#include "verdict_inside.h"

#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <signal.h>
#include <stdio.h>

enum { ROOM_FOR_HANDLERS = 65536 };

static bool (*explain_address)(const void *, bool, char *, size_t);

void
verdict_write(const char *line, size_t n)
{
    DWORD written;
    if (!WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line, (DWORD)n, &written, NULL))
        TerminateProcess(GetCurrentProcess(), 70);
}

/* Nothing of the module runs any more, not even what it does at the end. */
static void
end(void)
{
    TerminateProcess(GetCurrentProcess(), 1);
}

static const char *
name_of(DWORD code)
{
    static const struct {
        DWORD code;
        const char *name;
    } names[] = {
        {EXCEPTION_ACCESS_VIOLATION, "touches memory that is not its own"},
        {EXCEPTION_IN_PAGE_ERROR, "touches memory that cannot be read"},
        {EXCEPTION_ILLEGAL_INSTRUCTION, "Illegal instruction"},
        {EXCEPTION_PRIV_INSTRUCTION, "Privileged instruction"},
        {EXCEPTION_INT_DIVIDE_BY_ZERO, "divides a whole number by zero"},
        {EXCEPTION_INT_OVERFLOW, "Integer overflow"},
        {EXCEPTION_STACK_OVERFLOW, "the stack is full"},
        {EXCEPTION_BREAKPOINT, "Breakpoint"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].code == code)
            return names[i].name;
    return NULL;
}

/* Whether an exception comes from an address, and which. */
static bool
touches(const EXCEPTION_RECORD *record, const void **address, bool *is_write)
{
    if (record->ExceptionCode != EXCEPTION_ACCESS_VIOLATION || record->NumberParameters < 2)
        return false;
    *address = (const void *)record->ExceptionInformation[1];
    *is_write = record->ExceptionInformation[0] == 1;
    return true;
}

/* The first to be asked about every exception, also of those that somebody handles: what is at a wall is nobody's to
 * handle, and where the stack is full no other handler may find room. */
static LONG CALLBACK
happened(EXCEPTION_POINTERS *what)
{
    const EXCEPTION_RECORD *record = what->ExceptionRecord;
    const void *address;
    char text[400];
    bool is_write;
    if (explain_address && touches(record, &address, &is_write) &&
        explain_address(address, is_write, text, sizeof text)) {
        verdict_crash(text, NULL);
        end();
    }
    if (record->ExceptionCode == EXCEPTION_STACK_OVERFLOW) {
        verdict_crash(NULL, name_of(record->ExceptionCode));
        end();
    }
    return EXCEPTION_CONTINUE_SEARCH;
}

/* What nobody handles. */
static LONG CALLBACK
crashed(EXCEPTION_POINTERS *what)
{
    const EXCEPTION_RECORD *record = what->ExceptionRecord;
    const char *name = name_of(record->ExceptionCode);
    const void *address;
    bool is_write;
    char text[40];
    snprintf(text, sizeof text, "exception %08lx", (unsigned long)record->ExceptionCode);
    if (touches(record, &address, &is_write) && (uintptr_t)address < 4096)
        name = verdict_of_null;
    verdict_crash(NULL, name ? name : text);
    end();
    return EXCEPTION_CONTINUE_SEARCH;
}

static void
aborted(int number)
{
    (void)number;
    verdict_crash(NULL, "Aborted");
    end();
}

static DWORD WINAPI
watch(void *nothing)
{
    (void)nothing;
    while (!verdict_is_late())
        Sleep(VERDICT_PATIENCE_S * 1000);
    end();
    return 0;
}

void
verdict_watch(bool (*explain)(const void *address, bool is_write, char *text, size_t size))
{
    static HANDLE watchman;
    ULONG room = ROOM_FOR_HANDLERS;
    explain_address = explain;
    signal(SIGABRT, aborted);
    SetUnhandledExceptionFilter(crashed);
    if (watchman)
        return;
    _setmode(_fileno(stdout), _O_BINARY);
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    SetThreadStackGuarantee(&room);
    AddVectoredExceptionHandler(1, happened);
    watchman = CreateThread(NULL, 0, watch, NULL, 0, NULL);
}
