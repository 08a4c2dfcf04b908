/* The seam to the system: all that the host asks of it. ks_os_win32.c fills it; where there is no Windows a fake does. */
#ifndef GPH_HOSTS_WDMKS_KS_OS_H
#define GPH_HOSTS_WDMKS_KS_OS_H

#include "ks_abi.h"

#include <graphophone/host.h>

#include <stdatomic.h>

/* What a call comes to. */
typedef enum ks_status {
    KS_OK = 0,
    KS_PENDING, /* not yet */
    KS_TIMEOUT, /* no answer in time */
    KS_MORE, /* the answer has more bytes than there was room for; their number, if told, is in *got */
    KS_UNKNOWN,  /* no such property */
    KS_NO_MATCH, /* the format is refused: try another */
    KS_BUSY,     /* someone else has it */
    KS_GONE,     /* removed, not ready, failed: only close may follow */
    KS_ABSENT,   /* no such device */
    KS_ABORTED,  /* a request was cancelled */
    KS_MEMORY,
    KS_FAILED /* anything else */
} ks_status;

/* An open filter or pin, an event, a request, a timer. */
typedef struct ks_object ks_object;

typedef struct gph_ks_os {
    /* [control] The system for one list or stream; NULL: no memory. */
    void *(*create)(const gph_host_services *services);
    void (*destroy)(void *os);
    /* [control] Calls `each` for every interface of KSCATEGORY_AUDIO: its path, and its name for people or "". UTF-8. */
    ks_status (*list)(void *os, void (*each)(void *user, const char *path, const char *name),
                      void *user);
    /* [control] Opens a filter; a pin of it. */
    ks_status (*open)(void *os, const char *path, ks_object **filter);
    ks_status (*pin)(void *os, ks_object *filter, const ks_connect_format *connect, uint32_t bytes,
                     ks_object **pin);
    /* [any] A control request to a filter or pin, at most 2 s long. */
    ks_status (*ioctl)(void *os, ks_object *object, uint32_t code, const void *in,
                       uint32_t in_bytes, void *out, uint32_t out_bytes, uint32_t *got);
    /* [control] What wait can wait for: an event that a driver signals, a request for `submit`, a timer. */
    ks_object *(*event)(void *os);
    ks_object *(*request)(void *os);
    ks_object *(*timer)(void *os);
    /* [control] What a driver is given for an event. */
    void *(*handle)(void *os, ks_object *event);
    /* [any] Hands a packet to the pin. Header and data stay with the driver until `reap` says other than KS_PENDING. */
    ks_status (*submit)(void *os, ks_object *pin, ks_object *request, ks_stream_header *header,
                        bool read);
    /* [any] Whether it is back. */
    ks_status (*reap)(void *os, ks_object *request);
    /* [control] All packets of the pin are to come back; reap says when they have. */
    ks_status (*cancel)(void *os, ks_object *pin);
    /* [any] Waits for the event or request (NULL: none) until a time of `now`. KS_OK or KS_TIMEOUT. */
    ks_status (*wait)(void *os, ks_object *object, ks_object *timer, int64_t until_ns);
    /* [control] Sets *gone, from any thread, when the system takes the filter away; until it is closed. */
    void (*watch)(void *os, ks_object *filter, atomic_bool *gone);
    /* [control] Any object; NULL is accepted. A pin's packets are back when this returns; KS_TIMEOUT: they are not and their
     * memory must stay. */
    ks_status (*close)(void *os, ks_object *object);
    /* [any] Nanoseconds, time asleep of the machine not counted, and counted. */
    int64_t (*now_ns)(void *os);
    int64_t (*boot_ns)(void *os);
} gph_ks_os;

/* [any] The one of this machine. */
const gph_ks_os *gph_ks_os_system(void);

/* The system and what was made of it: what all parts are handed. */
typedef struct ks_system {
    const gph_ks_os *os;
    void *self;
} ks_system;

#endif
