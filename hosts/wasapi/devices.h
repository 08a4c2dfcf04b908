/* The devices of the machine: active endpoints, found and chosen. [owner] */
#ifndef GPH_HOSTS_WASAPI_DEVICES_H
#define GPH_HOSTS_WASAPI_DEVICES_H

#include "format.h"
#include "wa_os.h"

enum { WA_MAX_DEVICES = 256 };

typedef struct wa_device {
    wa_endpoint endpoint;
    wa_format format; /* of the device; channels 0: not told */
    bool is_default;  /* of its direction */
} wa_device;

typedef struct wa_devices {
    uint32_t n;
    wa_device *all;
    bool full; /* no memory for more */
} wa_devices;

/* What a stream is to be made of. */
typedef struct wa_choice {
    const char *in;  /* id or name; NULL: the default */
    const char *out; /* likewise */
    bool captures;
    bool plays;
    bool loopback; /* what another device plays is captured */
} wa_choice;

wa_status wa_devices_find(const gph_wa_os *os, wa_session *session, wa_devices *devices);
void wa_devices_finish(wa_devices *devices);

/* A device of that direction by its id, its name, or the part of its name that names the hardware; NULL: the default, else the
 * first. */
const wa_device *wa_devices_pick(const wa_devices *devices, const char *word, bool out);
/* WA_ABSENT with a sentence that names what there is. */
wa_status wa_devices_choose(const wa_devices *devices, const wa_choice *choice,
                            const wa_device **in, const wa_device **out, char *why, size_t n);
/* Names of all devices of a direction, separated by commas; "none". */
void wa_devices_name_all(const wa_devices *devices, bool out, char *text, size_t n);

#endif
