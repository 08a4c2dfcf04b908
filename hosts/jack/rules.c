/* What our ports are connected to: rules that hold for ever, applied whenever ports come or go. [control, in dispatch] */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

/* A pattern with * and ?, over n bytes of text. */
static bool
glob(const char *pattern, const char *text, size_t n)
{
    const char *star = NULL;
    size_t at = 0, again = 0;
    while (at < n) {
        if (*pattern == '*') {
            star = ++pattern;
            again = at;
        } else if (*pattern != 0 && (*pattern == '?' || *pattern == text[at])) {
            pattern++;
            at++;
        } else if (star != NULL) {
            pattern = star;
            at = ++again;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == 0;
}

bool
rules_match(const char *pattern, const char *port)
{
    if (glob(pattern, port, strlen(port)))
        return true;
    /* A client that came back is called node-01. */
    const char *colon = strchr(port, ':');
    if (colon == NULL || colon - port < 4)
        return false;
    const char *ending = colon - 3;
    if (ending[0] != '-' || ending[1] < '0' || ending[1] > '9' || ending[2] < '0' ||
        ending[2] > '9' || strlen(port) >= JACK_NAME)
        return false;
    char bare[JACK_NAME];
    size_t client = (size_t)(ending - port), rest = strlen(colon);
    memcpy(bare, port, client);
    memcpy(bare + client, colon, rest);
    return glob(pattern, bare, client + rest);
}

gph_status
rules_set(jack_rule *rule, const char *text)
{
    char *copy = NULL;
    if (text != NULL && strcmp(text, "auto") != 0) {
        if (strlen(text) >= JACK_NAME)
            return GPH_LIMIT;
        copy = strdup(text);
        if (copy == NULL)
            return GPH_MEMORY;
    }
    free(rule->text);
    rule->text = copy;
    return GPH_OK;
}

/* Connects two ports, source first whichever is ours. */
static void
join(gph_host_stream *stream, jack_port_t *ours, bool input, const char *peer)
{
    if (jack_port_connected_to(ours, peer) || (input && guard_bars(stream, peer)))
        return;
    const char *name = jack_port_name(ours);
    if (input)
        jack_connect(stream->client, peer, name);
    else
        jack_connect(stream->client, name, peer);
}

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* How many channels have this rule, and which of them this one is. */
static uint32_t
sharers(const jack_rule *rules, uint32_t n_rules, uint32_t channel, uint32_t *place)
{
    uint32_t n = 0;
    for (uint32_t c = 0; c < n_rules; c++)
        if (same(rules[c].text, rules[channel].text)) {
            if (c == channel)
                *place = n;
            n++;
        }
    return n;
}

/* Channels that share a pattern share its ports in order; one that is alone gets them all. */
static void
apply_pattern(gph_host_stream *stream, jack_port_t *ours, bool input, const jack_rule *rules,
              uint32_t n_rules, uint32_t channel, const char **ports)
{
    uint32_t place = 0, n = 0;
    uint32_t n_sharers = sharers(rules, n_rules, channel, &place);
    for (size_t p = 0; ports != NULL && ports[p] != NULL; p++) {
        jack_port_t *port = jack_port_by_name(stream->client, ports[p]);
        if (port == NULL || jack_port_is_mine(stream->client, port) ||
            !rules_match(rules[channel].text, ports[p]))
            continue;
        if (n_sharers == 1 || n == place)
            join(stream, ours, input, ports[p]);
        n++;
    }
}

static void
apply(gph_host_stream *stream, jack_port_t **ours, bool input, const jack_rule *rules, uint32_t n)
{
    unsigned long direction = input ? JackPortIsOutput : JackPortIsInput;
    const char **physical = jack_get_ports(stream->client, NULL, JACK_DEFAULT_AUDIO_TYPE,
                                           direction | JackPortIsPhysical);
    const char **all = jack_get_ports(stream->client, NULL, JACK_DEFAULT_AUDIO_TYPE, direction);
    uint32_t n_physical = 0;
    while (physical != NULL && physical[n_physical] != NULL)
        n_physical++;
    for (uint32_t c = 0; c < n; c++) {
        if (rules[c].text == NULL) {
            if (c < n_physical)
                join(stream, ours[c], input, physical[c]);
        } else if (strcmp(rules[c].text, "none") != 0) {
            apply_pattern(stream, ours[c], input, rules, n, c, all);
        }
    }
    jack_free((void *)physical);
    jack_free((void *)all);
}

static void
apply_midi(gph_host_stream *stream)
{
    if (stream->midi_rule == NULL || stream->midi_port == NULL)
        return;
    bool any = strcmp(stream->midi_rule, "any") == 0;
    const char **all = jack_get_ports(stream->client, NULL, "8 bit raw midi", JackPortIsOutput);
    for (size_t p = 0; all != NULL && all[p] != NULL; p++)
        if (any || rules_match(stream->midi_rule, all[p]))
            join(stream, stream->midi_port, true, all[p]);
    jack_free((void *)all);
}

void
rules_apply(gph_host_stream *stream)
{
    if (stream->client == NULL || !stream->active || atomic_load(&stream->dead))
        return;
    atomic_store(&stream->ports_changed, false);
    apply(stream, stream->in_ports, true, stream->in_rules, stream->n_in);
    apply(stream, stream->out_ports, false, stream->out_rules, stream->n_out);
    apply_midi(stream);
    guard_note(stream);
}
