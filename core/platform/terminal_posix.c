/* The terminal by termios. [control] */
#include "terminal.h"

#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

struct gph_terminal {
    struct termios before; /* settings to put back */
    bool raw;
    char key[8];
};

/* Sequences of the keys that have names; those of vt220 and xterm. */
static const struct {
    const char *bytes;
    const char *name;
} named_keys[] = {
    {" ", "space"},        {"\n", "enter"},     {"\r", "enter"},    {"\t", "tab"},
    {"\x7f", "backspace"}, {"\x1b", "escape"},  {"\x1b[A", "up"},   {"\x1b[B", "down"},
    {"\x1b[C", "right"},   {"\x1b[D", "left"},  {"\x1bOP", "f1"},   {"\x1bOQ", "f2"},
    {"\x1bOR", "f3"},      {"\x1bOS", "f4"},    {"\x1b[15~", "f5"}, {"\x1b[17~", "f6"},
    {"\x1b[18~", "f7"},    {"\x1b[19~", "f8"},  {"\x1b[20~", "f9"}, {"\x1b[21~", "f10"},
    {"\x1b[23~", "f11"},   {"\x1b[24~", "f12"},
};

void
gph_terminal_prepare(void)
{
}

bool
gph_terminal_is(FILE *stream)
{
    return isatty(fileno(stream)) == 1;
}

bool
gph_terminal_has_colour(FILE *stream)
{
    const char *none = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return gph_terminal_is(stream) && !(none && *none) && term && strcmp(term, "dumb") != 0;
}

bool
gph_terminal_is_utf8(void)
{
    return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

void
gph_terminal_size(FILE *stream, uint32_t *columns, uint32_t *rows)
{
    struct winsize size = {0, 0, 0, 0};
    bool known = ioctl(fileno(stream), TIOCGWINSZ, &size) == 0;
    *columns = known && size.ws_col ? size.ws_col : 80;
    *rows = known && size.ws_row ? size.ws_row : 24;
}

gph_terminal *
gph_terminal_new(void)
{
    gph_terminal *terminal = calloc(1, sizeof *terminal);
    if (!terminal)
        return NULL;
    /* In the background a change of settings would stop the whole program. */
    if (isatty(STDIN_FILENO) != 1 || tcgetpgrp(STDIN_FILENO) != getpgrp() ||
        tcgetattr(STDIN_FILENO, &terminal->before))
        return terminal;
    struct termios raw = terminal->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    terminal->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
    return terminal;
}

void
gph_terminal_free(gph_terminal *terminal)
{
    if (terminal && terminal->raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal->before);
    free(terminal);
}

static bool
readable(void)
{
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    return poll(&input, 1, 0) == 1 && (input.revents & POLLIN);
}

/* Bytes that belong to the character or sequence that `first` begins. */
static size_t
rest_of(unsigned char first)
{
    if (first == 0x1b)
        return 5;
    return first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
}

static bool
ends_sequence(const char *bytes, size_t n)
{
    return bytes[0] == 0x1b && n > 2 && bytes[n - 1] >= 0x40;
}

const char *
gph_terminal_key(gph_terminal *terminal)
{
    char *key = terminal->key;
    if (!terminal->raw || !readable() || read(STDIN_FILENO, key, 1) != 1)
        return NULL;
    size_t n = 1;
    size_t most = 1 + rest_of((unsigned char)key[0]);
    while (n < most && !ends_sequence(key, n) && readable() && read(STDIN_FILENO, key + n, 1) == 1)
        n++;
    key[n] = 0;
    for (size_t i = 0; i < sizeof named_keys / sizeof named_keys[0]; i++)
        if (!strcmp(key, named_keys[i].bytes))
            return named_keys[i].name;
    return (unsigned char)key[0] < ' ' ? "" : key;
}
