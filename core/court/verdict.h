/* What the court finds, line by line on standard output. [control; handlers] */
#ifndef GPH_COURT_VERDICT_H
#define GPH_COURT_VERDICT_H

#include "../patch/diagnostics.h"

#include <stdbool.h>

/* The module does what it must not: one sentence, without a full stop. After a few of a test the rest is not told. */
void verdict_fail(const char *format, ...) GPH_FORMAT(1, 2);
/* The test cannot be held here, or says nothing of such a type: why. */
void verdict_skip(const char *format, ...) GPH_FORMAT(1, 2);
/* A part of the test cannot be held here: which, "page faults". The rest of it counts. */
void verdict_leave_out(const char *part);
bool verdict_has_failed(void);

/* Where the module is now, for what ends it: "process()", with the frames of the block or 0. */
void verdict_enter(const char *function, uint32_t frames);
void verdict_leave(void);

/* From now on a crash, and a call that does not return for 10 s, are told as a failure and end the process. `explain`
 * (may be NULL) is asked for a sentence about an address that must not be touched, and says whether it knows one. */
void verdict_watch(bool (*explain)(const void *address, bool is_write, char *text, size_t size));

#endif
