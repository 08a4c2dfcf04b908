/* The options that every command with a patch has. [control] */
#ifndef GPH_CLI_RIG_OPTIONS_H
#define GPH_CLI_RIG_OPTIONS_H

#include "command.h"

#include <graphophone/graphophone.h>

/* The first word of a command line that makes this program a rig's writer. */
#define GPH_WRITER_WORD "rig-writer"

/* --set, --host, --rate, --block, --device, --length */
extern const gph_option gph_rig_option_table[];
/* --module-dir, --host-dir */
extern const gph_option gph_folder_option_table[];
/* --json */
extern const gph_option gph_json_option_table[];

/* What the command line says, as the library takes it. Returns false when memory is out. Release it in any case. */
bool gph_rig_options_init(const gph_arguments *arguments, gph_rig_options *options);
void gph_rig_options_finish(gph_rig_options *options);

#endif
