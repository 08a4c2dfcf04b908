/* A module that is built with a sanitizer: the court begins once more with the sanitizer's runtime before all other
 * libraries, and what it reports of the module is a failure of the test that is held. [control; any] */
#ifndef GPH_COURT_SANITIZED_H
#define GPH_COURT_SANITIZED_H

#include <stdbool.h>
#include <stddef.h>

/* To be asked before the file (an absolute path) is loaded, and before anything is printed: whether what it is built with
 * is at work in this process. If only a new beginning helps it does not return. false: it cannot be, and `why` is a
 * sentence that goes on after the file's name. */
bool sanitized_begin(char **argv, const char *path, char *why, size_t size);
/* "ThreadSanitizer"; NULL: the file is built with none. */
const char *sanitized_by(void);
/* Whether it sees what two threads do without order. */
bool sanitized_sees_threads(void);
/* While it is on, what this thread locks is the court's own, and brings no order into what the module does. */
void sanitized_pause(bool on);
/* What it has reported since the last time, as failures. */
void sanitized_tell(void);

#endif
