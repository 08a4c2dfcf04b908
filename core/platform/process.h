/* Another process, started by this one, with a channel between them. [control, link] */
#ifndef GPH_PLATFORM_PROCESS_H
#define GPH_PLATFORM_PROCESS_H

#include "channel.h"

typedef struct gph_process gph_process;

/* The program that runs now, as gph_process_start takes it, also where its file was replaced since. */
const char *gph_process_own_program(void);

/* Starts a program, a path, with words behind it, ended by NULL; it has a channel to us, standard
 * error, the environment, and nothing else of ours: no terminal sends signals to it. */
gph_status gph_process_start(const char *const *arguments, gph_process **process,
                             gph_channel **channel);
uint32_t gph_process_id(const gph_process *process);
/* Whether it has ended, after at most so long; then a text says how: "ended with status 3", "killed
 * by signal 9", or "" for status 0. */
bool gph_process_ended(gph_process *process, int32_t timeout_ms, char *how, size_t size);
/* Forgets it; it may run on. NULL is fine. */
void gph_process_free(gph_process *process);

/* ---- for a process that must outlive the one that started it */

/* From now on nothing but its own end, or the kernel's last resort, ends this process: signals that a
 * terminal or a supervisor sends to all are ignored, as are those of a full disk and a closed pipe. */
void gph_process_persist(void);
/* Lets go of standard error, so that nobody waits for us. */
void gph_process_let_go(void);

/* When memory is short the kernel is to end this process rather than those it has started. Needs no
 * privilege; false: the system knows no such thing. */
bool gph_process_goes_first(void);

#endif
