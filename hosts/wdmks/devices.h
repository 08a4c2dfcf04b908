/* The devices of the machine: filters and their pins under stable ids. [control] */
#ifndef GPH_HOSTS_WDMKS_DEVICES_H
#define GPH_HOSTS_WDMKS_DEVICES_H

#include "filter.h"

enum { KS_MAX_DEVICES = 256, KS_ID = 512, KS_LABEL = KS_ID + KS_NAME + 8 };

/* A filter with its first pin each way; each further pin is a device of its own, with `:PIN` behind the id. */
typedef struct ks_device {
    char *path;
    char id[KS_ID];
    char name[KS_LABEL];
    bool captures;
    bool plays;
    ks_pin in;
    ks_pin out;
} ks_device;

typedef struct ks_devices {
    uint32_t n;
    ks_device *all;
} ks_devices;

/* A filter that cannot be asked is left out; KS_MEMORY or the system's own refusal end it. */
ks_status ks_devices_find(const ks_system *system, ks_devices *devices);
void ks_devices_finish(ks_devices *devices);

/* Chooses for each wanted direction: by id or name, else the first that suits. Two clocks in one stream are refused.
 * GPH_IO and a sentence where there is none. */
gph_status ks_devices_choose(const ks_devices *devices, const gph_want *want, const ks_device **in,
                             const ks_device **out, char *why, size_t n);
/* Length of the part of an id that names the piece of hardware. */
size_t ks_device_hardware(const char *id);
/* The stable part of a path. */
void ks_device_id(const char *path, char id[KS_ID]);

#endif
