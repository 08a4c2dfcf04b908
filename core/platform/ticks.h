/* A counter that runs evenly and is read without entering the kernel. [any]
 *
 * What a tick is worth is for the control thread to find out, by reading it beside a clock; 0
 * always: there is no such counter here. */
#ifndef GPH_PLATFORM_TICKS_H
#define GPH_PLATFORM_TICKS_H

#include <stdint.h>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

static inline uint64_t
gph_ticks(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return __rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return 0;
#endif
}

#endif
