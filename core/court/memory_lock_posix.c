/* Memory that is there before the first cycle, on POSIX systems. [control] */
#include "memory_lock.h"

#include <sys/mman.h>

static bool locked;

void
memory_lock(void)
{
    locked = mlockall(MCL_CURRENT) == 0;
}

bool
memory_is_locked(void)
{
    return locked;
}
