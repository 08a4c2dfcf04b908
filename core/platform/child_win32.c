/* A program that is run to its end for what it prints, on Windows. [control; listen_to: a thread of its own] */
#include "child.h"

#include "spawn_win32.h"
#include "thread.h"
#include "wide_win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the thread that reads is told. */
typedef struct listener {
    HANDLE out;
    gph_child_end *end;
} listener;

/* Until the child, and all that it has started, have closed their output. */
static void
listen_to(void *user)
{
    listener *l = user;
    char more[4096];
    DWORD got;
    size_t n = 0;
    while (ReadFile(l->out, more, sizeof more, &got, NULL) && got > 0) {
        const size_t room = sizeof l->end->text - 1 - n;
        const size_t taken = got < room ? got : room;
        memcpy(l->end->text + n, more, taken);
        n += taken;
    }
    l->end->text[n] = '\0';
}

/* Sets them here, as a child inherits all of ours; `set` false: takes them away again. */
static void
set_variables(const char *const *variables, bool set)
{
    for (; *variables; variables++) {
        wchar_t *wide = gph_wide(*variables);
        wchar_t *sign = wide ? wcschr(wide, L'=') : NULL;
        if (sign) {
            *sign = L'\0';
            SetEnvironmentVariableW(wide, set ? sign + 1 : NULL);
        }
        free(wide);
    }
}

/* A job ends all of its processes when it is closed. */
static HANDLE
new_job(void)
{
    HANDLE job = CreateJobObjectW(NULL, NULL);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags =
                                                       JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    if (job)
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return job;
}

/* A path with the ending that programs have; to be freed. */
static wchar_t *
program_of(const char *path)
{
    const size_t n = strlen(path) + sizeof ".exe";
    char *text = malloc(n);
    if (text)
        snprintf(text, n, "%s.exe", path);
    wchar_t *wide = text ? gph_wide_path(text) : NULL;
    free(text);
    return wide;
}

static bool
start(const char *const *words, HANDLE out, PROCESS_INFORMATION *made)
{
    wchar_t *program = program_of(words[0]);
    wchar_t *line = program ? gph_spawn_line(program, words + 1) : NULL;
    HANDLE handles[] = {gph_spawn_inheritable(NULL), out,
                        gph_spawn_inheritable(GetStdHandle(STD_ERROR_HANDLE))};
    bool started = line && gph_spawn_start(program, line, handles, CREATE_SUSPENDED, NULL, made);
    CloseHandle(handles[0]);
    CloseHandle(handles[2]);
    free(line);
    free(program);
    return started;
}

/* Waits for a child that is listened to. */
static void
wait_for(const PROCESS_INFORMATION *made, HANDLE job, int32_t timeout_ms, gph_child_end *end)
{
    DWORD status = 0;
    end->timed_out = WaitForSingleObject(made->hProcess, (DWORD)timeout_ms) != WAIT_OBJECT_0;
    if (end->timed_out)
        TerminateJobObject(job, 1);
    WaitForSingleObject(made->hProcess, INFINITE);
    GetExitCodeProcess(made->hProcess, &status);
    /* From here on the numbers are those of crashes. */
    end->status = end->timed_out || status >= 0x80000000 ? -1 : (int)status;
}

gph_status
gph_child_run(const char *const *words, const char *const *variables, int32_t timeout_ms,
              gph_child_end *end)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    PROCESS_INFORMATION made = {0};
    HANDLE ours, theirs, job = new_job();
    gph_thread *thread = NULL;
    *end = (gph_child_end){.status = -1};
    if (!job || !CreatePipe(&ours, &theirs, &inherited, 0)) {
        if (job)
            CloseHandle(job);
        return GPH_LIMIT;
    }
    listener l = {ours, end};
    set_variables(variables, true);
    gph_status status = start(words, theirs, &made) ? GPH_OK : GPH_IO;
    set_variables(variables, false);
    CloseHandle(theirs);
    if (status == GPH_OK) {
        AssignProcessToJobObject(job, made.hProcess);
        status = gph_thread_new("gph-child", listen_to, &l, &thread);
        ResumeThread(made.hThread);
        wait_for(&made, job, status == GPH_OK ? timeout_ms : 0, end);
        CloseHandle(made.hThread);
        CloseHandle(made.hProcess);
    }
    /* What it may have started must not outlive it. */
    CloseHandle(job);
    gph_thread_join(thread);
    CloseHandle(ours);
    return status;
}
