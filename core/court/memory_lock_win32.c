/* Memory that is there before the first cycle: Windows locks pages one by one, and tells of no fault. [control] */
#include "memory_lock.h"

void
memory_lock(void)
{
}

bool
memory_is_locked(void)
{
    return false;
}
