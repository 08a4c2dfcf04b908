/* LADSPA plugins with known manners: each does one thing that a bridge must bear. [audio; set-up: control] */
#include <ladspa.h>

#include <math.h>
#include <stdlib.h>

enum { LATE = 100 };

typedef struct instance {
    LADSPA_Data *ports[8];
    LADSPA_Data kept[LATE];
    unsigned long frames;
} instance;

static LADSPA_Handle
instantiate(const LADSPA_Descriptor *plugin, unsigned long rate)
{
    (void)plugin, (void)rate;
    return calloc(1, sizeof(instance));
}

static void
connect(LADSPA_Handle handle, unsigned long port, LADSPA_Data *data)
{
    ((instance *)handle)->ports[port] = data;
}

/* Ports: 0 in, 1 out, 2 and up controls. */
static void
run_copy(LADSPA_Handle handle, unsigned long frames)
{
    instance *self = handle;
    for (unsigned long f = 0; f < frames; f++)
        self->ports[1][f] = self->ports[0][f];
}

/* Leaves the processor rounding to zero. */
static void
run_rounder(LADSPA_Handle handle, unsigned long frames)
{
    run_copy(handle, frames);
#ifdef __SSE__
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x6000u);
#endif
}

static void
run_crash(LADSPA_Handle handle, unsigned long frames)
{
    instance *self = handle;
    volatile int *volatile nowhere = (volatile int *)8;
    run_copy(handle, frames);
    self->frames += frames;
    if (self->frames > 9600)
        *nowhere = 1;
}

/* Late by 100 frames, and says so. */
static void
run_late(LADSPA_Handle handle, unsigned long frames)
{
    instance *self = handle;
    for (unsigned long f = 0; f < frames; f++, self->frames++) {
        const LADSPA_Data in = self->ports[0][f];
        self->ports[1][f] = self->kept[self->frames % LATE];
        self->kept[self->frames % LATE] = in;
    }
    *self->ports[2] = LATE;
}

/* Puts out what its first control is, and counts calls in its meter. */
static void
run_show(LADSPA_Handle handle, unsigned long frames)
{
    instance *self = handle;
    for (unsigned long f = 0; f < frames; f++)
        self->ports[1][f] = *self->ports[2];
    *self->ports[7] = (LADSPA_Data)++self->frames;
}

static void
cleanup(LADSPA_Handle handle)
{
    free(handle);
}

#define IN      (LADSPA_PORT_AUDIO | LADSPA_PORT_INPUT)
#define OUT     (LADSPA_PORT_AUDIO | LADSPA_PORT_OUTPUT)
#define CONTROL (LADSPA_PORT_CONTROL | LADSPA_PORT_INPUT)
#define METER   (LADSPA_PORT_CONTROL | LADSPA_PORT_OUTPUT)
#define BOUNDED (LADSPA_HINT_BOUNDED_BELOW | LADSPA_HINT_BOUNDED_ABOVE)

static const LADSPA_PortDescriptor kinds[] = {IN, OUT, CONTROL, CONTROL, CONTROL, CONTROL, CONTROL, METER};
static const LADSPA_PortDescriptor late_kinds[] = {IN, OUT, METER};
static const char *const names[] = {"In",          "Out",       "Level (dB)",  "Time [ms]",
                                    "Cutoff (Hz)", "Steps",     "plugin",      "Calls"};
static const char *const late_names[] = {"In", "Out", "latency"};
static const LADSPA_PortRangeHint hints[] = {
    {0, 0, 0},
    {0, 0, 0},
    {BOUNDED | LADSPA_HINT_DEFAULT_MIDDLE, -60, 20},
    {BOUNDED | LADSPA_HINT_DEFAULT_LOW, 0, 1000},
    {BOUNDED | LADSPA_HINT_SAMPLE_RATE | LADSPA_HINT_LOGARITHMIC | LADSPA_HINT_DEFAULT_MIDDLE, 0.0001f, 0.5f},
    {BOUNDED | LADSPA_HINT_INTEGER | LADSPA_HINT_DEFAULT_MAXIMUM, 1, 7},
    {LADSPA_HINT_TOGGLED | LADSPA_HINT_DEFAULT_1, 0, 0},
    {0, 0, 0},
};
static const LADSPA_PortRangeHint late_hints[] = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}};

#define PLUGIN(id_, label_, n_, kinds_, names_, hints_, run_)                                          \
    {id_, label_, LADSPA_PROPERTY_HARD_RT_CAPABLE, label_, "Caf\xe9 Planted", "MIT", n_, kinds_, names_,        \
     hints_, NULL, instantiate, connect, NULL, run_, NULL, NULL, NULL, cleanup}

static const LADSPA_Descriptor plugins[] = {
    PLUGIN(1, "planted_rounder", 2, kinds, names, hints, run_rounder),
    PLUGIN(2, "planted_crash", 2, kinds, names, hints, run_crash),
    PLUGIN(3, "planted_late", 3, late_kinds, late_names, late_hints, run_late),
    PLUGIN(4, "planted_show", 8, kinds, names, hints, run_show),
    PLUGIN(5, "planted_bare", 2, kinds, names, hints, NULL),
};

__attribute__((visibility("default"))) const LADSPA_Descriptor *
ladspa_descriptor(unsigned long index)
{
    return index < sizeof plugins / sizeof plugins[0] ? &plugins[index] : NULL;
}
