/* Finds the server, and what is connected to it. [control] */
#include "stream.h"

#include <stdlib.h>

gph_status GPH_CALL
find_probe(const gph_host_services *services, char *why, uint32_t n)
{
    (void)services;
    jack_client_t *client = client_connect("graphophone-probe", "", why, n);
    if (client == NULL)
        return GPH_IO;
    jack_client_close(client);
    return GPH_OK;
}

static uint32_t
count_physical(jack_client_t *client, unsigned long direction)
{
    const char **ports =
        jack_get_ports(client, NULL, JACK_DEFAULT_AUDIO_TYPE, direction | JackPortIsPhysical);
    uint32_t n = 0;
    while (ports != NULL && ports[n] != NULL)
        n++;
    jack_free((void *)ports);
    return n;
}

/* A client to ask with: a stream's, or one that is to be closed again. */
static jack_client_t *
asker(gph_host_self *self, bool *ours)
{
    char why[JACK_WHY];
    *ours = false;
    /* Beside a client whose server died libjack survives no other one. */
    for (gph_host_stream *stream = self->streams; stream != NULL; stream = stream->head.next)
        if (stream->client != NULL)
            return atomic_load(&stream->dead) ? NULL : stream->client;
    *ours = true;
    return client_connect("graphophone-list", "", why, sizeof why);
}

gph_status GPH_CALL
find_list(gph_host_self *self, uint64_t *generation,
          void(GPH_CALL *each)(void *user, const gph_device *device), void *user)
{
    if (generation != NULL)
        *generation = 0;
    bool ours;
    jack_client_t *client = asker(self, &ours);
    if (client == NULL)
        return GPH_OK;
    const char *server = getenv("JACK_DEFAULT_SERVER");
    gph_device device = {.size = sizeof device,
                         .directions = 3,
                         .roles = 3,
                         .channels_in = count_physical(client, JackPortIsOutput),
                         .channels_out = count_physical(client, JackPortIsInput),
                         .rate = jack_get_sample_rate(client),
                         .id = server != NULL && server[0] != 0 ? server : "default",
                         .name = "JACK server"};
    each(user, &device);
    if (ours)
        jack_client_close(client);
    return GPH_OK;
}

gph_status GPH_CALL
find_ports(gph_host_self *self, uint32_t direction,
           void(GPH_CALL *each)(void *user, const char *port, uint32_t physical), void *user)
{
    bool ours;
    jack_client_t *client = asker(self, &ours);
    if (client == NULL)
        return GPH_IO;
    unsigned long wanted = direction == GPH_DIRECTION_IN ? JackPortIsOutput : JackPortIsInput;
    const char **ports = jack_get_ports(client, NULL, JACK_DEFAULT_AUDIO_TYPE, wanted);
    for (size_t p = 0; ports != NULL && ports[p] != NULL; p++) {
        jack_port_t *port = jack_port_by_name(client, ports[p]);
        if (port != NULL && !jack_port_is_mine(client, port))
            each(user, ports[p], (jack_port_flags(port) & JackPortIsPhysical) != 0);
    }
    jack_free((void *)ports);
    if (ours)
        jack_client_close(client);
    return GPH_OK;
}
