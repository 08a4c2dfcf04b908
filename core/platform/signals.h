/* The wish of the user or the system that the program end. [control] */
#ifndef GPH_PLATFORM_SIGNALS_H
#define GPH_PLATFORM_SIGNALS_H

#include <graphophone/module.h>

#include <stdbool.h>

typedef struct gph_signals gph_signals;

/* From now on the first INT, TERM or HUP is a wish, which gph_signals_asked tells of; a second INT or TERM ends the program
 * there and then, whatever it waits for, as that signal does by default, and leaves the terminal as it was found here. A
 * second HUP does nothing, as a terminal that is closed sends more than one; nor does the first, if HUP was ignored before
 * (nohup). A broken pipe is an error of the write. To be called before any thread is made. */
gph_status gph_signals_new(gph_signals **signals);

/* Whether there was one since. Never waits. */
bool gph_signals_asked(const gph_signals *signals);

/* What comes from now on does nothing any more. NULL is fine. */
void gph_signals_free(gph_signals *signals);

/* From now on a file that reaches the limit of its size (RLIMIT_FSIZE) is an error of the write and ends nothing. */
void gph_signals_ignore_limits(void);

#endif
