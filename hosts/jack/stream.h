/* A stream of the jack host: one client of the server, its ports, and what they are to be connected to. */
#ifndef GPH_HOSTS_JACK_STREAM_H
#define GPH_HOSTS_JACK_STREAM_H

#include "../pump/pump.h"

#include <jack/jack.h>
#include <stdatomic.h>

enum {
    JACK_NAME = 512,  /* bytes of a port's full name */
    JACK_PEERS = 256, /* connections whose age is remembered */
    JACK_WHY = 256
};

/* What one of our ports is to be connected to. */
typedef struct jack_rule {
    char *text; /* NULL: auto */
} jack_rule;

/* A peer that one of our inputs hears. */
typedef struct jack_peer {
    char name[JACK_NAME];
    uint64_t seen;      /* the higher, the newer; 0: not connected now */
    int64_t until_ns;   /* it was cut off: not to be connected before */
    int64_t backoff_ns; /* so long the last time */
} jack_peer;

struct gph_host_stream {
    gph_pump_stream head;
    char name[128];   /* of the client, as wanted */
    char server[128]; /* "": the default one */
    uint32_t n_in;
    uint32_t n_out;
    double rate;
    uint32_t max_frames;

    /* Of the present client; the control thread's, while it is not active. */
    jack_client_t *client;
    jack_port_t **in_ports;
    jack_port_t **out_ports;
    jack_port_t *midi_port;
    bool active;

    /* The process callback's. */
    const float **in;
    float **out;
    jack_nframes_t last_time; /* the server's count at the last block */
    jack_nframes_t last_frames;
    void *midi_buffer; /* of this block; NULL outside of it */
    uint32_t midi_next;

    /* Between them. */
    atomic_bool dead; /* the server has let go of the client */
    /* The server did not answer: callbacks do nothing any more, and this is never freed, nor is its client. */
    atomic_bool abandoned;
    atomic_uint inside;  /* callbacks that are under way */
    atomic_bool recount; /* the server's count has no meaning across this block's start */
    atomic_bool freewheel;
    atomic_bool ports_changed;
    atomic_bool latency_changed;
    atomic_uint xruns; /* not yet told */
    _Atomic float xrun_usecs;
    atomic_uint usual_block;

    /* The control thread's. */
    jack_rule *in_rules;
    jack_rule *out_rules;
    char *midi_rule;  /* NULL: no MIDI */
    jack_peer *peers; /* JACK_PEERS */
    uint64_t n_seen;
    int64_t next_look_ns;      /* when a cut-off peer may be tried again */
    jack_nframes_t guard_time; /* the server's count when the guard last looked */
    int64_t guard_ns;
    char deviations[GPH_PUMP_TEXT];
};

/* [control] Of the host's table, and of gph.ports/1. */
gph_status GPH_CALL find_probe(const gph_host_services *services, char *why, uint32_t n);
gph_status GPH_CALL find_list(gph_host_self *self, uint64_t *generation,
                              void(GPH_CALL *each)(void *user, const gph_device *device),
                              void *user);
gph_status GPH_CALL find_ports(gph_host_self *self, uint32_t direction,
                               void(GPH_CALL *each)(void *user, const char *port,
                                                    uint32_t physical),
                               void *user);

/* [control] A client of the server, or NULL and a sentence. Never starts a server. */
jack_client_t *client_connect(const char *name, const char *server, char *why, uint32_t n);
/* [control] Opens the stream's client with its ports and callbacks; closes it. */
gph_status client_open(gph_host_stream *stream, char *why, uint32_t n);
void client_close(gph_host_stream *stream);
/* [control] Lets cycles come; ends them. */
gph_status client_activate(gph_host_stream *stream);
gph_status client_deactivate(gph_host_stream *stream);
/* [control] Adds the port for MIDI. */
gph_status client_add_midi(gph_host_stream *stream);

/* [control] Connects what is not connected yet and may be. */
void rules_apply(gph_host_stream *stream);
/* [control] Changes one rule; NULL is `auto`. */
gph_status rules_set(jack_rule *rule, const char *text);
/* Whether a port's full name suits a pattern; a client's ending -NN may be missing in the pattern. */
bool rules_match(const char *pattern, const char *port);
/* [control] Cuts off a peer that keeps cycles from coming. */
void guard_look(gph_host_stream *stream);
/* [control] Notes who is connected to our inputs, for the guard. */
void guard_note(gph_host_stream *stream);
/* [control] Whether a peer was cut off and has to wait still. */
bool guard_bars(gph_host_stream *stream, const char *peer);

extern const gph_host_midi jack_midi;

#endif
