/* What is left when a rig has ended: the takes, and what is missing in them. [control] */
#ifndef GPH_CLI_SUMMARY_H
#define GPH_CLI_SUMMARY_H

#include <graphophone/graphophone.h>

/* Prints it for people on standard output. */
void gph_summary_print(gph_rig *rig);

/* Prints it as one JSON object on standard output. */
void gph_summary_print_json(gph_rig *rig, int exit_status);

#endif
