/* Which run of the system this is, and which process, on POSIX systems. [any but audio] */
#include "boot.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void
gph_boot_id(char text[GPH_BOOT_ID])
{
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = file < 0 ? 0 : read(file, text, GPH_BOOT_ID - 1);
    if (file >= 0)
        close(file);
    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
}

int64_t
gph_boot_process(void)
{
    return getpid();
}
