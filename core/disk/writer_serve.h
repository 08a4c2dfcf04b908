/* The writer process: a writer for each recorder of one rig, until the engine hangs up and all is in
 * files. [control of the writer process] */
#ifndef GPH_DISK_WRITER_SERVE_H
#define GPH_DISK_WRITER_SERVE_H

#include "../platform/channel.h"

/* Serves the engine at the other end. Returns an exit status: 0, or 1 where nobody that we know was
 * there. */
int gph_writer_serve(gph_channel *channel);

#endif
