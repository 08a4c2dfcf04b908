/* Runs a rig from its patch to its takes. [control] */
#include "performance.h"

#include "../platform/signals.h"
#include "../platform/terminal.h"
#include "display.h"
#include "figures.h"
#include "rig_options.h"
#include "summary.h"

#include <stdbool.h>
#include <stdio.h>

/* How long one round of the loop takes: the display is drawn and keys are read so often; and after how many the status
 * page is written. */
enum { ROUND_MS = 100, PAGE_ROUNDS = 10 };

static void
read_keys(gph_terminal *terminal, gph_rig *rig)
{
    for (const char *key; (key = gph_terminal_key(terminal));)
        gph_rig_key(rig, key);
}

static bool
is_live(const gph_rig *rig)
{
    gph_rig_info info = {.size = sizeof info};
    gph_rig_get_info(rig, &info);
    return !info.offline;
}

static void
loop(gph_rig *rig, const gph_signals *signals, gph_display *display, gph_terminal *terminal)
{
    bool publishes = is_live(rig);
    for (uint32_t round = 0; !gph_signals_asked(signals) && gph_rig_dispatch(rig, ROUND_MS);
         round++) {
        if (publishes && round % PAGE_ROUNDS == 0 && gph_figures_publish(rig) == GPH_STATE) {
            fprintf(stderr,
                    "Another rig of this name runs: 'graphophone status' shows that one.\n");
            publishes = false;
        }
        if (display)
            gph_display_update(display, rig);
        if (terminal)
            read_keys(terminal, rig);
    }
}

static void
conclude(gph_rig *rig, const gph_arguments *arguments, int status)
{
    if (gph_arguments_has(arguments, "json"))
        gph_summary_print_json(rig, status);
    else
        gph_summary_print(rig);
}

static int
play(gph_rig *rig, const gph_arguments *arguments, const gph_signals *signals,
     gph_display **display)
{
    int status = gph_rig_open(rig);
    /* Whoever asks for the end before the start gets no takes of a few frames. */
    if (status || gph_signals_asked(signals))
        return status;
    status = gph_rig_start(rig);
    if (status)
        return status;
    if (*display)
        gph_display_begin(*display, rig);
    gph_terminal *terminal = gph_terminal_new();
    loop(rig, signals, *display, terminal);
    gph_terminal_free(terminal);
    status = gph_rig_stop(rig);
    if (*display)
        gph_display_update(*display, rig);
    gph_display_free(*display);
    *display = NULL;
    conclude(rig, arguments, status);
    return status;
}

int
gph_perform(const gph_arguments *arguments, const char *host)
{
    gph_signals *signals = NULL;
    if (gph_signals_new(&signals) != GPH_OK) {
        fprintf(stderr, "graphophone: no memory\n");
        return GPH_EXIT_MACHINE;
    }
    gph_rig_options options;
    gph_display *display = gph_display_new(!gph_arguments_has(arguments, "quiet"));
    int status = GPH_EXIT_INTERNAL;
    if (gph_rig_options_init(arguments, &options)) {
        options.message = gph_display_message;
        options.user = &display;
        options.host = host ? host : options.host;
        gph_rig *rig = NULL;
        status = gph_rig_load(arguments->words[0], &options, &rig);
        if (!status)
            status = play(rig, arguments, signals, &display);
        gph_rig_free(rig);
    }
    gph_display_free(display);
    gph_rig_options_finish(&options);
    gph_signals_free(signals);
    return status;
}
