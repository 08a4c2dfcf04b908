/* The wish of the user or the system that the program end. [control] */
#ifndef GPH_PLATFORM_SIGNALS_H
#define GPH_PLATFORM_SIGNALS_H

#include <stdbool.h>

/* From now on INT, TERM and HUP end nothing by themselves but wait to be asked for. To be called before any thread is
 * made. A broken pipe is an error of the write from now on. */
void gph_signals_hold(void);

/* From now on a file that reaches the limit of its size (RLIMIT_FSIZE) is an error of the write and ends nothing. */
void gph_signals_ignore_limits(void);

/* Whether one has come since the last call. Never waits. */
bool gph_signals_pending(void);

/* From now on they have their usual effect again. */
void gph_signals_release(void);

#endif
