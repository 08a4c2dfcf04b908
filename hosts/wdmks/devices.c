/* Finds devices, and chooses among them. [control] */
#include "devices.h"

#include <stdio.h>
#include <stdlib.h>

static const char hash_brace[] = "#{";

void
ks_device_id(const char *path, char id[KS_ID])
{
    /* \\?\ROOT#MEDIA#0000#{class}\wave: the prefix differs between systems, the class is always the same. */
    if (path[0] == '\\' && path[1] != 0 && path[2] != 0 && path[3] == '\\')
        path += 4;
    const char *class = strstr(path, hash_brace);
    const char *after = class != NULL ? strchr(class, '}') : NULL;
    size_t head = after != NULL ? (size_t)(class - path) : strlen(path);
    snprintf(id, KS_ID, "%.*s%s", (int)(head < KS_ID ? head : KS_ID - 1), path,
             after != NULL ? after + 1 : "");
}

size_t
ks_device_hardware(const char *id)
{
    return strcspn(id, "\\:");
}

/* ---------------------------------------------------------------- finding */

typedef struct finder {
    const ks_system *system;
    ks_devices *devices;
    ks_pin *pins; /* KS_MAX_PINS */
    ks_status status;
} finder;

static ks_device *
add(finder *f, const char *path)
{
    ks_devices *devices = f->devices;
    if (devices->n >= KS_MAX_DEVICES)
        return NULL;
    ks_device *all = realloc(devices->all, (devices->n + 1) * sizeof *all);
    if (all != NULL)
        devices->all = all;
    char *copy = all != NULL ? strdup(path) : NULL;
    if (copy == NULL) {
        f->status = KS_MEMORY;
        return NULL;
    }
    ks_device *device = &all[devices->n++];
    memset(device, 0, sizeof *device);
    device->path = copy;
    ks_device_id(path, device->id);
    return device;
}

static void
call_it(ks_device *device, const char *name, const char *place)
{
    const char *known = name[0] != 0 ? name : device->id;
    if (place[0] != 0)
        snprintf(device->name, sizeof device->name, "%.*s (%s)", KS_ID, known, place);
    else
        snprintf(device->name, sizeof device->name, "%s", known);
}

static ks_status
add_pin(finder *f, ks_object *filter, ks_device *first, const ks_pin *pin, const char *path,
        const char *name)
{
    char place[KS_NAME];
    bool again = pin->out ? first->plays : first->captures;
    ks_device *device = again ? add(f, path) : first;
    if (device == NULL)
        return KS_OK;
    if (again) {
        size_t used = strlen(device->id);
        snprintf(device->id + used, KS_ID - used, ":%u", pin->id);
    }
    if (pin->out) {
        device->plays = true;
        device->out = *pin;
    } else {
        device->captures = true;
        device->in = *pin;
    }
    ks_status status = ks_filter_place(f->system, filter, pin, place);
    if (device->name[0] == 0 || place[0] != 0)
        call_it(device, name, place);
    return status;
}

static void
look_at(void *user, const char *path, const char *name)
{
    finder *f = user;
    ks_object *filter;
    uint32_t n = 0;
    if (f->system->os->open(f->system->self, path, &filter) != KS_OK)
        return;
    if (ks_filter_pins(f->system, filter, f->pins, &n) == KS_OK && n > 0) {
        uint32_t first = f->devices->n;
        if (add(f, path) != NULL)
            for (uint32_t k = 0, going = 1; k < n && going != 0; k++)
                going =
                    KS_OK == add_pin(f, filter, &f->devices->all[first], &f->pins[k], path, name);
    }
    f->system->os->close(f->system->self, filter);
}

ks_status
ks_devices_find(const ks_system *system, ks_devices *devices)
{
    *devices = (ks_devices){0, NULL};
    finder f = {system, devices, calloc(KS_MAX_PINS, sizeof *f.pins), KS_OK};
    if (f.pins == NULL)
        return KS_MEMORY;
    ks_status status = system->os->list(system->self, look_at, &f);
    free(f.pins);
    return status != KS_OK ? status : f.status;
}

void
ks_devices_finish(ks_devices *devices)
{
    for (uint32_t n = 0; n < devices->n; n++)
        free(devices->all[n].path);
    free(devices->all);
    *devices = (ks_devices){0, NULL};
}

/* ---------------------------------------------------------------- choosing */

static bool
same_hardware(const ks_device *one, const ks_device *other)
{
    size_t n = ks_device_hardware(one->id);
    return n == ks_device_hardware(other->id) && strncmp(one->id, other->id, n) == 0;
}

static bool
has(const ks_device *device, bool out)
{
    return out ? device->plays : device->captures;
}

/* The device of that id, else of that name; else of any place: the first, if `beside` on its piece of hardware. */
static const ks_device *
pick(const ks_devices *devices, const char *word, bool out, const ks_device *beside)
{
    const ks_device *found = NULL;
    if (word == NULL && beside != NULL && has(beside, out))
        return beside;
    for (uint32_t n = 0; n < devices->n; n++) {
        const ks_device *device = &devices->all[n];
        if (!has(device, out))
            continue;
        if (word != NULL && strcmp(device->id, word) == 0)
            return device;
        bool suits = word != NULL ? strcmp(device->name, word) == 0
                                  : beside == NULL || same_hardware(device, beside);
        if (suits && found == NULL)
            found = device;
    }
    return found;
}

static void
tell_none(const ks_devices *devices, const char *word, bool out, char *why, size_t n)
{
    const char *does = out ? "plays" : "captures";
    int used = word != NULL ? snprintf(why, n, "no device '%s' that %s; there are: ", word, does)
                            : snprintf(why, n, "no device that %s; there are: ", does);
    size_t begin = (size_t)used;
    for (uint32_t k = 0; k < devices->n && (size_t)used < n; k++)
        if (word == NULL || has(&devices->all[k], out))
            used += snprintf(why + used, n - (size_t)used, "%s%s", (size_t)used > begin ? ", " : "",
                             devices->all[k].id);
    if ((size_t)used == begin && begin < n)
        snprintf(why + begin, n - begin, "none");
}

gph_status
ks_devices_choose(const ks_devices *devices, const gph_want *want, const ks_device **in,
                  const ks_device **out, char *why, size_t n)
{
    bool captures = want->channels_in.value > 0, plays = want->channels_out.value > 0;
    const ks_device *named = want->device_out != NULL && want->device_in == NULL && plays
                                 ? pick(devices, want->device_out, true, NULL)
                                 : NULL;
    *in = *out = NULL;
    /* Where nothing is said, one that can do both is better than the first that can do one. */
    if (captures && plays && want->device_in == NULL && want->device_out == NULL)
        for (uint32_t k = 0; k < devices->n && named == NULL; k++)
            if (devices->all[k].captures && devices->all[k].plays)
                named = &devices->all[k];
    if (captures && (*in = pick(devices, want->device_in, false, named)) == NULL) {
        tell_none(devices, want->device_in, false, why, n);
        return GPH_IO;
    }
    if (plays && (*out = pick(devices, want->device_out, true, *in)) == NULL) {
        tell_none(devices, want->device_out, true, why, n);
        return GPH_IO;
    }
    if (*in != NULL && *out != NULL && !same_hardware(*in, *out)) {
        snprintf(why, n, "'%s' and '%s' are two clocks: one stream needs one device", (*in)->id,
                 (*out)->id);
        return GPH_UNSUPPORTED;
    }
    return GPH_OK;
}
