/* What a command of the program is: words, options, a function. [control]
 *
 * Help, manual page and the parser all read these tables, so they cannot disagree. */
#ifndef GPH_CLI_COMMAND_H
#define GPH_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* One option. */
typedef struct gph_option {
    const char *name;     /* long name, without dashes */
    const char *argument; /* what follows it, as help calls it; NULL: nothing */
    const char *help;     /* one sentence */
} gph_option;

/* An option as it was given. */
typedef struct gph_given {
    const gph_option *option;
    const char *value; /* NULL: the option takes none */
} gph_given;

typedef struct gph_command gph_command;

/* A parsed command line. */
typedef struct gph_arguments {
    const gph_command *command;
    const gph_given *given;
    size_t n_given;
    const char *const *words; /* what is no option; ended by NULL */
    size_t n_words;
} gph_arguments;

struct gph_command {
    const char *name;
    const char *words;   /* what stands behind the name, as help prints it: "PATCH" */
    const char *summary; /* one line for the list of commands */
    const char *text;    /* a paragraph or more for its own help; lines break at newlines */
    const gph_option *const
        *options; /* tables of options, each ended by a NULL name; the list by NULL */
    size_t least_words;
    size_t most_words;
    int (*run)(const gph_arguments *arguments); /* returns the exit status */
};

/* All commands, ended by NULL: a new one is a file and a line in commands.c. */
extern const gph_command *const gph_commands[];

extern const gph_command gph_command_check;
extern const gph_command gph_command_describe;
extern const gph_command gph_command_graph;
extern const gph_command gph_command_help;
extern const gph_command gph_command_hosts;
extern const gph_command gph_command_modules;
extern const gph_command gph_command_new;
extern const gph_command gph_command_recover;
extern const gph_command gph_command_render;
extern const gph_command gph_command_run;
extern const gph_command gph_command_status;
extern const gph_command gph_command_validate;

/* A command by its name, or NULL after a message that names the nearest one. */
const gph_command *gph_command_find(const char *name);

/* Parses what stands behind the command's name and runs it; a wrong option or number of words is told. Returns the exit
 * status. */
int gph_command_start(const gph_command *command, int argc, char **argv);

/* Whether an option was given. */
bool gph_arguments_has(const gph_arguments *arguments, const char *name);

/* The last value of an option, or NULL. */
const char *gph_arguments_value(const gph_arguments *arguments, const char *name);

/* All values of an option that may come more than once, in order, ended by NULL; the caller frees the array. NULL when
 * memory is out. *n gets their number. */
const char **gph_arguments_values(const gph_arguments *arguments, const char *name, size_t *n);

/* Prints the help of a command. */
void gph_command_print_help(const gph_command *command);

#endif
