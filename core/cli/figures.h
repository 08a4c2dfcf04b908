/* All that can be seen of a rig, as JSON: for the status page and for --json. [control] */
#ifndef GPH_CLI_FIGURES_H
#define GPH_CLI_FIGURES_H

#include <graphophone/graphophone.h>
#include <jansson.h>

/* Words for GPH_RECORDER_* and GPH_STREAM_STATE_*. */
const char *gph_recorder_word(uint32_t state);
const char *gph_host_word(uint32_t state);

/* The caller's to release; NULL when memory is out. `takes`: the files that are finished, too, but at most so many of
 * the last. */
json_t *gph_figures_json(gph_rig *rig, uint32_t takes);

/* Publishes them as the rig's status page. Returns 0, or what gph_rig_publish says. */
gph_status gph_figures_publish(gph_rig *rig);

#endif
