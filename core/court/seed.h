/* Numbers by chance, the same ones for the same seed. [any] */
#ifndef GPH_COURT_SEED_H
#define GPH_COURT_SEED_H

#include <stdint.h>

/* Marsaglia's xorshift32; a state is never 0. */
static inline uint32_t
seed_next(uint32_t *state)
{
    *state = *state ? *state : 2463534242u;
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* 0 to 1, 1 not among them. */
static inline float
seed_fraction(uint32_t *state)
{
    return (float)(seed_next(state) >> 8) * (1.0f / 16777216.0f);
}

/* 0 to n - 1; 0 for n = 0. */
static inline uint32_t
seed_below(uint32_t *state, uint32_t n)
{
    return n ? seed_next(state) % n : 0;
}

#endif
