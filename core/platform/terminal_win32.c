/* The terminal by the console of Windows. [control] */
#include "terminal.h"

#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>

struct gph_terminal {
    HANDLE input; /* NULL: no console */
    DWORD before; /* mode to put back */
    char key[8];
};

/* Keys that have names, by the system's numbers of them. */
static const struct {
    WORD code;
    const char *name;
} named_keys[] = {
    {VK_SPACE, "space"}, {VK_RETURN, "enter"},  {VK_TAB, "tab"},   {VK_BACK, "backspace"},
    {VK_UP, "up"},       {VK_ESCAPE, "escape"}, {VK_DOWN, "down"}, {VK_RIGHT, "right"},
    {VK_LEFT, "left"},   {VK_F1, "f1"},         {VK_F2, "f2"},     {VK_F3, "f3"},
    {VK_F4, "f4"},       {VK_F5, "f5"},         {VK_F6, "f6"},     {VK_F7, "f7"},
    {VK_F8, "f8"},       {VK_F9, "f9"},         {VK_F10, "f10"},   {VK_F11, "f11"},
    {VK_F12, "f12"},
};

static HANDLE
handle_of(FILE *stream)
{
    return (HANDLE)_get_osfhandle(_fileno(stream));
}

void
gph_terminal_prepare(void)
{
    /* Lines end as they were written, also in a pipe. */
    _setmode(_fileno(stdout), _O_BINARY);
    _setmode(_fileno(stderr), _O_BINARY);
    SetConsoleOutputCP(CP_UTF8);
    SetConsoleCP(CP_UTF8);
}

bool
gph_terminal_is(FILE *stream)
{
    DWORD mode;
    return GetConsoleMode(handle_of(stream), &mode) != 0;
}

bool
gph_terminal_has_colour(FILE *stream)
{
    DWORD mode;
    const char *none = getenv("NO_COLOR");
    HANDLE console = handle_of(stream);
    /* A console that knows no ANSI sequences refuses to be told to heed them. */
    return !(none && *none) && GetConsoleMode(console, &mode) &&
           SetConsoleMode(console,
                          mode | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

bool
gph_terminal_is_utf8(void)
{
    return GetConsoleOutputCP() == CP_UTF8;
}

void
gph_terminal_size(FILE *stream, uint32_t *columns, uint32_t *rows)
{
    CONSOLE_SCREEN_BUFFER_INFO about;
    bool known = GetConsoleScreenBufferInfo(handle_of(stream), &about);
    *columns = known ? (uint32_t)(about.srWindow.Right - about.srWindow.Left + 1) : 80;
    *rows = known ? (uint32_t)(about.srWindow.Bottom - about.srWindow.Top + 1) : 24;
}

gph_terminal *
gph_terminal_new(void)
{
    gph_terminal *terminal = calloc(1, sizeof *terminal);
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    if (terminal && GetConsoleMode(input, &terminal->before) &&
        SetConsoleMode(input, ENABLE_PROCESSED_INPUT))
        terminal->input = input;
    return terminal;
}

void
gph_terminal_free(gph_terminal *terminal)
{
    if (terminal && terminal->input)
        SetConsoleMode(terminal->input, terminal->before);
    free(terminal);
}

/* What a key is called; NULL: it has no name. */
static const char *
name_key(gph_terminal *terminal, const KEY_EVENT_RECORD *event)
{
    for (size_t i = 0; i < sizeof named_keys / sizeof named_keys[0]; i++)
        if (event->wVirtualKeyCode == named_keys[i].code)
            return named_keys[i].name;
    wchar_t c = event->uChar.UnicodeChar;
    if (c < L' ')
        return NULL;
    int n =
        WideCharToMultiByte(CP_UTF8, 0, &c, 1, terminal->key, sizeof terminal->key - 1, NULL, NULL);
    terminal->key[n > 0 ? n : 0] = '\0';
    return n > 0 ? terminal->key : NULL;
}

const char *
gph_terminal_key(gph_terminal *terminal)
{
    INPUT_RECORD record;
    DWORD n = 0;
    while (terminal->input && GetNumberOfConsoleInputEvents(terminal->input, &n) && n > 0 &&
           ReadConsoleInputW(terminal->input, &record, 1, &n) && n == 1) {
        const char *name = NULL;
        if (record.EventType == KEY_EVENT && record.Event.KeyEvent.bKeyDown)
            name = name_key(terminal, &record.Event.KeyEvent);
        if (name)
            return name;
    }
    return NULL;
}
