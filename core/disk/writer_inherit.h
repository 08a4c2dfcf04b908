/* How a writer goes on where another has died: its files are completed as far as it had come, and the
 * take goes on behind them, out of the ring. [writer] */
#ifndef GPH_DISK_WRITER_INHERIT_H
#define GPH_DISK_WRITER_INHERIT_H

#include "writer_memo.h"

/* Completes what `left` tells of, and goes on behind it. */
void gph_writer_inherit(gph_writer *writer);

#endif
