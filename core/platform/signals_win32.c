/* Ctrl-C, Ctrl-Break, a closed window, a logoff. [control; handle: a thread of the system]
 *
 * The handler has no argument: it finds the event that stands for the wish by the number of the process. */
#include "signals.h"

#include <windows.h>

#include <stdlib.h>
#include <wchar.h>

enum { ENDED = 130 /* the status of a program that Ctrl-C has ended */ };

struct gph_signals {
    HANDLE asked;
};

static void
name_of(wchar_t name[64])
{
    _snwprintf(name, 64, L"Local\\graphophone-end-%lu", (unsigned long)GetCurrentProcessId());
}

/* Rings the event. A second Ctrl-C ends the program, whatever it waits for; without an event it comes too late. */
static void
ask(DWORD event)
{
    wchar_t name[64];
    name_of(name);
    HANDLE asked = OpenEventW(EVENT_MODIFY_STATE | SYNCHRONIZE, FALSE, name);
    if (!asked)
        return;
    bool before = WaitForSingleObject(asked, 0) == WAIT_OBJECT_0;
    if (before && (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT))
        TerminateProcess(GetCurrentProcess(), ENDED);
    SetEvent(asked);
    CloseHandle(asked);
}

static BOOL WINAPI
handle(DWORD event)
{
    ask(event);
    /* When this returns the system ends the process, so it does not: the takes are finished first. The system waits for
     * 5 seconds or more. */
    if (event == CTRL_CLOSE_EVENT || event == CTRL_LOGOFF_EVENT || event == CTRL_SHUTDOWN_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

gph_status
gph_signals_new(gph_signals **result)
{
    wchar_t name[64];
    gph_signals *signals = calloc(1, sizeof *signals);
    if (!signals)
        return GPH_MEMORY;
    name_of(name);
    signals->asked = CreateEventW(NULL, TRUE, FALSE, name);
    if (!signals->asked || !SetConsoleCtrlHandler(handle, TRUE)) {
        if (signals->asked)
            CloseHandle(signals->asked);
        free(signals);
        return GPH_LIMIT;
    }
    *result = signals;
    return GPH_OK;
}

bool
gph_signals_asked(const gph_signals *signals)
{
    return WaitForSingleObject(signals->asked, 0) == WAIT_OBJECT_0;
}

/* The handler stays: without its event it does nothing. */
void
gph_signals_free(gph_signals *signals)
{
    if (!signals)
        return;
    CloseHandle(signals->asked);
    free(signals);
}

/* No file has such a limit here. */
void
gph_signals_ignore_limits(void)
{
}
