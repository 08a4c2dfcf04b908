/* MIDI from a port of the client. [open: control; read: audio, in cycle] */
#include "stream.h"

#include <jack/midiport.h>
#include <stdlib.h>
#include <string.h>

static gph_status GPH_CALL
open_midi(gph_host_stream *stream, const char *rule)
{
    if (rule == NULL || strlen(rule) >= JACK_NAME)
        return GPH_ARGUMENT;
    char *copy = strdup(rule);
    if (copy == NULL)
        return GPH_MEMORY;
    free(stream->midi_rule);
    stream->midi_rule = copy;
    atomic_store(&stream->ports_changed, true);
    /* While cycles run the process callback must not see the port appear. */
    if (stream->active)
        return stream->midi_port != NULL ? GPH_OK : GPH_STATE;
    return GPH_OK;
}

static uint32_t GPH_CALL
read_midi(gph_host_stream *stream, gph_midi *messages, uint32_t n)
{
    uint32_t from, frames, done = 0;
    gph_pump_piece(stream->head.pump, &from, &frames);
    if (stream->midi_buffer == NULL || frames == 0)
        return 0;
    jack_midi_event_t event;
    while (done < n && jack_midi_event_get(&event, stream->midi_buffer, stream->midi_next) == 0 &&
           event.time < from + frames) {
        stream->midi_next++;
        if (event.size < 1 || event.size > 3)
            continue;
        gph_midi *message = &messages[done++];
        *message = (gph_midi){.frame = event.time > from ? event.time - from : 0,
                              .n_bytes = (uint8_t)event.size};
        memcpy(message->bytes, event.buffer, event.size);
    }
    return done;
}

const gph_host_midi jack_midi = {.size = sizeof jack_midi, .open = open_midi, .read = read_midi};
