/* A host of one LADSPA plugin that shares nothing with the bridge: what it makes of a sound is what the bridge must.
 *
 * ladspa-host FILE LABEL RATE BLOCK IN OUT [PORT=VALUE]...   samples are raw floats, interleaved. */
#include <ladspa.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const LADSPA_Descriptor *
find(const char *file, const char *label)
{
    void *library = dlopen(file, RTLD_NOW);
    void *symbol = library ? dlsym(library, "ladspa_descriptor") : NULL;
    LADSPA_Descriptor_Function descriptors;
    memcpy(&descriptors, &symbol, sizeof symbol);
    for (unsigned long i = 0; symbol && descriptors(i); i++)
        if (strcmp(descriptors(i)->Label, label) == 0)
            return descriptors(i);
    fprintf(stderr, "no %s in %s\n", label, file);
    exit(1);
}

int
main(int argc, char **argv)
{
    if (argc < 7)
        return 2;
    const LADSPA_Descriptor *plugin = find(argv[1], argv[2]);
    const unsigned long rate = strtoul(argv[3], NULL, 10), block = strtoul(argv[4], NULL, 10);
    const unsigned long n_ports = plugin->PortCount;
    float *controls = calloc(n_ports, sizeof *controls);
    float **sounds = calloc(n_ports, sizeof *sounds);
    unsigned long n_in = 0;
    for (int i = 7; i < argc; i++)
        controls[strtoul(argv[i], NULL, 10) % n_ports] = strtof(strchr(argv[i], '=') + 1, NULL);
#ifdef __SSE__
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040u); /* no denormals, as on any audio thread */
#endif
    LADSPA_Handle handle = plugin->instantiate(plugin, rate);
    for (unsigned long p = 0; p < n_ports; p++) {
        const int audio = LADSPA_IS_PORT_AUDIO(plugin->PortDescriptors[p]) != 0;
        sounds[p] = calloc(block, sizeof **sounds);
        plugin->connect_port(handle, p, audio ? sounds[p] : &controls[p]);
        n_in += audio && LADSPA_IS_PORT_INPUT(plugin->PortDescriptors[p]);
    }
    if (plugin->activate)
        plugin->activate(handle);
    FILE *in = fopen(argv[5], "rb"), *out = fopen(argv[6], "wb");
    float *frame_in = calloc(n_in + 1, sizeof *frame_in);
    for (unsigned long got = block; in && out && got == block;) {
        for (got = 0; got < block && fread(frame_in, sizeof *frame_in, n_in, in) == n_in; got++)
            for (unsigned long p = 0, c = 0; p < n_ports; p++)
                if (LADSPA_IS_PORT_AUDIO(plugin->PortDescriptors[p]) && LADSPA_IS_PORT_INPUT(plugin->PortDescriptors[p]))
                    sounds[p][got] = frame_in[c++];
        if (got)
            plugin->run(handle, got);
        for (unsigned long f = 0; f < got; f++)
            for (unsigned long p = 0; p < n_ports; p++)
                if (LADSPA_IS_PORT_AUDIO(plugin->PortDescriptors[p]) && LADSPA_IS_PORT_OUTPUT(plugin->PortDescriptors[p]))
                    fwrite(&sounds[p][f], sizeof(float), 1, out);
    }
    return !in || !out || fclose(out) != 0;
}
