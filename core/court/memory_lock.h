/* Memory that is there before the first cycle, as the runtime has it. [control] */
#ifndef GPH_COURT_MEMORY_LOCK_H
#define GPH_COURT_MEMORY_LOCK_H

#include <stdbool.h>

/* All that the process has now stays in memory; whether that went well the last time. */
void memory_lock(void);
bool memory_is_locked(void);

#endif
