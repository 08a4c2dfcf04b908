/* A folder of our own for files that live for a moment. [control, writer] */
#ifndef GPH_PLATFORM_SCRATCH_H
#define GPH_PLATFORM_SCRATCH_H

#include <stddef.h>

/* Makes one where the system wants such things. Below 0: an errno value, negated. */
int gph_scratch_new(char *path, size_t size);
/* Removes it with the files in it. */
void gph_scratch_remove(const char *path);

#endif
