/* What the court finds. What ends it before it has found anything is verdict_posix.c or verdict_win32.c. [control; handlers]
 *
 * The state is the process's own: handlers have nowhere else to look. */
#include "verdict_inside.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

enum { MOST = 8 };

static _Atomic uint32_t n_failed;
static const char *_Atomic inside;
static _Atomic uint32_t inside_frames;
static _Atomic uint64_t n_calls;
static uint64_t n_calls_seen;

static void
say(const char *word, const char *text)
{
    char line[1024];
    const int n = snprintf(line, sizeof line, "%s\t%s\n", word, text);
    verdict_write(line, (size_t)(n < (int)sizeof line ? n : (int)sizeof line - 1));
}

void
verdict_fail(const char *format, ...)
{
    char text[900];
    va_list arguments;
    if (atomic_fetch_add(&n_failed, 1) >= MOST)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    say("fail", text);
}

void
verdict_skip(const char *format, ...)
{
    char text[900];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    say("skip", text);
}

void
verdict_leave_out(const char *part)
{
    say("without", part);
}

bool
verdict_has_failed(void)
{
    return atomic_load(&n_failed) > 0;
}

void
verdict_enter(const char *function, uint32_t frames)
{
    inside_frames = frames;
    inside = function;
    atomic_fetch_add(&n_calls, 1);
}

void
verdict_leave(void)
{
    inside = NULL;
}

/* ---------------------------------------------------------------- for handlers */

static void
place(char *text, size_t size)
{
    if (!inside)
        snprintf(text, size, "outside of its functions");
    else if (inside_frames)
        snprintf(text, size, "in %s, in a block of %u frame%s", inside, inside_frames,
                 inside_frames == 1 ? "" : "s");
    else
        snprintf(text, size, "in %s", inside);
}

void
verdict_crash(const char *does, const char *why)
{
    char at[200], text[900];
    place(at, sizeof at);
    if (does)
        snprintf(text, sizeof text, "%s (%s)", does, at);
    else
        snprintf(text, sizeof text, "crashes %s: %s", at, why);
    say("fail", text);
}

bool
verdict_is_late(void)
{
    char at[200], text[400];
    const uint64_t now = atomic_load(&n_calls);
    if (!inside || now != n_calls_seen) {
        n_calls_seen = now;
        return false;
    }
    place(at, sizeof at);
    snprintf(text, sizeof text, "does not come back for %d s %s", VERDICT_PATIENCE_S, at);
    say("fail", text);
    return true;
}
