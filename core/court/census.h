/* What belongs to the process and a module must leave alone. [control] */
#ifndef GPH_COURT_CENSUS_H
#define GPH_COURT_CENSUS_H

#include <stdint.h>

uint32_t census_threads(void);
uint32_t census_files(void);

/* Everything that a test looks at before and after. */
typedef struct census census;
census *census_take(void);
/* Tells each thing that is not as it was: `tell` gets "the locale". */
void census_compare(const census *before, void (*tell)(const char *what));
void census_free(census *c);

#endif
