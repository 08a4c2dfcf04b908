/* A host of one LV2 plugin that shares nothing with the bridge: what it makes of a sound is what the bridge must.
 *
 * lv2-host URI RATE BLOCK IN OUT [SYMBOL=VALUE]...   samples are raw floats, interleaved. */
#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/core/lv2.h>
#include <lv2/options/options.h>
#include <lv2/urid/urid.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORTS = 512, URIS = 1024 };

static char *uris[URIS];

static LV2_URID
map(LV2_URID_Map_Handle handle, const char *uri)
{
    uint32_t n = 0;
    (void)handle;
    for (; n < URIS - 1 && uris[n]; n++)
        if (strcmp(uris[n], uri) == 0)
            return n + 1;
    uris[n] = strdup(uri);
    return n + 1;
}

static int
is(LilvWorld *world, const LilvPlugin *plugin, uint32_t port, const char *class)
{
    LilvNode *node = lilv_new_uri(world, class);
    const int yes = lilv_port_is_a(plugin, lilv_plugin_get_port_by_index(plugin, port), node);
    lilv_node_free(node);
    return yes;
}

int
main(int argc, char **argv)
{
    LilvWorld *world = lilv_world_new();
    lilv_world_load_all(world);
    LilvNode *uri = argc > 5 ? lilv_new_uri(world, argv[1]) : NULL;
    const LilvPlugin *plugin = uri ? lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), uri) : NULL;
    if (!plugin || lilv_plugin_get_num_ports(plugin) > PORTS)
        return 2;
    int32_t block = atoi(argv[3]), one = 1;
    LV2_URID_Map mapper = {NULL, map};
    const LV2_Options_Option options[] = {
        {LV2_OPTIONS_INSTANCE, 0, map(NULL, LV2_BUF_SIZE__maxBlockLength), 4, map(NULL, LV2_ATOM__Int), &block},
        {LV2_OPTIONS_INSTANCE, 0, map(NULL, LV2_BUF_SIZE__minBlockLength), 4, map(NULL, LV2_ATOM__Int), &one},
        {LV2_OPTIONS_INSTANCE, 0, 0, 0, 0, NULL},
    };
    LV2_Options_Option given[3];
    memcpy(given, options, sizeof given);
    const LV2_Feature maps = {LV2_URID__map, &mapper}, opts = {LV2_OPTIONS__options, given};
    const LV2_Feature bounded = {LV2_BUF_SIZE__boundedBlockLength, NULL};
    const LV2_Feature *const features[] = {&maps, &opts, &bounded, NULL};
#ifdef __SSE__
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040u); /* no denormals, as on any audio thread */
#endif
    LilvInstance *instance = lilv_plugin_instantiate(plugin, atof(argv[2]), features);
    const uint32_t n_ports = lilv_plugin_get_num_ports(plugin);
    static float values[PORTS];
    static float *sounds[PORTS];
    static int kind[PORTS]; /* 1: sound in, 2: sound out */
    uint32_t n_in = 0;
    if (!instance)
        return 3;
    lilv_plugin_get_port_ranges_float(plugin, NULL, NULL, values);
    for (int i = 6; i < argc; i++) {
        char *end = strchr(argv[i], '=');
        *end = '\0';
        LilvNode *symbol = lilv_new_string(world, argv[i]);
        values[lilv_port_get_index(plugin, lilv_plugin_get_port_by_symbol(plugin, symbol))] = strtof(end + 1, NULL);
        lilv_node_free(symbol);
    }
    for (uint32_t p = 0; p < n_ports; p++) {
        void *data = &values[p];
        if (is(world, plugin, p, LV2_CORE__AudioPort)) {
            data = sounds[p] = calloc((size_t)block, sizeof(float));
            kind[p] = is(world, plugin, p, LV2_CORE__InputPort) ? 1 : 2;
            n_in += kind[p] == 1;
        } else if (is(world, plugin, p, LV2_ATOM__AtomPort)) {
            LV2_Atom_Sequence *events = calloc(1, 65536);
            events->atom.type = map(NULL, is(world, plugin, p, LV2_CORE__InputPort) ? LV2_ATOM__Sequence : LV2_ATOM__Chunk);
            events->atom.size = is(world, plugin, p, LV2_CORE__InputPort) ? 8 : 65000;
            data = events;
        }
        lilv_instance_connect_port(instance, p, data);
    }
    lilv_instance_activate(instance);
    FILE *in = fopen(argv[4], "rb"), *out = fopen(argv[5], "wb");
    float *frame = calloc(n_in + 1, sizeof *frame);
    for (int32_t got = block; in && out && got == block;) {
        for (got = 0; got < block && fread(frame, sizeof *frame, n_in, in) == n_in; got++)
            for (uint32_t p = 0, c = 0; p < n_ports; p++)
                if (kind[p] == 1)
                    sounds[p][got] = frame[c++];
        if (got)
            lilv_instance_run(instance, (uint32_t)got);
        for (int32_t f = 0; f < got; f++)
            for (uint32_t p = 0; p < n_ports; p++)
                if (kind[p] == 2)
                    fwrite(&sounds[p][f], sizeof(float), 1, out);
    }
    return !in || !out || fclose(out) != 0;
}
