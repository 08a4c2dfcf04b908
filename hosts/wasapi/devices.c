/* Finds endpoints, and chooses among them. [owner] */
#include "devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
add(void *user, const wa_endpoint *endpoint)
{
    wa_devices *devices = user;
    if (devices->n >= WA_MAX_DEVICES || endpoint->id[0] == 0)
        return;
    wa_device *all = realloc(devices->all, (devices->n + 1) * sizeof *all);
    if (all == NULL) {
        devices->full = true;
        return;
    }
    devices->all = all;
    wa_device *device = &all[devices->n++];
    *device = (wa_device){.endpoint = *endpoint};
    if (device->endpoint.name[0] == 0)
        snprintf(device->endpoint.name, WA_NAME, "%s", endpoint->id);
    uint32_t bytes = endpoint->wave_bytes;
    bool read = bytes > 0 && bytes <= sizeof endpoint->wave &&
                wa_format_read(endpoint->wave, bytes, &device->format) == WA_OK;
    if (!read)
        device->format = (wa_format){0};
}

static void
mark_default(const gph_wa_os *os, wa_session *session, wa_devices *devices, bool out)
{
    char id[WA_ID] = "";
    if (os->default_id(session, out, id) < 0)
        return;
    for (uint32_t n = 0; n < devices->n; n++)
        if (devices->all[n].endpoint.out == out && strcmp(devices->all[n].endpoint.id, id) == 0)
            devices->all[n].is_default = true;
}

wa_status
wa_devices_find(const gph_wa_os *os, wa_session *session, wa_devices *devices)
{
    *devices = (wa_devices){0};
    wa_status status = wa_status_of(os->list(session, add, devices));
    if (status == WA_OK && devices->full)
        status = WA_MEMORY;
    mark_default(os, session, devices, false);
    mark_default(os, session, devices, true);
    return status;
}

void
wa_devices_finish(wa_devices *devices)
{
    free(devices->all);
    *devices = (wa_devices){0};
}

/* ---------------------------------------------------------------- choosing */

/* "Speakers (USB Audio)": both ways of one piece of hardware have the part in brackets. */
static bool
is_hardware(const char *name, const char *word)
{
    const char *open = strrchr(name, '(');
    size_t n = strlen(word);
    return open != NULL && n > 0 && strncmp(open + 1, word, n) == 0 &&
           strcmp(open + 1 + n, ")") == 0;
}

const wa_device *
wa_devices_pick(const wa_devices *devices, const char *word, bool out)
{
    const wa_device *best = NULL;
    int rank = 0;
    for (uint32_t n = 0; n < devices->n; n++) {
        const wa_device *device = &devices->all[n];
        const wa_endpoint *e = &device->endpoint;
        if (e->out != out)
            continue;
        int r = word == NULL                 ? 1 + device->is_default
                : strcmp(e->id, word) == 0   ? 3
                : strcmp(e->name, word) == 0 ? 2
                : is_hardware(e->name, word) ? 1
                                             : 0;
        if (r > rank) {
            rank = r;
            best = device;
        }
    }
    return best;
}

void
wa_devices_name_all(const wa_devices *devices, bool out, char *text, size_t n)
{
    size_t used = 0;
    snprintf(text, n, "none");
    for (uint32_t k = 0; k < devices->n && used < n; k++)
        if (devices->all[k].endpoint.out == out)
            used += (size_t)snprintf(text + used, n - used, "%s'%s'", used > 0 ? ", " : "",
                                     devices->all[k].endpoint.name);
}

static void
tell_none(const wa_devices *devices, const char *word, bool out, char *why, size_t n)
{
    char all[400];
    const char *does = out ? "plays" : "captures";
    wa_devices_name_all(devices, out, all, sizeof all);
    if (word != NULL)
        snprintf(why, n, "no device '%s' that %s; there are: %s", word, does, all);
    else
        snprintf(why, n, "no device that %s; there are: %s", does, all);
}

wa_status
wa_devices_choose(const wa_devices *devices, const wa_choice *choice, const wa_device **in,
                  const wa_device **out, char *why, size_t n)
{
    *in = *out = NULL;
    if (choice->captures) {
        *in = wa_devices_pick(devices, choice->in, choice->loopback);
        if (*in == NULL) {
            tell_none(devices, choice->in, choice->loopback, why, n);
            return WA_ABSENT;
        }
    }
    if (choice->plays) {
        *out = wa_devices_pick(devices, choice->out, true);
        if (*out == NULL) {
            tell_none(devices, choice->out, true, why, n);
            return WA_ABSENT;
        }
    }
    if (choice->loopback && *in != NULL && *in == *out) {
        snprintf(why, n, "'%s' would capture what it plays itself: choose another device to play",
                 (*in)->endpoint.name);
        return WA_FORMAT;
    }
    return WA_OK;
}
