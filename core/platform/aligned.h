/* Memory that begins on a cache line. [control] */
#ifndef GPH_PLATFORM_ALIGNED_H
#define GPH_PLATFORM_ALIGNED_H

#include <stddef.h>

enum { GPH_CACHE_LINE = 64 };

/* At least so many bytes, zeroed, from a cache line on; NULL: there is no memory. */
void *gph_aligned_new(size_t bytes);
/* NULL is fine. */
void gph_aligned_free(void *memory);

#endif
