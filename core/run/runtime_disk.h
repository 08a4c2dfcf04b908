/* Streams of an instance as its module has them: with peaks, and known to their owner. [audio] */
#ifndef GPH_RUN_RUNTIME_DISK_H
#define GPH_RUN_RUNTIME_DISK_H

#include "runtime.h"

/* What the module has is a pointer to our own struct, under the name of the ABI. */
gph_stream *gph_runtime_stream_handle(gph_runtime_stream *stream) GPH_AUDIO;
gph_runtime_stream *gph_runtime_stream_of(gph_stream *handle) GPH_AUDIO;

/* Members of gph_disk. */
gph_status GPH_CALL gph_runtime_stream_start(gph_stream *handle, int64_t when) GPH_AUDIO;
gph_status GPH_CALL gph_runtime_stream_stop(gph_stream *handle, int64_t when) GPH_AUDIO;
gph_status GPH_CALL gph_runtime_stream_mark(gph_stream *handle, int64_t when,
                                            uint32_t split) GPH_AUDIO;
uint32_t GPH_CALL gph_runtime_stream_write(gph_stream *handle, int64_t clock,
                                           const float *const *ch, uint32_t frames) GPH_AUDIO;
uint32_t GPH_CALL gph_runtime_stream_read(gph_stream *handle, float *const *ch,
                                          uint32_t frames) GPH_AUDIO;
gph_status GPH_CALL gph_runtime_stream_seek(gph_stream *handle, int64_t frame) GPH_AUDIO;
void GPH_CALL gph_runtime_stream_stats(gph_stream *handle, gph_stream_stats *stats) GPH_AUDIO;

#endif
