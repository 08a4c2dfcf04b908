/* Prints the manual page from the tables that the help is made of. [control] */
#include "manual.h"

#include "command.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const gph_term gph_exit_statuses[] = {
    {"0", "Everything that was asked for is in the files; SIGINT and SIGTERM are a normal end."},
    {"1", "It ran to its end and frames are missing or wrong; the summary lists them."},
    {"2", "The command line or the patch was refused; nothing was started."},
    {"3", "A module was not found, was refused, or failed while running."},
    {"4", "Host or device: not there, or lost and not regained."},
    {"5",
     "Disk: nothing could be opened, or one filled up or failed, even if every frame was saved."},
    {"6", "The machine denied what the patch requires: real time, locked memory, size."},
    {"70", "Internal error; please report it."},
    {"128 + n", "Ended by signal n; 130 for a second SIGINT."},
    {NULL, NULL},
};

const gph_term gph_environment[] = {
    {"GRAPHOPHONE_MODULE_PATH",
     "Folders in which modules are looked for, separated by colons; on Windows by semicolons."},
    {"GRAPHOPHONE_HOST_PATH",
     "Folders in which hosts are looked for, separated by colons; on Windows by semicolons."},
    {"NO_COLOR", "If set and not empty, nothing is coloured."},
    {NULL, NULL},
};

/* Whether a space divides two sentences, each of which roff wants on a line of its own. */
static bool
between_sentences(const char *text, const char *c)
{
    return *c == ' ' && c > text && c[-1] == '.' && c[1] >= 'A' && c[1] <= 'Z';
}

/* Text that roff takes as it is: no line begins with a control character, a backslash is escaped. */
static void
put_text(const char *text)
{
    for (const char *c = text; *c; c++) {
        if ((c == text || c[-1] == '\n') && (*c == '.' || *c == '\''))
            fputs("\\&", stdout);
        if (*c == '\n' && c[1] == '\n') {
            fputs("\n.Pp\n", stdout);
            c++;
        } else if (*c == '\\') {
            fputs("\\e", stdout);
        } else {
            putchar(between_sentences(text, c) ? '\n' : *c);
        }
    }
    putchar('\n');
}

static void
put_terms(const char *section, const gph_term *terms)
{
    printf(".Sh %s\n.Bl -tag -width Ds\n", section);
    for (const gph_term *t = terms; t->name; t++) {
        printf(".It %s\n", t->name);
        put_text(t->text);
    }
    puts(".El");
}

static void
put_command(const gph_command *command)
{
    printf(".Ss %s %s\n", command->name, command->words);
    put_text(command->text);
    if (!command->options)
        return;
    puts(".Bl -tag -width Ds");
    for (size_t t = 0; command->options[t]; t++)
        for (const gph_option *o = command->options[t]; o->name; o++) {
            printf(".It Fl -%s%s%s\n", o->name, o->argument ? " Ar " : "",
                   o->argument ? o->argument : "");
            put_text(o->help);
        }
    puts(".El");
}

void
gph_manual_print(void)
{
    puts(".Dd November 23, 2026\n.Dt GRAPHOPHONE 1\n.Os\n"
         ".Sh NAME\n.Nm graphophone\n.Nd a recording rig you write down\n.Sh SYNOPSIS");
    for (size_t i = 0; gph_commands[i]; i++)
        printf(".Nm graphophone\n.Cm %s\n.Op Ar options\n%s%s%s", gph_commands[i]->name,
               gph_commands[i]->words[0] ? ".Ar " : "", gph_commands[i]->words,
               gph_commands[i]->words[0] ? "\n" : "");
    puts(".Nm graphophone\n.Fl -version\n.Sh DESCRIPTION\n"
         "A patch is an INI file that names inputs, effects, tables and recorders and says what "
         "feeds\n"
         "what.\n.Nm\nloads each as a module, checks the whole before a sound is made, and runs it "
         "on an\n"
         "audio host: jack, clock or offline.\n.Sh COMMANDS");
    for (size_t i = 0; gph_commands[i]; i++)
        put_command(gph_commands[i]);
    put_terms("ENVIRONMENT", gph_environment);
    put_terms("EXIT STATUS", gph_exit_statuses);
    puts(".Sh EXAMPLES\nTwo takes of a rig that needs no sound card:\n"
         ".Dl graphophone run quickstart.ini\n"
         "What a patch would do, without doing it:\n"
         ".Dl graphophone check rig.ini\n"
         "A file through a reverb, as fast as the machine allows:\n"
         ".Dl graphophone render render.ini");
}
