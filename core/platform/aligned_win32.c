/* Memory that begins on a cache line, on Windows. [control] */
#include "aligned.h"

#include <malloc.h>
#include <string.h>

void *
gph_aligned_new(size_t bytes)
{
    void *memory = _aligned_malloc(bytes, GPH_CACHE_LINE);
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

void
gph_aligned_free(void *memory)
{
    _aligned_free(memory);
}
