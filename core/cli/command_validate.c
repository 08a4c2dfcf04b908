/* graphophone validate: tries a module, each test in a process of its own. [control] */
#include "command.h"
#include "json.h"
#include "rig_options.h"

#include "../platform/child.h"

#include <graphophone/graphophone.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A test that takes longer has hung where the court itself could not tell. */
enum { LIMIT_MS = 300 * 1000, MAX_WORDS = 64, MAX_NAMES = 64, MAX_NAME = 80, MAX_PATH = 4096 };

/* What the court lists of a file. */
typedef struct listing {
    char types[MAX_NAMES][MAX_NAME];
    char tests[MAX_NAMES][MAX_NAME];
    const char *type_words[MAX_NAMES + 1];
    const char *test_words[MAX_NAMES + 1];
    uint32_t n_types, n_tests;
} listing;

typedef struct validation {
    const gph_arguments *arguments;
    char court[MAX_PATH];
    char guard[MAX_PATH + 32]; /* LD_PRELOAD=... */
    bool has_guard;            /* without it some tests say that they cannot be held */
    const char *seed;
    json_t *types; /* with --json */
    uint32_t n_failed, n_held, n_skipped;
} validation;

/* ---------------------------------------------------------------- the court */

static gph_status
call_court(const validation *v, const char *type, const char *test, gph_child_end *end)
{
    const char *words[MAX_WORDS] = {v->court, v->arguments->words[0], type, test, v->seed};
    size_t n = 5;
    size_t n_sets = 0;
    const char **sets = gph_arguments_values(v->arguments, "set", &n_sets);
    for (size_t i = 0; sets && i < n_sets && n < MAX_WORDS - 1; i++)
        words[n++] = sets[i];
    /* All of what a first run touches is touched before the guard judges. */
    const char *const guarded[] = {v->guard, "GUARD_WARM_UP=100", NULL};
    const char *const plain[] = {NULL};
    const gph_status status = gph_child_run(words, v->has_guard ? guarded : plain, LIMIT_MS, end);
    free(sets);
    return status;
}

/* Cuts the next line of a text into its word and the rest; NULL at the end. */
static char *
next_line(char **text, char **word)
{
    char *line = *text;
    char *newline = strchr(line, '\n');
    char *tab = strchr(line, '\t');
    if (!newline || !tab || tab > newline)
        return NULL;
    *newline = *tab = '\0';
    *word = line;
    *text = newline + 1;
    return tab + 1;
}

/* ---------------------------------------------------------------- what it said */

static void
add_finding(json_t *found, const char *text)
{
    json_array_append_new(found, json_string(text));
}

/* How the process of a test ended, where the court itself did not say. */
static void
explain_end(const gph_child_end *end, char *text, size_t size)
{
    if (end->timed_out)
        snprintf(text, size, "does not come to an end within %d s", LIMIT_MS / 1000);
    else if (end->signal)
        snprintf(text, size, "ends the process by signal %d", end->signal);
    else
        snprintf(text, size, "ends the process, with status %d", end->status);
}

