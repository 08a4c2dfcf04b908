/* gph.disk/1 over core/disk for a module on its bench. [test program] */
#include "disk_bench.h"

#include "../folder.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gph_stream_site
site_of(const disk_bench *d)
{
    return (gph_stream_site){.node = "node",
                             .patch = "bench",
                             .folder = d->folder,
                             .rate = d->bench->rate,
                             .takes = d->takes};
}

static gph_stream *
opened(disk_bench *d, gph_config *config, gph_status status)
{
    if (!status)
        status = gph_stream_activate(d->stream, d->bench->rate, GPH_MAX_FRAMES, NULL, &d->problem);
    gph_stream_freewheel(d->stream, true);
    if (status) {
        snprintf(config->error, config->error_size, "%s", d->problem.text);
        config->bad_setting = d->problem.setting;
        return NULL;
    }
    return d->stream;
}

static gph_stream *GPH_CALL
open_write(const gph_runtime *rt, gph_config *config, const gph_stream_write *what)
{
    disk_bench *d = bench_of(rt)->user;
    gph_stream_site site = site_of(d);
    disk_bench_clear(d);
    return opened(d, config, gph_stream_open_write(&site, what, &d->problem, &d->stream));
}

static gph_stream *GPH_CALL
open_read(const gph_runtime *rt, gph_config *config, gph_stream_read *what)
{
    disk_bench *d = bench_of(rt)->user;
    gph_stream_site site = site_of(d);
    gph_stream_free(d->stream);
    d->stream = NULL;
    return opened(d, config, gph_stream_open_read(&site, what, &d->problem, &d->stream));
}

static void GPH_CALL
close_stream(gph_stream *stream)
{
    (void)stream; /* it is the bench's, which has yet to look at it */
}

static const gph_disk service = {
    .size = sizeof service,
    .open_write = open_write,
    .open_read = open_read,
    .close = close_stream,
    .start = gph_stream_start,
    .stop = gph_stream_stop,
    .mark = gph_stream_mark,
    .write = gph_stream_put,
    .read = gph_stream_get,
    .seek = gph_stream_seek,
    .stats = gph_stream_stats_get,
};

void
disk_bench_init(disk_bench *d, bench *b)
{
    const char *place = getenv("TMPDIR");
    memset(d, 0, sizeof *d);
    d->bench = b;
    b->user = d;
    b->services[0].id = GPH_DISK_ID;
    b->services[0].service = &service;
    snprintf(d->folder, sizeof d->folder, "%s/gph-module-XXXXXX", place ? place : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(d->folder));
    ck_assert_int_eq(gph_take_counter_new(&d->takes), GPH_OK);
}

void
disk_bench_finish(disk_bench *d)
{
    d->finished = gph_stream_finish(d->stream, INT64_C(20000000000), &d->problem);
}

void
disk_bench_clear(disk_bench *d)
{
    gph_stream_free(d->stream);
    d->stream = NULL;
    folder_empty(d->folder);
}

void
disk_bench_free(disk_bench *d)
{
    disk_bench_clear(d);
    gph_take_counter_free(d->takes);
    folder_remove(d->folder);
}
