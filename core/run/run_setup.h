/* What the files that make a run share. [control] */
#ifndef GPH_RUN_RUN_SETUP_H
#define GPH_RUN_RUN_SETUP_H

#include "run.h"
#include "run_state.h"

/* Zeroed memory that lives as long as the run; NULL when memory is out. */
void *gph_run_take(gph_run *run, size_t n, size_t size);
/* Samples, aligned to 64 bytes and touched. */
float *gph_run_take_samples(gph_run *run, size_t n);

/* Frames that a FEEDBACK node delays by. */
uint32_t gph_run_feedback_frames(const gph_graph_node *node, uint32_t block);

/* In this order. */
gph_status gph_run_make_params(gph_run *run);
gph_status gph_run_make_meters(gph_run *run);
gph_status gph_run_make_steps(gph_run *run, const gph_run_options *options);

#endif
