/* Which run of the system this is, and which process. [any but audio] */
#ifndef GPH_PLATFORM_BOOT_H
#define GPH_PLATFORM_BOOT_H

#include <stdint.h>

enum { GPH_BOOT_ID = 40 };

/* A text that is another one after each start of the machine; "" if the system does not say. */
void gph_boot_id(char text[GPH_BOOT_ID]);
int64_t gph_boot_process(void);

#endif
