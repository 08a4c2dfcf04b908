/* A ring that a device goes round in, and where it is. [audio] */
#ifndef GPH_HOSTS_WDMKS_RING_H
#define GPH_HOSTS_WDMKS_RING_H

#include <graphophone/module.h>

#include <stdint.h>

typedef struct ks_ring {
    uint8_t *memory; /* the driver's */
    uint32_t bytes;  /* of a lap; need not be whole frames */
    uint64_t moved;  /* bytes that the device has gone since it began */
} ks_ring;

/* The device is at `offset`: how far it has gone since last looked at, when the clock expects `expected` bytes. The
 * register tells it but for whole laps, and may jitter backwards: the distance nearest to what is expected counts. */
uint64_t ks_ring_step(const ks_ring *ring, uint64_t offset, double expected) GPH_AUDIO;

/* Copies from and to the place `at` (bytes since the device began), at most a lap. `from` NULL: zeros. */
void ks_ring_read(const ks_ring *ring, uint64_t at, void *to, uint32_t bytes) GPH_AUDIO;
void ks_ring_write(ks_ring *ring, uint64_t at, const void *from, uint32_t bytes) GPH_AUDIO;

#endif
