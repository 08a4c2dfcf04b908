/* The floating-point control word: what audio threads compute with. [any]
 *
 * To nearest, all exceptions masked, denormals are zero on the way in and out, on every processor
 * that can do it. */
#ifndef GPH_PLATFORM_FLOAT_MODE_H
#define GPH_PLATFORM_FLOAT_MODE_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>

enum { GPH_FLOAT_AUDIO = 0x9fc0, GPH_FLOAT_STICKY = 0x3f };

static inline uint64_t
gph_float_mode_get(void)
{
    return _mm_getcsr();
}

static inline void
gph_float_mode_set(uint64_t mode)
{
    _mm_setcsr((uint32_t)mode);
}

#elif defined(__aarch64__)

/* Flush to zero; the bits of exceptions are in another register. */
enum { GPH_FLOAT_AUDIO = 1 << 24, GPH_FLOAT_STICKY = 0 };

static inline uint64_t
gph_float_mode_get(void)
{
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}

static inline void
gph_float_mode_set(uint64_t mode)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}

#else

enum { GPH_FLOAT_AUDIO = 0, GPH_FLOAT_STICKY = 0 };

static inline uint64_t
gph_float_mode_get(void)
{
    return GPH_FLOAT_AUDIO;
}

static inline void
gph_float_mode_set(uint64_t mode)
{
    (void)mode;
}

#endif

/* Whether it is still as the runtime set it, bits that merely remember an exception aside. */
static inline bool
gph_float_mode_is_audio(void)
{
    return (gph_float_mode_get() & ~(uint64_t)GPH_FLOAT_STICKY) == GPH_FLOAT_AUDIO;
}

#endif
