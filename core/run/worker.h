/* Does for modules what they may not do on an audio thread: gph.worker/1. [control, if not said] */
#ifndef GPH_RUN_WORKER_H
#define GPH_RUN_WORKER_H

#include "runtime.h"

typedef struct gph_workers gph_workers;

/* One thread: jobs of a node run one after the other, in their order. It starts with the first
 * instance that could give it work. */
gph_status gph_workers_new(gph_workers **workers);
/* Does what is queued, then ends. NULL is fine. */
void gph_workers_free(gph_workers *workers);
/* For an instance whose extension offers work; makes its queue of answers. */
gph_status gph_workers_attach(gph_workers *workers, gph_node_runtime *runtime);
/* Waits until nothing is queued and nothing runs. No audio thread may schedule meanwhile. */
void gph_workers_drain(gph_workers *workers);
/* [audio] 1 queued, 0 full. */
int32_t gph_workers_schedule(gph_workers *workers, gph_node_runtime *runtime, const void *data,
                             uint32_t size) GPH_AUDIO;

#endif
