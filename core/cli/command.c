/* Finds a command, parses its options by its tables, and runs it. [control] */
#include "command.h"

#include <graphophone/graphophone.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 64, MOST_COMMANDS = 32 };

static const gph_option help_option[] = {{"help", NULL, "Prints this and ends."},
                                         {NULL, NULL, NULL}};

const gph_command *
gph_command_find(const char *name)
{
    const char *names[MOST_COMMANDS] = {NULL};
    for (size_t i = 0; gph_commands[i]; i++) {
        if (!strcmp(name, gph_commands[i]->name))
            return gph_commands[i];
        names[i] = gph_commands[i]->name;
    }
    fprintf(stderr, "graphophone: there is no command '%s'", name);
    const char *nearest = gph_nearest(name, names);
    if (nearest)
        fprintf(stderr, "; did you mean '%s'?\n", nearest);
    else
        fprintf(stderr, "; 'graphophone help' lists them\n");
    return NULL;
}

/* All options of a command in one array, for getopt and for nearest names. */
static size_t
collect(const gph_command *command, const gph_option **options)
{
    size_t n = 0;
    for (size_t t = 0; command->options && command->options[t]; t++)
        for (const gph_option *o = command->options[t]; o->name && n < MOST_OPTIONS - 1; o++)
            options[n++] = o;
    options[n++] = help_option;
    return n;
}

static int
refuse_option(const gph_command *command, const gph_option **options, size_t n, const char *word)
{
    const char *names[MOST_OPTIONS + 1] = {NULL};
    for (size_t i = 0; i < n; i++)
        names[i] = options[i]->name;
    char bare[64];
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word + strspn(word, "-"), "="),
             word + strspn(word, "-"));
    fprintf(stderr, "graphophone: %s has no option '%s'", command->name, word);
    const char *nearest = gph_nearest(bare, names);
    if (nearest)
        fprintf(stderr, "; did you mean '--%s'?\n", nearest);
    else
        fprintf(stderr, "; 'graphophone help %s' lists them\n", command->name);
    return GPH_EXIT_PATCH;
}

static int
refuse_words(const gph_command *command, size_t n)
{
    fprintf(stderr, "graphophone: %s takes '%s'; %s\n", command->name, command->words,
            n < command->least_words ? "something is missing" : "there is too much");
    return GPH_EXIT_PATCH;
}

int
gph_command_start(const gph_command *command, int argc, char **argv)
{
    const gph_option *options[MOST_OPTIONS];
    size_t n_options = collect(command, options);
    struct option longs[MOST_OPTIONS + 1] = {{NULL, 0, NULL, 0}};
    for (size_t i = 0; i < n_options; i++) {
        longs[i].name = options[i]->name;
        longs[i].has_arg = options[i]->argument ? required_argument : no_argument;
    }
    gph_given *given = calloc((size_t)argc + 1, sizeof *given);
    if (!given) {
        fprintf(stderr, "graphophone: out of memory\n");
        return GPH_EXIT_INTERNAL;
    }
    size_t n_given = 0;
    int index = 0;
    int found;
    int status = -1;
    opterr = 0;
    while (status < 0 && (found = getopt_long(argc, argv, ":", longs, &index)) != -1) {
        if (found == ':') {
            fprintf(stderr, "graphophone: option '%s' wants a value\n", argv[optind - 1]);
            status = GPH_EXIT_PATCH;
        } else if (found == '?') {
            status = refuse_option(command, options, n_options, argv[optind - 1]);
        } else {
            given[n_given++] = (gph_given){options[index], optarg};
        }
    }
    gph_arguments arguments = {command, given, n_given, (const char *const *)argv + optind,
                               (size_t)(argc - optind)};
    if (status < 0 && gph_arguments_has(&arguments, "help")) {
        gph_command_print_help(command);
        status = GPH_EXIT_OK;
    }
    if (status < 0 &&
        (arguments.n_words < command->least_words || arguments.n_words > command->most_words))
        status = refuse_words(command, arguments.n_words);
    if (status < 0)
        status = command->run(&arguments);
    free(given);
    return status;
}

bool
gph_arguments_has(const gph_arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->n_given; i++)
        if (!strcmp(arguments->given[i].option->name, name))
            return true;
    return false;
}

const char *
gph_arguments_value(const gph_arguments *arguments, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < arguments->n_given; i++)
        if (!strcmp(arguments->given[i].option->name, name))
            value = arguments->given[i].value;
    return value;
}

const char **
gph_arguments_values(const gph_arguments *arguments, const char *name, size_t *n)
{
    const char **values = calloc(arguments->n_given + 1, sizeof *values);
    *n = 0;
    for (size_t i = 0; values && i < arguments->n_given; i++)
        if (!strcmp(arguments->given[i].option->name, name))
            values[(*n)++] = arguments->given[i].value;
    return values;
}

void
gph_command_print_help(const gph_command *command)
{
    const gph_option *options[MOST_OPTIONS];
    size_t n = collect(command, options);
    printf("graphophone %s%s%s\n\n%s\n\nOptions:\n", command->name, command->words[0] ? " " : "",
           command->words, command->text);
    for (size_t i = 0; i < n; i++) {
        char head[64];
        snprintf(head, sizeof head, "--%s%s%s", options[i]->name, options[i]->argument ? " " : "",
                 options[i]->argument ? options[i]->argument : "");
        printf("  %-24s %s\n", head, options[i]->help);
    }
}
