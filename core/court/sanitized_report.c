/* A sanitizer's report, read for what an author must know. [any]
 *
 * The texts of gcc's and clang's runtimes are the same. A report is a head, then parts of a line each with a stack below
 * it: the two accesses of a race come first, the one of a memory error does. */
#include "sanitized_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1024, FIELDS = 5 };

/* ---------------------------------------------------------------- pieces of text */

/* The next line of a text without its end, cut to what has room; false at the end. */
static bool
next_line(const char **text, char *line)
{
    const size_t n = strcspn(*text, "\n");
    if (!**text)
        return false;
    snprintf(line, LINE, "%.*s", (int)(n < LINE ? n : LINE - 1), *text);
    *text += n + ((*text)[n] == '\n');
    return true;
}

/* Copies what stands between two texts; false: they are not there. */
static bool
between(const char *line, const char *before, const char *after, char *copy, size_t size)
{
    const char *begin = strstr(line, before);
    const char *end = begin ? strstr(begin + strlen(before), after) : NULL;
    if (!end)
        return false;
    begin += strlen(before);
    snprintf(copy, size, "%.*s", (int)(end - begin), begin);
    return true;
}

static const char *
last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool
is_known(const char *field)
{
    return field[0] && field[0] != '<' && field[0] != '(' && field[0] != '?';
}

/* ---------------------------------------------------------------- lines of a report */

static bool
read_head(const char *line, sanitized_report *report)
{
    const char *name = strstr(line, "WARNING: ");
    const bool goes_on = name != NULL;
    if (!goes_on)
        name = strstr(line, "ERROR: ");
    if (!name || !strstr(name, "Sanitizer: "))
        return false;
    *report = (sanitized_report){.is_last = !goes_on};
    between(name, ": ", ": ", report->by, sizeof report->by);
    const char *kind = strstr(name, "Sanitizer: ") + strlen("Sanitizer: ");
    size_t n = strlen(kind);
    static const char *const ends[] = {" (pid=", " on ", " (/", ": "};
    for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
        const char *end = strstr(kind, ends[e]);
        if (end && (size_t)(end - kind) < n)
            n = (size_t)(end - kind);
    }
    snprintf(report->kind, sizeof report->kind, "%.*s", (int)n, kind);
    return true;
}

/* "  Previous write of size 4 at 0x7f00 by thread T1:", "READ of size 4 at 0x7f00 thread T0" */
static bool
read_access(const char *line, sanitized_report *report)
{
    if (!strstr(line, " of size ") || !strstr(line, " at 0x") || report->n_accesses == 2)
        return false;
    const bool writes = strstr(line, "rite of") || strstr(line, "WRITE of");
    if (!writes && !strstr(line, "ead of") && !strstr(line, "READ of"))
        return false;
    sanitized_access *access = &report->accesses[report->n_accesses++];
    const char *thread = strstr(line, "thread T");
    access->writes = writes;
    if (thread)
        snprintf(access->thread, sizeof access->thread, "%.*s", (int)strcspn(thread + 7, " :,("),
                 thread + 7);
    else
        snprintf(access->thread, sizeof access->thread, "main thread");
    return true;
}

/* A line as SANITIZED_FRAME has it. The stack goes on outwards. */
static void
read_frame(char *line, const char *module, sanitized_place *at)
{
    char *fields[FIELDS] = {line};
    for (size_t f = 1; f < FIELDS; f++) {
        char *tab = strchr(fields[f - 1], '\t');
        if (!tab)
            return;
        *tab = '\0';
        fields[f] = tab + 1;
    }
    if (strcmp(last_name(fields[4]), last_name(module)) != 0)
        return;
    if (is_known(fields[1]))
        snprintf(at->entry, sizeof at->entry, "%s()", fields[1]);
    if (!at->is_there && is_known(fields[2]) && atoi(fields[3]) > 0)
        snprintf(at->line, sizeof at->line, "%s:%s", fields[2], fields[3]);
    else if (!at->is_there)
        snprintf(at->line, sizeof at->line, "a line that only -g would tell");
    at->is_there = true;
}

