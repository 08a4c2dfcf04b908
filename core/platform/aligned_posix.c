/* Memory that begins on a cache line, on POSIX systems. [control] */
#include "aligned.h"

#include <stdlib.h>
#include <string.h>

void *
gph_aligned_new(size_t bytes)
{
    size_t whole = (bytes + GPH_CACHE_LINE - 1) / GPH_CACHE_LINE * GPH_CACHE_LINE;
    void *memory = aligned_alloc(GPH_CACHE_LINE, whole);
    if (memory)
        memset(memory, 0, whole);
    return memory;
}

void
gph_aligned_free(void *memory)
{
    free(memory);
}
