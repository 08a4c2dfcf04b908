/* The rounding mode of a thread around a call into code that is not ours. [any] */
#ifndef GPH_BRIDGES_FLOAT_GUARD_H
#define GPH_BRIDGES_FLOAT_GUARD_H

#include <graphophone/module.h>

/* A plugin that changes how numbers are rounded, or loads something that does, would change what all
 * nodes after it compute. Sticky flags are nobody's. */
#if defined(__SSE__)
#define FLOAT_STICKY 0x3fu

static inline uint32_t
gph_float_guard_enter(void) GPH_AUDIO
{
    return __builtin_ia32_stmxcsr();
}

/* Whether the mode was changed; it is then put back. */
static inline int
gph_float_guard_leave(uint32_t mode) GPH_AUDIO
{
    const int changed = ((__builtin_ia32_stmxcsr() ^ mode) & ~FLOAT_STICKY) != 0;
    if (changed)
        __builtin_ia32_ldmxcsr(mode);
    return changed;
}
#elif defined(__aarch64__)
static inline uint32_t
gph_float_guard_enter(void) GPH_AUDIO
{
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return (uint32_t)mode;
}

static inline int
gph_float_guard_leave(uint32_t mode) GPH_AUDIO
{
    const int changed = gph_float_guard_enter() != mode;
    const uint64_t wide = mode;
    if (changed)
        __asm__ volatile("msr fpcr, %0" : : "r"(wide));
    return changed;
}
#else
static inline uint32_t
gph_float_guard_enter(void) GPH_AUDIO
{
    return 0;
}

static inline int
gph_float_guard_leave(uint32_t mode) GPH_AUDIO
{
    (void)mode;
    return 0;
}
#endif

#endif
