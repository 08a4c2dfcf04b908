/* gph.disk/1 over core/disk for a module on its bench: real streams, real files. [test program]
 *
 *     disk_bench d;
 *     disk_bench_init(&d, &b);          adds the service to the bench; b.user is taken
 *     take *t = bench_run(&b, ...);
 *     disk_bench_finish(&d);            closes the files; then look at d.stream
 *     disk_bench_free(&d);
 *
 * One stream a run; it waits for the disk, so that nothing is ever lost. */
#ifndef GPH_TEST_DISK_BENCH_SERVICE_H
#define GPH_TEST_DISK_BENCH_SERVICE_H

#include "../../../core/disk/stream.h"
#include "module_bench.h"

typedef struct disk_bench {
    bench *bench;
    char folder[200];
    gph_take_counter *takes;
    gph_stream *stream;
    gph_stream_problem problem;
    gph_status finished;
} disk_bench;

void disk_bench_init(disk_bench *d, bench *b);
/* Ends the stream of the last run, so that its files can be looked at. */
void disk_bench_finish(disk_bench *d);
/* Forgets that stream, for another run; removes all files. */
void disk_bench_clear(disk_bench *d);
void disk_bench_free(disk_bench *d);

#endif
