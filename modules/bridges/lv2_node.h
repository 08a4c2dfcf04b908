/* The state of a node that is an LV2 plugin. [control; process, done: audio; work: worker] */
#ifndef GPH_BRIDGES_LV2_NODE_H
#define GPH_BRIDGES_LV2_NODE_H

#include "controls.h"

#include <graphophone/module.h>
#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

/* As the plugin's own functions, but called on the audio thread: what they do there is the plugin's
 * responsibility. */
typedef void lv2_connect(LV2_Handle handle, uint32_t port, void *data) GPH_AUDIO;
typedef void lv2_run(LV2_Handle handle, uint32_t frames) GPH_AUDIO;
typedef LV2_Worker_Status lv2_respond(LV2_Handle handle, uint32_t size, const void *body) GPH_AUDIO;
typedef LV2_Worker_Status lv2_end_run(LV2_Handle handle) GPH_AUDIO;

enum { LV2_FAULT_LATENCY, LV2_FAULT_FLOAT_MODE };
enum { LV2_FEATURES = 16, LV2_OPTIONS = 6 };

typedef struct lv2_urids lv2_urids; /* lv2_features.c */

/* A port of events: nothing comes in, and what comes out is not heard. */
typedef struct lv2_atom_port {
    uint32_t port;
    uint32_t capacity; /* bytes of the body */
    bool output;
    LV2_Atom_Sequence *buffer;
} lv2_atom_port;

/* Audio ports of one kind: channel c is ports[c]. */
typedef struct lv2_channels {
    uint32_t *ports;
    uint32_t n;
} lv2_channels;

struct gph_node {
    const gph_runtime *rt;
    const gph_type *base;
    LilvWorld *world; /* made when it is first needed */
    const LilvPlugin *plugin;
    char label[256]; /* its name, for messages */
    gph_type type;   /* of this instance */
    gph_port ports[3];
    controls controls;
    lv2_channels in, side, out;
    lv2_atom_port *atoms;
    uint32_t n_atoms;
    uint32_t *unwired; /* optional ports of a kind we have nothing for */
    uint32_t n_unwired;
    uint32_t latency_control; /* its place + 1; 0: it says nothing of its latency */
    uint32_t freewheel_port;  /* + 1 */
    double tail_seconds;
    LilvState *state; /* of `preset`, or the plugin's own; NULL: none */

    /* What the plugin may use. */
    lv2_urids *urids;
    LV2_URID_Map map;
    LV2_URID_Unmap unmap;
    LV2_Log_Log log;
    LV2_Worker_Schedule schedule;
    LV2_Options_Option options[LV2_OPTIONS];
    int32_t least_block, most_block, usual_block;
    float rate;
    LV2_Feature feature_list[LV2_FEATURES];
    const LV2_Feature *features[LV2_FEATURES + 1];
    bool has_worker;

    /* While active. */
    LilvInstance *instance;
    LV2_Handle handle;
    lv2_connect *connect;
    lv2_run *run;
    const LV2_Worker_Interface *worker; /* of the plugin, or NULL */
    lv2_respond *respond;
    lv2_end_run *end_run;
    const gph_worker *jobs; /* of the runtime */
    float *nothing;         /* what an open sidechain hears */
    LV2_URID sequence_urid, chunk_urid;
    float freewheels;
    bool running; /* in a call of process */
    uint32_t latency;
    bool latency_told, float_mode_told;
};

/* lv2_world.c: reads the manifests of the bundles on the path that mention a text, whatever its capitals (NULL: of all),
 * but those that would harm. What was read before is gone. */
gph_status gph_lv2_open_world(gph_node *self, const char *text);
/* Adds a bundle, by its folder. False: it may not or cannot be read, and `why` says so. */
bool gph_lv2_add_bundle(LilvWorld *world, const char *folder, char *why, uint32_t size);
/* Calls `each` for every bundle on the path. */
void gph_lv2_bundles(bool (*each)(void *user, const char *folder), void *user);

/* lv2_find.c: a plugin by URI, the end of it, or its name. */
gph_status gph_lv2_find(gph_node *self, const char *name, char *error, uint32_t error_size);
const char *gph_lv2_uri(const LilvPlugin *plugin);
/* What stands behind the last '/', '#' or ':' of a URI; all of it where nothing does. */
const char *gph_lv2_tail(const char *uri);
/* Whether `name` is the end of a URI that begins behind a '/', '#' or ':'. */
bool gph_lv2_ends_with(const char *uri, const char *name);
void gph_lv2_name(const LilvPlugin *plugin, char *name, size_t size);

/* lv2_list.c: all plugins, and the bundles that cannot be read. Nothing is loaded here. */
gph_status gph_lv2_list(void(GPH_CALL *each)(void *user, const gph_plugin *plugin), void *user);

/* lv2_lacks.c: whether it needs what is not here, with a sentence in `why` ("" : it does not). */
bool gph_lv2_lacks(gph_node *self, const LilvPlugin *plugin, char *why, uint32_t size);
/* Loads its binary for as long as the program runs; or a sentence is in `why`. */
bool gph_lv2_loads(const LilvPlugin *plugin, char *why, uint32_t size);
bool gph_lv2_is_a(gph_node *self, const LilvPlugin *plugin, const LilvPort *port,
                  const char *class);
bool gph_lv2_has(gph_node *self, const LilvPlugin *plugin, const LilvPort *port,
                 const char *property);
bool gph_lv2_is_designated(gph_node *self, const LilvPlugin *plugin, const LilvPort *port,
                           const char *designation);
bool gph_lv2_is_side(gph_node *self, const LilvPlugin *plugin, const LilvPort *port);

/* lv2_ports.c: what the plugin's ports are to the runtime, at a rate. */
gph_status gph_lv2_describe(gph_node *self, double rate, const char *preset, char *error,
                            uint32_t error_size);
void gph_lv2_forget(gph_node *self);

/* lv2_features.c */
gph_status gph_lv2_features_init(gph_node *self);
void gph_lv2_features_finish(gph_node *self);
void gph_lv2_features_set(gph_node *self, double rate, uint32_t max_frames);
bool gph_lv2_has_feature(const char *uri);
LV2_URID gph_lv2_map(gph_node *self, const char *uri);

/* lv2_state.c: the preset's values become defaults; what else it keeps is given to an instance. */
gph_status gph_lv2_state_load(gph_node *self, const char *preset, char *error, uint32_t error_size);
void gph_lv2_state_restore(gph_node *self);

/* lv2_run.c */
int32_t GPH_CALL gph_lv2_process(gph_node *self, const gph_io *io) GPH_AUDIO;
void gph_lv2_clear_atoms(gph_node *self) GPH_AUDIO;
extern const gph_worker_node gph_lv2_worker;
LV2_Worker_Status gph_lv2_schedule(LV2_Worker_Schedule_Handle handle, uint32_t size,
                                   const void *data);

#endif
