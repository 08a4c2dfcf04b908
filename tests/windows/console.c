/* console.exe break|close PROGRAM ARGUMENT...: starts a program, and when its own input ends tells it what a console tells:
 * Ctrl-Break, or that the window was closed. Ends as the program does. [test program]
 *
 * Nobody may send the second one, and who has no console not the first. So it is done as the system does it: by a thread in
 * the other process that begins where the system has those begin. Source: Microsoft's page on HandlerRoutine. */
#include <windows.h>

#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* Behind `n` words without quotes. */
static wchar_t *
words_behind(wchar_t *line, int n)
{
    while (n-- > 0) {
        line += wcscspn(line, L" ");
        line += wcsspn(line, L" ");
    }
    return line;
}

static BOOL
tell(HANDLE program, DWORD event)
{
    union {
        FARPROC found;
        LPTHREAD_START_ROUTINE begin;
    } routine = {GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "CtrlRoutine")};
    return routine.found &&
           CreateRemoteThread(program, NULL, 0, routine.begin, (void *)(ULONG_PTR)event, 0, NULL);
}

int
main(int argc, char **argv)
{
    char bytes[16];
    DWORD status = 0;
    PROCESS_INFORMATION program;
    if (argc < 3)
        return 101;
    STARTUPINFOW begin = {.cb = sizeof begin,
                          .dwFlags = STARTF_USESTDHANDLES,
                          .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE),
                          .hStdError = GetStdHandle(STD_ERROR_HANDLE)};
    if (!CreateProcessW(NULL, words_behind(GetCommandLineW(), 2), NULL, NULL, TRUE, 0, NULL, NULL,
                        &begin, &program))
        return 102;
    while (fread(bytes, 1, sizeof bytes, stdin) > 0)
        ;
    if (!tell(program.hProcess, strcmp(argv[1], "close") ? CTRL_BREAK_EVENT : CTRL_CLOSE_EVENT)) {
        TerminateProcess(program.hProcess, 103);
        return 103;
    }
    WaitForSingleObject(program.hProcess, INFINITE);
    GetExitCodeProcess(program.hProcess, &status);
    return (int)status;
}