static void
hold_test(validation *v, const char *type, const char *test, json_t *results)
{
    gph_child_end *end = malloc(sizeof *end);
    json_t *found = json_array();
    char *skipped = NULL;
    char *without = NULL;
    bool done = false;
    char text[200];
    const gph_status status = end ? call_court(v, type, test, end) : GPH_MEMORY;
    if (status != GPH_OK)
        add_finding(found, "the test could not be started");
    char *rest = status == GPH_OK ? end->text : NULL;
    char *word = NULL;
    for (char *line; rest && (line = next_line(&rest, &word));) {
        if (strcmp(word, "fail") == 0)
            add_finding(found, line);
        else if (strcmp(word, "skip") == 0)
            skipped = line;
        else if (strcmp(word, "without") == 0)
            without = line;
        done |= strcmp(word, "done") == 0;
    }
    if (status == GPH_OK && !done && json_array_size(found) == 0) {
        explain_end(end, text, sizeof text);
        add_finding(found, text);
    }
    const bool failed = json_array_size(found) > 0;
    const char *result = failed ? "failed" : skipped ? "skipped" : "passed";
    v->n_held++;
    v->n_failed += failed;
    v->n_skipped += !failed && skipped;
    if (!results) {
        printf("%-16s %-12s %s%s%s%s%s\n", type, test, result, !failed && skipped ? ": " : "",
               !failed && skipped ? skipped : "", without ? "; not tested here: " : "",
               without ? without : "");
        for (size_t i = 0; i < json_array_size(found); i++)
            printf("    %s\n", json_string_value(json_array_get(found, i)));
        fflush(stdout);
    }
    json_array_append_new(results, json_pack("{ss ss ss? ss? sO}", "test", test, "result", result,
                                             "reason", failed ? NULL : skipped, "not_tested",
                                             without, "found", found));
    json_decref(found);
    free(end);
}

/* ---------------------------------------------------------------- all of them */

/* A file that cannot be tried, in the words of who refused it. */
static int
refuse(const validation *v, const char *text, bool by_descriptor)
{
    if (gph_arguments_has(v->arguments, "json"))
        gph_json_print(json_pack("{ss ss sb}", "file", v->arguments->words[0],
                                 by_descriptor ? "descriptor" : "refused", text, "passed", 0));
    else if (by_descriptor)
        printf("%-16s %-12s failed\n    %s\n1 failed\n", v->arguments->words[0], "descriptor",
               text);
    else
        fprintf(stderr, "graphophone: %s %s\n", v->arguments->words[0], text);
    return by_descriptor ? GPH_EXIT_FRAMES : GPH_EXIT_MODULE;
}

static void
note(char (*names)[MAX_NAME], const char **words, uint32_t *n, const char *name)
{
    if (*n == MAX_NAMES)
        return;
    snprintf(names[*n], MAX_NAME, "%s", name);
    words[*n] = names[*n];
    (*n)++;
}

/* 0, or the exit status. */
static int
read_listing(const validation *v, listing *l)
{
    gph_child_end *end = malloc(sizeof *end);
    int status = GPH_EXIT_OK;
    bool done = false;
    if (!end || call_court(v, "-", "-", end) != GPH_OK) {
        fprintf(stderr, "graphophone: %s cannot be started\n", v->court);
        free(end);
        return GPH_EXIT_INTERNAL;
    }
    char *rest = end->text;
    char *word = NULL;
    for (char *line; !status && (line = next_line(&rest, &word));) {
        if (strcmp(word, "type") == 0)
            note(l->types, l->type_words, &l->n_types, line);
        else if (strcmp(word, "test") == 0)
            note(l->tests, l->test_words, &l->n_tests, line);
        else if (strcmp(word, "refused") == 0 || strcmp(word, "wrong") == 0)
            status = refuse(v, line, strcmp(word, "wrong") == 0);
        else if (strcmp(word, "fail") == 0)
            status = refuse(v, line, false);
        done |= strcmp(word, "done") == 0;
    }
    if (!status && !done) {
        char text[200];
        explain_end(end, text, sizeof text);
        status = refuse(v, text, false);
    }
    free(end);
    return status;
}

