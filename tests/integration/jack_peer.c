/*
 * Clients of a JACK server that are not ours to judge but to judge by. [test program; process: audio]
 *
 *   jack-peer counter NAME N [time]   N outputs that play the counter: each cycle goes on where the last one ended. With
 *                                     `time` what the server counted meanwhile is left out, as it is on a wire.
 *   jack-peer midi NAME               an output that sends the messages of its input, a line of hexadecimal bytes each.
 *
 * Each says "ready" when it takes part in the graph and ends with its input. The counter then says how many frames it
 * missed itself: what was recorded meanwhile says nothing about who recorded it.
 */
#include "../../hosts/pump/pump.h"

#include <jack/jack.h>
#include <jack/midiport.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 256 };

typedef struct peer {
    jack_client_t *client;
    jack_port_t *ports[MOST];
    unsigned n_ports;
    bool by_time;
    /* The process callback's. */
    int64_t frame;
    jack_nframes_t last_time;
    jack_nframes_t last_frames;
    uint64_t missed;
    /* One message on its way. */
    atomic_uint n_bytes;
    jack_midi_data_t bytes[3];
} peer;

static int
count(jack_nframes_t frames, void *arg)
{
    peer *p = arg;
    jack_nframes_t now = jack_last_frame_time(p->client);
    /* jackd counts the block that begins. */
    int32_t jump = (int32_t)(now - p->last_time - frames);
    if (p->by_time && p->last_frames > 0 && jump > 0) {
        p->frame += jump;
        p->missed += (uint64_t)jump;
    }
    p->last_time = now;
    p->last_frames = frames;
    for (unsigned c = 0; c < p->n_ports; c++) {
        float *out = jack_port_get_buffer(p->ports[c], frames);
        for (jack_nframes_t f = 0; f < frames; f++)
            out[f] = gph_pump_counter(p->frame + f, c);
    }
    p->frame += frames;
    return 0;
}

static int
play(jack_nframes_t frames, void *arg)
{
    peer *p = arg;
    void *buffer = jack_port_get_buffer(p->ports[0], frames);
    jack_midi_clear_buffer(buffer);
    unsigned n = atomic_load(&p->n_bytes);
    if (n > 0) {
        jack_midi_event_write(buffer, 0, p->bytes, n);
        atomic_store(&p->n_bytes, 0);
    }
    return 0;
}

static void
send_lines(peer *p)
{
    char line[100];
    while (fgets(line, sizeof line, stdin) != NULL) {
        unsigned n = 0;
        for (char *at = line; n < sizeof p->bytes; n++) {
            char *end;
            p->bytes[n] = (jack_midi_data_t)strtoul(at, &end, 16);
            if (end == at)
                break;
            at = end;
        }
        atomic_store(&p->n_bytes, n);
        while (atomic_load(&p->n_bytes) > 0)
            usleep(1000);
        puts("sent");
        fflush(stdout);
    }
}

static void
wait_for_end(void)
{
    while (getchar() != EOF)
        ;
}

int
main(int argc, char **argv)
{
    static peer p;
    bool counts = argc > 3 && strcmp(argv[1], "counter") == 0;
    if (!counts && (argc != 3 || strcmp(argv[1], "midi") != 0))
        return 2;
    p.n_ports = counts ? (unsigned)atoi(argv[3]) : 1;
    p.by_time = argc > 4;
    p.client = jack_client_open(argv[2], JackNoStartServer, NULL);
    if (p.client == NULL || p.n_ports > MOST)
        return 1;
    for (unsigned n = 0; n < p.n_ports; n++) {
        char name[32];
        snprintf(name, sizeof name, "out_%u", n + 1);
        p.ports[n] = jack_port_register(p.client, name,
                                        counts ? JACK_DEFAULT_AUDIO_TYPE : JACK_DEFAULT_MIDI_TYPE,
                                        JackPortIsOutput, 0);
    }
    jack_set_process_callback(p.client, counts ? count : play, &p);
    if (jack_activate(p.client) != 0)
        return 1;
    puts("ready");
    fflush(stdout);
    if (counts)
        wait_for_end();
    else
        send_lines(&p);
    jack_client_close(p.client);
    if (counts)
        printf("missed %llu\n", (unsigned long long)p.missed);
    return 0;
}
