/* The state of a node that is a LADSPA plugin. [control; process: audio] */
#ifndef GPH_BRIDGES_LADSPA_NODE_H
#define GPH_BRIDGES_LADSPA_NODE_H

#include "controls.h"

#include <graphophone/module.h>
#include <ladspa.h>

/* As the plugin's own functions, but called on the audio thread: what they do there is the plugin's
 * responsibility. */
typedef void ladspa_connect(LADSPA_Handle handle, unsigned long port,
                            LADSPA_Data *samples) GPH_AUDIO;
typedef void ladspa_run(LADSPA_Handle handle, unsigned long frames) GPH_AUDIO;

enum { LADSPA_FAULT_LATENCY, LADSPA_FAULT_FLOAT_MODE };

struct gph_node {
    const gph_runtime *rt;
    const gph_type *base;
    const LADSPA_Descriptor *plugin;
    gph_type type; /* of this instance */
    gph_port ports[2];
    controls controls;
    uint32_t *in_ports; /* audio ports of the plugin: channel c is in_ports[c] */
    uint32_t *out_ports;
    uint32_t n_in, n_out;
    const control *latency_control; /* NULL: it says nothing of its latency */
    double tail_seconds;

    LADSPA_Handle handle; /* while active */
    ladspa_connect *connect;
    ladspa_run *run;
    uint32_t latency;  /* as told to the runtime */
    bool latency_told; /* that it has changed */
    bool float_mode_told;
};

/* ladspa_ports.c: what the plugin's ports are to the runtime, at a rate. */
gph_status gph_ladspa_describe(gph_node *self, double rate);
void gph_ladspa_forget(gph_node *self);

/* ladspa_run.c */
int32_t GPH_CALL gph_ladspa_process(gph_node *self, const gph_io *io) GPH_AUDIO;

#endif
