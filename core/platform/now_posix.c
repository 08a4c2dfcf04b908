/* Monotonic time by clock_gettime, which does not enter the kernel on Linux. [any] */
#include "now.h"

#include <errno.h>
#include <time.h>

static int64_t
read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
gph_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t
gph_now_boot_ns(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

void
gph_now_sleep_until_ns(int64_t ns)
{
    if (ns <= 0)
        return;
    struct timespec until = {.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = ns % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}
