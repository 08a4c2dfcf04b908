/* The command line of a program that is started on Windows. [control] */
#include "spawn_win32.h"

#include "wide_win32.h"

#include <stdlib.h>

enum { N_INHERITED = 3 };

/* A command line that grows; `failed` when memory is out. */
typedef struct command {
    wchar_t *text;
    size_t n, room;
    bool failed;
} command;

static void
add(command *line, wchar_t c, size_t times)
{
    if (line->n + times + 1 > line->room) {
        size_t room = (line->n + times + 1) * 2;
        wchar_t *text = realloc(line->text, room * sizeof *text);
        line->failed = line->failed || !text;
        if (!text)
            return;
        line->text = text;
        line->room = room;
    }
    for (size_t n = 0; n < times; n++)
        line->text[line->n++] = c;
    line->text[line->n] = L'\0';
}

/* One word, so that the C library of the other program reads it again: backslashes count only before a quote. */
static void
add_word(command *line, const wchar_t *word)
{
    if (line->n)
        add(line, L' ', 1);
    add(line, L'"', 1);
    for (;;) {
        size_t slashes = wcsspn(word, L"\\");
        word += slashes;
        add(line, L'\\', *word == L'"' ? 2 * slashes + 1 : !*word ? 2 * slashes : slashes);
        if (!*word)
            break;
        add(line, *word++, 1);
    }
    add(line, L'"', 1);
}

wchar_t *
gph_spawn_line(const wchar_t *program, const char *const *words)
{
    command line = {.text = NULL};
    add_word(&line, program);
    for (; *words && !line.failed; words++) {
        wchar_t *word = gph_wide(*words);
        line.failed = line.failed || !word;
        if (word)
            add_word(&line, word);
        free(word);
    }
    if (!line.failed)
        return line.text;
    free(line.text);
    return NULL;
}

HANDLE
gph_spawn_inheritable(HANDLE from)
{
    HANDLE copy = NULL;
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    HANDLE self = GetCurrentProcess();
    if (from && from != INVALID_HANDLE_VALUE &&
        DuplicateHandle(self, from, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS))
        return copy;
    return CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                       &inherited, OPEN_EXISTING, 0, NULL);
}

/* What the started process gets: these handles and no other. */
static LPPROC_THREAD_ATTRIBUTE_LIST
only_these(HANDLE *handles)
{
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST list = malloc(size);
    if (!list || !InitializeProcThreadAttributeList(list, 1, 0, &size)) {
        free(list);
        return NULL;
    }
    if (UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles,
                                  N_INHERITED * sizeof *handles, NULL, NULL))
        return list;
    DeleteProcThreadAttributeList(list);
    free(list);
    return NULL;
}

bool
gph_spawn_start(const wchar_t *program, wchar_t *line, HANDLE handles[3], DWORD flags,
                wchar_t *environment, PROCESS_INFORMATION *made)
{
    LPPROC_THREAD_ATTRIBUTE_LIST list = only_these(handles);
    STARTUPINFOEXW how = {.StartupInfo = {.cb = sizeof how,
                                          .dwFlags = STARTF_USESTDHANDLES,
                                          .hStdInput = handles[0],
                                          .hStdOutput = handles[1],
                                          .hStdError = handles[2]},
                          .lpAttributeList = list};
    if (!list)
        return false;
    bool started = CreateProcessW(program, line, NULL, NULL, TRUE,
                                  flags | EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT,
                                  environment, NULL, &how.StartupInfo, made);
    DeleteProcThreadAttributeList(list);
    free(list);
    return started;
}
