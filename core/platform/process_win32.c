/* Another process, on Windows. [control, link] */
#include "process.h"

#include "channel_win32.h"
#include "spawn_win32.h"
#include "wide_win32.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_PATH = 32768, /* of a program, in characters */
    LAST_TO_GO = 0x100 /* at a shutdown: behind all ordinary programs */
};

struct gph_process {
    HANDLE handle;
    DWORD id;
};

/* No file is called so. */
static const char own_program[] = "?";

const char *
gph_process_own_program(void)
{
    return own_program;
}

static wchar_t *
program_of(const char *path)
{
    if (strcmp(path, own_program) != 0)
        return gph_wide_path(path);
    wchar_t *own = malloc(MOST_PATH * sizeof *own);
    DWORD n = own ? GetModuleFileNameW(NULL, own, MOST_PATH) : 0;
    if (n > 0 && n < MOST_PATH)
        return own;
    free(own);
    return NULL;
}

/* It has no console, so that none sends it Ctrl-C or ends it when its window is closed; and it leaves a job that would
 * end it with us, where the job lets it. */
static gph_status
spawn(const wchar_t *program, const char *const *arguments, HANDLE end, PROCESS_INFORMATION *made)
{
    const DWORD flags = CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP;
    HANDLE handles[] = {end, gph_spawn_inheritable(NULL),
                        gph_spawn_inheritable(GetStdHandle(STD_ERROR_HANDLE))};
    wchar_t *line = gph_spawn_line(program, arguments);
    gph_status status = line ? GPH_OK : GPH_MEMORY;
    if (line &&
        !gph_spawn_start(program, line, handles, flags | CREATE_BREAKAWAY_FROM_JOB, NULL, made) &&
        !gph_spawn_start(program, line, handles, flags, NULL, made))
        status = GPH_IO;
    free(line);
    CloseHandle(handles[1]);
    CloseHandle(handles[2]);
    return status;
}

gph_status
gph_process_start(const char *const *arguments, gph_process **result, gph_channel **channel)
{
    HANDLE ours, theirs, copy = NULL, self = GetCurrentProcess();
    PROCESS_INFORMATION made = {0};
    gph_process *process = calloc(1, sizeof *process);
    wchar_t *program = process ? program_of(arguments[0]) : NULL;
    if (!program || gph_channel_pair(&ours, &theirs) != 0) {
        free(process);
        free(program);
        return program ? GPH_LIMIT : GPH_MEMORY;
    }
    gph_status status = gph_channel_new((intptr_t)ours, channel);
    if (status != GPH_OK)
        CloseHandle(ours);
    else if ((status = spawn(program, arguments + 1, theirs, &made)) != GPH_OK)
        gph_channel_free(*channel);
    CloseHandle(theirs);
    free(program);
    if (status != GPH_OK) {
        free(process);
        return status;
    }
    CloseHandle(made.hThread);
    if (DuplicateHandle(self, made.hProcess, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
        gph_channel_set_peer(*channel, copy);
    process->handle = made.hProcess;
    process->id = made.dwProcessId;
    *result = process;
    return GPH_OK;
}

uint32_t
gph_process_id(const gph_process *process)
{
    return (uint32_t)process->id;
}

bool
gph_process_ended(gph_process *process, int32_t timeout_ms, char *how, size_t size)
{
    DWORD status = 0;
    *how = '\0';
    if (WaitForSingleObject(process->handle, (DWORD)timeout_ms) != WAIT_OBJECT_0)
        return false;
    GetExitCodeProcess(process->handle, &status);
    /* From here on the numbers are those of crashes. */
    if (status >= 0x80000000)
        snprintf(how, size, "was ended by error 0x%08lX", (unsigned long)status);
    else if (status)
        snprintf(how, size, "ended with status %lu", (unsigned long)status);
    return true;
}

void
gph_process_free(gph_process *process)
{
    if (!process)
        return;
    CloseHandle(process->handle);
    free(process);
}

/* ---------------------------------------------------------------- the one that was started */

/* True: nobody else is asked what to do about it. */
static BOOL WINAPI
ignore(DWORD event)
{
    (void)event;
    return TRUE;
}

void
gph_process_persist(void)
{
    SetConsoleCtrlHandler(ignore, TRUE);
    SetProcessShutdownParameters(LAST_TO_GO, SHUTDOWN_NORETRY);
}

void
gph_process_let_go(void)
{
    int nowhere = _open("NUL", _O_WRONLY | _O_BINARY);
    if (nowhere < 0)
        return;
    _dup2(nowhere, _fileno(stderr));
    _close(nowhere);
}

bool
gph_process_goes_first(void)
{
    return false;
}
