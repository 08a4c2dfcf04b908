/* The devices of a host, with what each could be opened with. [control] */
#include "devices.h"

#include "format.h"

#include <stdbool.h>
#include <stdio.h>

static const char *const ways[] = {[GPH_DIRECTION_IN] = "in", [GPH_DIRECTION_OUT] = "out"};

/* ---------------------------------------------------------------- asked */

static json_t *
list_rates(const double *rates, uint32_t n)
{
    json_t *list = json_array();
    for (uint32_t r = 0; r < n && r < 16; r++)
        json_array_append_new(list, json_real(rates[r]));
    return list;
}

static json_t *
list_formats(uint32_t formats)
{
    static const char *const names[] = {"s16", "s24", "s24in32", "s32", "f32"};
    json_t *list = json_array();
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        if (formats >> n & 1)
            json_array_append_new(list, json_string(names[n]));
    return list;
}

static json_t *
tell_caps(const gph_device_caps *caps)
{
    json_t *modes = json_array();
    for (uint32_t n = 0; n < caps->n_modes && n < GPH_DEVICE_MODES; n++) {
        const gph_device_mode *mode = &caps->modes[n];
        json_array_append_new(modes, json_pack("{ss? so so}", "name", mode->name, "formats",
                                               list_formats(mode->formats), "rates",
                                               list_rates(mode->rates, mode->n_rates)));
    }
    return json_pack("{si si si si so sb so}", "channels_min", (int)caps->channels_min,
                     "channels_max", (int)caps->channels_max, "block_min", (int)caps->block_min,
                     "block_max", (int)caps->block_max, "rates",
                     list_rates(caps->rates, caps->n_rates), "busy",
                     (int)(caps->flags & GPH_DEVICE_BUSY), "modes", modes);
}

static void
add_device(void *user, const gph_device *device)
{
    json_array_append_new(user, json_pack("{ss ss si si sf si si}", "id", device->id, "name",
                                          device->name, "channels_in", (int)device->channels_in,
                                          "channels_out", (int)device->channels_out, "rate",
                                          device->rate, "directions", (int)device->directions,
                                          "roles", (int)device->roles));
}

static json_t *
ask(gph_catalogue *catalogue, uint32_t host, const json_t *device, uint32_t way)
{
    gph_device_caps caps = {.size = sizeof caps};
    const char *id = json_string_value(json_object_get(device, "id"));
    json_int_t directions = json_integer_value(json_object_get(device, "directions"));
    if (!(directions >> way & 1))
        return json_null();
    gph_status status = gph_catalogue_device_caps(catalogue, host, id, way, &caps);
    if (status == GPH_UNSUPPORTED)
        return json_null();
    return status < 0 ? json_pack("{ss}", "error", gph_status_text(status)) : tell_caps(&caps);
}

json_t *
gph_devices_json(gph_catalogue *catalogue, uint32_t host)
{
    json_t *devices = json_array();
    json_t *device;
    size_t n;
    if (devices)
        gph_catalogue_devices(catalogue, host, add_device, devices);
    /* When the list is told, as a host asks a device anew. */
    json_array_foreach(devices, n, device) for (uint32_t way = GPH_DIRECTION_IN;
                                                way <= GPH_DIRECTION_OUT; way++)
        json_object_set_new(device, ways[way], ask(catalogue, host, device, way));
    return devices;
}

/* ---------------------------------------------------------------- printed */

static int
number(const json_t *object, const char *key)
{
    return (int)json_integer_value(json_object_get(object, key));
}

static const char *
text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static void
print_rates(const json_t *rates)
{
    const json_t *rate;
    size_t n;
    fputs(json_array_size(rates) ? " " : " any rate", stdout);
    json_array_foreach(rates, n, rate)
        printf("%s%.6g", n ? ", " : "", json_real_value(rate) / 1000);
    fputs(json_array_size(rates) ? " kHz" : "", stdout);
}

/* What is the same in each mode. */
static void
print_rest(const json_t *caps)
{
    if (number(caps, "channels_max"))
        printf("; up to %d channels", number(caps, "channels_max"));
    if (number(caps, "block_max"))
        printf("; blocks of %d to %d frames", number(caps, "block_min"), number(caps, "block_max"));
    if (json_is_true(json_object_get(caps, "busy")))
        printf("; in use");
    putchar('\n');
}

static void
print_caps(const char *way, const json_t *caps)
{
    const json_t *modes = json_object_get(caps, "modes"), *mode, *format;
    size_t n, f;
    if (json_object_get(caps, "error"))
        printf("        %s: cannot be asked: %s\n", way, text(caps, "error"));
    else if (!json_array_size(modes)) {
        printf("        %s:", way);
        print_rates(json_object_get(caps, "rates"));
        print_rest(caps);
    }
    json_array_foreach(modes, n, mode)
    {
        printf("        %s, %s:", way, text(mode, "name"));
        print_rates(json_object_get(mode, "rates"));
        json_array_foreach(json_object_get(mode, "formats"), f, format)
            printf("%s%s", f ? ", " : "; ", json_string_value(format));
        print_rest(caps);
    }
}

static void
print_device(const json_t *device)
{
    int in = number(device, "channels_in"), out = number(device, "channels_out");
    double rate = json_real_value(json_object_get(device, "rate"));
    printf("    %-28s %s", text(device, "id"), text(device, "name"));
    if (in || out)
        printf("  %d in, %d out", in, out);
    if (rate > 0)
        printf("  %s", gph_format_rate(rate).text);
    puts(number(device, "roles") ? "  (default)" : "");
}

void
gph_devices_print(const json_t *devices)
{
    const json_t *device;
    size_t n;
    json_array_foreach(devices, n, device)
    {
        const json_t *in = json_object_get(device, "in"), *out = json_object_get(device, "out");
        bool alike = json_is_object(in) && json_equal(in, out);
        print_device(device);
        if (json_is_object(in))
            print_caps(alike ? "in and out" : "in", in);
        if (json_is_object(out) && !alike)
            print_caps("out", out);
    }
}