/* Whether a word is one of a list; else it is told, with the nearest. */
static bool
is_one_of(const char *what, const char *word, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    const char *near = gph_nearest(word, words);
    fprintf(stderr, "graphophone: there is no %s '%s'%s%s%s\n", what, word,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return false;
}

static void
hold_all(validation *v, const listing *l, const char *only_type, const char *only_test)
{
    const bool json = gph_arguments_has(v->arguments, "json");
    for (uint32_t t = 0; t < l->n_types; t++) {
        if (only_type && strcmp(only_type, l->types[t]) != 0)
            continue;
        json_t *results = json ? json_array() : NULL;
        for (uint32_t k = 0; k < l->n_tests; k++)
            if (!only_test || strcmp(only_test, l->tests[k]) == 0)
                hold_test(v, l->types[t], l->tests[k], results);
        if (json)
            json_array_append_new(v->types,
                                  json_pack("{ss so}", "id", l->types[t], "tests", results));
    }
}

static int
validate(validation *v, listing *l)
{
    const char *type = gph_arguments_value(v->arguments, "type");
    const char *test = gph_arguments_value(v->arguments, "only");
    const int status = read_listing(v, l);
    if (status)
        return status;
    if ((type && !is_one_of("type", type, l->type_words)) ||
        (test && !is_one_of("test", test, l->test_words)))
        return GPH_EXIT_PATCH;
    v->types = json_array();
    hold_all(v, l, type, test);
    if (gph_arguments_has(v->arguments, "json"))
        gph_json_print(json_pack("{ss ss sO sb}", "file", v->arguments->words[0], "seed", v->seed,
                                 "types", v->types, "passed", v->n_failed == 0));
    else
        printf("%u passed, %u failed%s", v->n_held - v->n_failed - v->n_skipped, v->n_failed,
               v->n_skipped ? "" : "\n");
    if (v->n_skipped && !gph_arguments_has(v->arguments, "json"))
        printf(", %u skipped\n", v->n_skipped);
    json_decref(v->types);
    return v->n_failed ? GPH_EXIT_FRAMES : GPH_EXIT_OK;
}

static bool
is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text) && strlen(text) < 10;
}

static int
run(const gph_arguments *arguments)
{
    char folder[MAX_PATH - 16];
    const char *seed = gph_arguments_value(arguments, "seed");
    validation v = {.arguments = arguments, .seed = seed ? seed : "1"};
    listing *l = calloc(1, sizeof *l);
    if (!l || gph_installed_folder("court", folder, sizeof folder) != GPH_OK) {
        free(l);
        return GPH_EXIT_MACHINE;
    }
    snprintf(v.court, sizeof v.court, "%s/court", folder);
    snprintf(v.guard, sizeof v.guard, "LD_PRELOAD=%s/guard.so", folder);
    FILE *guard = fopen(strchr(v.guard, '=') + 1, "rb");
    v.has_guard = guard != NULL;
    if (guard)
        fclose(guard);
    int status = GPH_EXIT_PATCH;
    if (!is_number(v.seed))
        fprintf(stderr, "graphophone: a seed is a whole number, not '%s'\n", v.seed);
    else
        status = validate(&v, l);
    free(l);
    return status;
}

static const gph_option options[] = {
    {"type", "ID", "Tries only this type of the file."},
    {"only", "TEST", "Holds only this test."},
    {"seed", "N", "Begins chance at N instead of 1; what a seed finds, it finds again."},
    {"set", "KEY=VALUE", "Gives the module this setting; may come several times."},
    {NULL, NULL, NULL},
};
static const gph_option *const tables[] = {options, gph_json_option_table, NULL};

const gph_command gph_command_validate = {
    .name = "validate",
    .words = "FILE",
    .summary = "Try to break a module.",
    .text =
        "Holds these tests over each type of a module file, each in a process of its own: file,\n"
        "descriptor, lifecycle, memory, blocks, widths, signals, realtime, kernel, surroundings,\n"
        "parameters, services, claims. What is found is told in the module's own terms.\n\n"
        "On Windows what a module calls is seen where it imports it; there is no kernel test, and\n"
        "realtime tests no page faults: the output says what was not tested.\n\n"
        "Built with gcc's -g -fsanitize=thread, a module is tried with ThreadSanitizer, and\n"
        "surroundings tells which lines race on what instances share; -fsanitize=address tells\n"
        "errors in the module's own memory. realtime and kernel are not held then.\n\n"
        "Ends with 0 if all was passed, 1 if something failed, 3 if the file is no module that "
        "this\n"
        "program would load.",
    .options = tables,
    .least_words = 1,
    .most_words = 1,
    .run = run,
};
