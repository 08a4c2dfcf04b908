/* The seam to the system: all that the host asks of it, a function for each call of COM. wa_os_win32.c fills it; where there
 * is no Windows a fake does.
 *
 * [owner] is the one thread that made the `wa_session`: everything that was made of it is used and released there. */
#ifndef GPH_HOSTS_WASAPI_WA_OS_H
#define GPH_HOSTS_WASAPI_WA_OS_H

#include "wa_abi.h"

#include <graphophone/host.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { WA_ID = 256, WA_NAME = 256, WA_EVENTS = 4 };

typedef struct wa_session wa_session; /* COM and the enumerator of devices */
typedef struct wa_client wa_client;   /* IAudioClient and what it serves */
typedef struct wa_event wa_event;     /* rung, it wakes one wait */

/* An endpoint as it is told by its properties; it was not opened. */
typedef struct wa_endpoint {
    char id[WA_ID];
    char name[WA_NAME];
    char container[64]; /* names the piece of hardware; "": not known */
    bool out;
    uint32_t wave_bytes; /* of the device's format; 0: not told */
    uint8_t wave[64];
} wa_endpoint;

/* What the system tells of its own accord; its threads only count and ring. Lives as long as the session and longer, if
 * a call is in it. */
typedef struct wa_news {
    atomic_uint devices;     /* times that the list changed */
    atomic_uint default_in;  /* times that there was another default */
    atomic_uint default_out; /* likewise */
    atomic_bool gone; /* a watched endpoint was taken away, or its session was disconnected */
} wa_news;

/* A packet that was captured. */
typedef struct wa_packet {
    const uint8_t *data;
    uint32_t frames;
    uint32_t flags; /* WA_BUFFER_* */
    uint64_t position;
} wa_packet;

/* Shortest and longest periods of the engine, frames. */
typedef struct wa_periods {
    uint32_t usual;
    uint32_t step;
    uint32_t least;
    uint32_t most;
} wa_periods;

typedef struct gph_wa_os {
    /* [any] Waiting needs no session. */
    wa_event *(*event)(void);
    void (*event_free)(wa_event *event);
    void (*ring)(wa_event *event);
    /* [any] Waits for one of n events until a time of `now`; its index, or -1. NULL events are left out. */
    int (*wait)(const gph_host_services *services, wa_event *const *events, int n,
                int64_t until_ns);
    /* [any] Nanoseconds, time asleep of the machine not counted, and counted. */
    int64_t (*now_ns)(const gph_host_services *services);
    int64_t (*boot_ns)(const gph_host_services *services);

    /* [owner] */
    wa_result (*enter)(wa_session **session);
    void (*leave)(wa_session *session);
    /* [owner] Calls `each` for every active endpoint. One that cannot be asked is left out. */
    wa_result (*list)(wa_session *session, void (*each)(void *user, const wa_endpoint *endpoint),
                      void *user);
    /* [owner] The id of the default endpoint. */
    wa_result (*default_id)(wa_session *session, bool out, char id[WA_ID]);
    /* [owner] Watches for news; of these two endpoints ("": none) it is also told that they are gone. */
    const wa_news *(*news)(wa_session *session);
    wa_result (*watch)(wa_session *session, const char *id_in, const char *id_out);

    /* [owner] An audio client of an endpoint. */
    wa_result (*activate)(wa_session *session, const char *id, wa_client **client);
    /* [owner] Every interface of it; NULL is accepted. */
    void (*release)(wa_client *client);
    /* [owner] Formats are bytes: what a driver tells is checked by us. */
    wa_result (*mix_format)(wa_client *client, uint8_t *wave, uint32_t size, uint32_t *bytes);
    wa_result (*is_supported)(wa_client *client, uint32_t mode, const wa_wave *wave);
    wa_result (*device_period)(wa_client *client, int64_t *usual, int64_t *least);
    /* [owner] IAudioClient3; WA_E_NOINTERFACE where there is none. */
    wa_result (*engine_period)(wa_client *client, const wa_wave *wave, wa_periods *periods);
    wa_result (*current_period)(wa_client *client, uint32_t *frames);
    wa_result (*initialize_low)(wa_client *client, uint32_t flags, uint32_t frames,
                                const wa_wave *wave);
    wa_result (*initialize)(wa_client *client, uint32_t mode, uint32_t flags, int64_t duration,
                            int64_t period, const wa_wave *wave);
    wa_result (*buffer_size)(wa_client *client, uint32_t *frames);
    wa_result (*stream_latency)(wa_client *client, int64_t *latency);
    wa_result (*set_event)(wa_client *client, wa_event *event);
    /* [owner] The render or capture service. */
    wa_result (*service)(wa_client *client, bool out);
    wa_result (*start)(wa_client *client);
    wa_result (*stop)(wa_client *client);
    wa_result (*reset)(wa_client *client);

    /* [owner, audio] */
    wa_result (*padding)(wa_client *client, uint32_t *frames);
    wa_result (*next_packet)(wa_client *client, uint32_t *frames);
    wa_result (*get_packet)(wa_client *client, wa_packet *packet);
    wa_result (*put_packet)(wa_client *client, uint32_t frames);
    wa_result (*get_room)(wa_client *client, uint32_t frames, uint8_t **data);
    wa_result (*put_room)(wa_client *client, uint32_t frames, uint32_t flags);
} gph_wa_os;

/* [any] The one of this machine. */
const gph_wa_os *gph_wa_os_system(void);

#endif
