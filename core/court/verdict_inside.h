/* What handlers of the system tell of the module. [control; handlers] */
#ifndef GPH_COURT_VERDICT_INSIDE_H
#define GPH_COURT_VERDICT_INSIDE_H

#include "verdict.h"

/* How long a call may take. */
enum { VERDICT_PATIENCE_S = 10 };

static const char verdict_of_null[] = "follows a NULL pointer";

/* To standard output, at once. Of the system. */
void verdict_write(const char *line, size_t n);
/* The module ends it: `does` is what it does, as cell_explain knows; NULL: it crashes, and `why`. */
void verdict_crash(const char *does, const char *why);
/* To be asked every VERDICT_PATIENCE_S: whether the module is still in the call of the last time; that is told then. */
bool verdict_is_late(void);

#endif