/* "  Thread T2 'instance 2' (tid=1, running) created by main thread at:" */
static void
read_thread(const char *line, sanitized_report *report)
{
    char id[16], name[64];
    if (!between(line, "Thread ", " '", id, sizeof id) ||
        !between(line, " '", "' (", name, sizeof name))
        return;
    for (unsigned a = 0; a < report->n_accesses; a++)
        if (strcmp(report->accesses[a].thread, id) == 0)
            snprintf(report->accesses[a].thread, sizeof name, "%s", name);
}

bool
sanitized_report_read(const char **text, const char *module, sanitized_report *report)
{
    char line[LINE];
    bool is_there = false;
    while (!is_there && next_line(text, line))
        is_there = read_head(line, report);
    if (!is_there)
        return false;
    sanitized_place *stack = &report->at;
    sanitized_report next;
    for (const char *ahead = *text; next_line(&ahead, line) && !read_head(line, &next);
         *text = ahead) {
        const char *word = line + strspn(line, " ");
        if (*word == '#' && stack)
            read_frame(line + (word - line), module, stack);
        else if (*word == '#' || !*word)
            continue;
        else if (read_access(line, report))
            stack = &report->accesses[report->n_accesses - 1].at;
        else {
            stack = report->at.is_there || report->n_accesses ? NULL : &report->at;
            between(line, "Location is global '", "'", report->variable, sizeof report->variable);
            read_thread(line, report);
        }
    }
    return true;
}

/* ---------------------------------------------------------------- what it comes to */

bool
sanitized_report_same(const sanitized_report *a, const sanitized_report *b)
{
    const char *const x[] = {a->accesses[0].at.line, a->accesses[1].at.line};
    const char *const y[] = {b->accesses[0].at.line, b->accesses[1].at.line};
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->at.line, b->at.line) == 0 &&
           ((strcmp(x[0], y[0]) == 0 && strcmp(x[1], y[1]) == 0) ||
            (strcmp(x[0], y[1]) == 0 && strcmp(x[1], y[0]) == 0));
}

static bool
is_of_instance(const sanitized_access *access)
{
    return strncmp(access->thread, "instance ", 9) == 0;
}

/* "process() of instance 2 writes it in my.c:12" */
static void
say_access(const sanitized_access *access, char *text, size_t size)
{
    char who[200];
    const sanitized_place *at = &access->at;
    if (!at->entry[0])
        snprintf(who, sizeof who, "%s", access->thread);
    else
        snprintf(who, sizeof who, "%s %s %s", at->entry, is_of_instance(access) ? "of" : "on",
                 access->thread);
    snprintf(text, size, "%s %s it%s%s", who, access->writes ? "writes" : "reads",
             at->is_there ? " at " : "", at->line);
}

static void
say_race(const sanitized_report *report, char *text, size_t size)
{
    char one[600], other[600], what[140] = "data";
    const sanitized_access *a = report->accesses;
    if (is_known(report->variable))
        snprintf(what, sizeof what, "'%s'", report->variable);
    say_access(&a[0], one, sizeof one);
    say_access(&a[1], other, sizeof other);
    snprintf(text, size, "%s share %s: %s, while %s (%s: %s)",
             is_of_instance(&a[0]) && is_of_instance(&a[1]) ? "instances" : "threads", what, one,
             other, report->by, report->kind);
}

static const char *
name_of(const sanitized_place *at)
{
    return at->entry[0] ? at->entry : "it";
}

void
sanitized_report_say(const sanitized_report *report, char *text, size_t size)
{
    const sanitized_access *access = &report->accesses[0];
    if (report->n_accesses == 2)
        say_race(report, text, size);
    else if (report->n_accesses == 1 && access->at.is_there)
        snprintf(text, size, "%s %s memory that it may not, at %s (%s: %s)", name_of(&access->at),
                 access->writes ? "writes" : "reads", access->at.line, report->by, report->kind);
    else if (report->at.is_there)
        snprintf(text, size, "%s does what it may not, at %s (%s: %s)", name_of(&report->at),
                 report->at.line, report->by, report->kind);
    else
        snprintf(text, size, "%s: %s", report->by, report->kind);
}
