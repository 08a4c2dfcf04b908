/* The fake's inside, for its two files. All of it is under one lock. [test program] */
#ifndef GPH_TEST_FAKE_WA_INNER_H
#define GPH_TEST_FAKE_WA_INNER_H

#include "fake_wa.h"

#include <pthread.h>

enum { FAKE_CABLE = 1 << 17, FAKE_CABLE_WIDTH = 2, FAKE_CLIENTS = 8 };

struct wa_event {
    bool rung;
};

struct wa_session {
    pthread_t owner;
    wa_news news;
    struct wa_session *next;
};

struct wa_client {
    wa_session *session;
    int endpoint;
    bool dead; /* its device went */
    bool failed, initialized, exclusive, served, running;
    uint32_t flags;
    wa_format format;
    uint32_t frame_bytes;
    uint32_t period, buffer;
    wa_event *event;
    bool renders;
    int64_t start_ns;
    uint64_t ticks;  /* periods since the start */
    uint64_t made;   /* captured frames on the device's own count, lost ones included */
    uint64_t queued; /* captured frames that wait, or frames to be played */
    uint64_t told;   /* position of the next packet */
    uint64_t hole;   /* frames that are missing at the end of the queue, and will be told */
    uint64_t lag;    /* likewise, and will not */
    uint64_t number; /* of packets */
    bool fresh;      /* overrun: the next packet says so */
    uint32_t held;   /* frames that were got and not put back */
    bool holds;
    uint8_t *data;  /* of a packet, or what is to be played */
    double last;    /* value played last */
    uint64_t heard; /* frames played */
};

extern pthread_mutex_t fake_lock;
wa_client *fake_client(int n); /* NULL: free */
void fake_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What devices do until now: ticks of all clients. */
void fake_advance(void);
/* When the next tick of a client is due. */
int64_t fake_due(const wa_client *client);
bool fake_ticks(const wa_client *client);
/* Captured frames of a packet, written to client->data. */
void fake_record(wa_client *client, uint64_t first, uint32_t frames);

#endif
