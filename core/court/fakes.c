/* The services of a runtime: tables, worker, disk. [control; audio] */
#include "fakes.h"

#include "guarded.h"
#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES = 8, CHANNELS = 2, FRAMES = 4800, JOBS = 32, STREAMS = 8 };

struct gph_table {
    fakes *owner;
    cell *banks[3][CHANNELS]; /* the bank, the spare, and where the bank moves to */
    cell *lists[2];           /* pointers of the view: ch, spare */
    uint32_t bank;
    gph_table_view view;
};

struct gph_stream {
    fakes *owner;
    bool writes, recording;
    int64_t frames, lost, position;
    uint32_t channels, writes_tried;
};

typedef struct job {
    unsigned char data[GPH_MAX_JOB];
    uint32_t size;
} job;

struct fakes {
    uint32_t trouble;
    double rate;
    bool used;
    gph_table tables[TABLES];
    uint32_t n_tables;
    gph_stream streams[STREAMS];
    uint32_t n_streams;
    job jobs[JOBS], answers[JOBS];
    uint32_t n_jobs, n_answers;
    gph_event news[16];
    uint32_t n_news;
    uint32_t turns;
};

/* ---------------------------------------------------------------- tables */

static void
show(gph_table *t)
{
    float **ch = cell_use(t->lists[0], CHANNELS);
    float **spare = cell_use(t->lists[1], CHANNELS);
    for (uint32_t c = 0; c < CHANNELS; c++) {
        ch[c] = cell_use(t->banks[t->bank][c], FRAMES);
        spare[c] = cell_use(t->banks[(t->bank + 1) % 3][c], FRAMES);
    }
    t->view.ch = ch;
    t->view.spare = spare;
}

static gph_table *GPH_CALL
open_table(const gph_runtime *rt, const char *setting, uint32_t access)
{
    fakes *f = fakes_of(rt);
    (void)setting;
    f->used = true;
    if (f->n_tables == TABLES || (f->trouble & FAKES_NO_STREAM))
        return NULL;
    gph_table *t = &f->tables[f->n_tables++];
    *t = (gph_table){.owner = f};
    t->view =
        (gph_table_view){.channels = CHANNELS, .frames = FRAMES, .generation = 1, .rate = f->rate};
    t->view.mark.filled = access == GPH_TABLE_WRITE ? 0 : FRAMES;
    guarded_pause(true);
    uint32_t seed = 7;
    for (uint32_t b = 0; b < 3; b++)
        for (uint32_t c = 0; c < CHANNELS; c++) {
            t->banks[b][c] = cell_new(CELL_TABLE, "the table", c, sizeof(float), FRAMES);
            float *samples = cell_use(t->banks[b][c], FRAMES);
            for (uint32_t n = 0; n < FRAMES; n++)
                samples[n] = b == 0 ? 0.5f * seed_fraction(&seed) : 0;
        }
    for (uint32_t l = 0; l < 2; l++)
        t->lists[l] = cell_new(CELL_CHANNEL, "the table", 0, sizeof(float *), CHANNELS);
    guarded_pause(false);
    show(t);
    return t;
}

static const gph_table_view *GPH_CALL
view_table(gph_table *table) GPH_AUDIO
{
    return &table->view;
}

static void GPH_CALL
mark_table(gph_table *table, const gph_table_mark *mark) GPH_AUDIO
{
    table->view.mark = *mark;
}

static gph_status GPH_CALL
swap_table(gph_table *table) GPH_AUDIO
{
    float *const *ch = table->view.ch;
    table->view.ch = table->view.spare;
    table->view.spare = ch;
    table->view.bank ^= 1;
    table->view.generation++;
    return GPH_OK;
}

/* The sound moves to the third bank; whoever kept a pointer runs into a wall. */
static void
move_table(gph_table *t)
{
    if (t->view.mark.state == GPH_TABLE_RECORDING || t->view.bank != 0)
        return;
    const uint32_t to = (t->bank + 2) % 3;
    for (uint32_t c = 0; c < CHANNELS; c++) {
        cell_protect(t->banks[to][c], GPH_PAGES_WRITE);
        memcpy(cell_use(t->banks[to][c], FRAMES), cell_use(t->banks[t->bank][c], FRAMES),
               FRAMES * sizeof(float));
        cell_protect(t->banks[t->bank][c], GPH_PAGES_NONE);
        cell_protect(t->banks[(to + 1) % 3][c], GPH_PAGES_NONE);
    }
    t->bank = to;
    for (uint32_t c = 0; c < CHANNELS; c++)
        cell_protect(t->banks[(to + 1) % 3][c], GPH_PAGES_WRITE);
    for (uint32_t c = 0; c < CHANNELS; c++)
        cell_protect(t->banks[(to + 2) % 3][c], GPH_PAGES_NONE);
    t->view.generation++;
    show(t);
}

static const gph_tables tables = {sizeof tables, 0, open_table, view_table, mark_table, swap_table};

/* ---------------------------------------------------------------- worker */

static int32_t
put(job *jobs, uint32_t *n, const void *data, uint32_t size)
{
    if (*n == JOBS || size > GPH_MAX_JOB)
        return 0;
    memcpy(jobs[*n].data, data, size);
    jobs[(*n)++].size = size;
    return 1;
}

static int32_t GPH_CALL
schedule(const gph_runtime *rt, const void *data, uint32_t size) GPH_AUDIO
{
    fakes *f = fakes_of(rt);
    f->used = true;
    return f->trouble & FAKES_FULL ? 0 : put(f->jobs, &f->n_jobs, data, size);
}

static int32_t GPH_CALL
respond(const gph_runtime *rt, const void *data, uint32_t size)
{
    fakes *f = fakes_of(rt);
    return f->trouble & FAKES_FULL ? 0 : put(f->answers, &f->n_answers, data, size);
}

static const gph_worker worker = {sizeof worker, 0, schedule, respond};

static void
do_jobs(fakes *f, const gph_type *type, gph_node *node)
{
    const gph_worker_node *does =
        f->n_jobs && type->extension ? type->extension(node, GPH_WORKER_NODE_ID) : NULL;
    for (uint32_t j = 0; does && does->work && j < f->n_jobs; j++)
        does->work(node, f->jobs[j].data, f->jobs[j].size);
    f->n_jobs = 0;
    for (uint32_t j = 0; does && does->done && j < f->n_answers; j++)
        does->done(node, f->answers[j].data, f->answers[j].size);
    f->n_answers = 0;
}

/* ---------------------------------------------------------------- disk */

static void
tell(fakes *f, uint32_t what, int64_t data)
{
    if (f->n_news < sizeof f->news / sizeof *f->news)
        f->news[f->n_news++] = (gph_event){.kind = GPH_EVENT_STREAM, .index = what, .data = data};
}

static gph_stream *
open_stream(fakes *f, gph_config *config, bool writes, uint32_t channels)
{
    f->used = true;
    if (f->n_streams < STREAMS && !(f->trouble & FAKES_NO_STREAM)) {
        gph_stream *stream = &f->streams[f->n_streams++];
        *stream = (gph_stream){.owner = f, .writes = writes, .channels = channels};
        return stream;
    }
    snprintf(config->error, config->error_size, "the disk says no");
    config->bad_setting = "file";
    return NULL;
}

static gph_stream *GPH_CALL
open_write(const gph_runtime *rt, gph_config *config, const gph_stream_write *what)
{
    return open_stream(fakes_of(rt), config, true, what->channels);
}

static gph_stream *GPH_CALL
open_read(const gph_runtime *rt, gph_config *config, gph_stream_read *what)
{
    what->channels = CHANNELS;
    what->rate = fakes_of(rt)->rate;
    what->frames = FRAMES;
    return open_stream(fakes_of(rt), config, false, CHANNELS);
}

static void GPH_CALL
close_stream(gph_stream *stream)
{
    stream->recording = false;
}

static gph_status GPH_CALL
start_stream(gph_stream *stream, int64_t when) GPH_AUDIO
{
    if (stream->recording)
        return GPH_STATE;
    stream->recording = true;
    stream->frames = 0;
    tell(stream->owner, GPH_STREAM_OPENED, when);
    if (stream->owner->trouble & FAKES_DISK)
        tell(stream->owner, GPH_STREAM_FAILED, 28);
    return GPH_OK;
}

static gph_status GPH_CALL
stop_stream(gph_stream *stream, int64_t when) GPH_AUDIO
{
    (void)when;
    if (!stream->recording)
        return GPH_STATE;
    stream->recording = false;
    if (stream->owner->trouble & FAKES_CLOSE)
        tell(stream->owner, GPH_STREAM_FAILED, 5);
    else
        tell(stream->owner, GPH_STREAM_CLOSED, stream->frames);
    return GPH_OK;
}

static gph_status GPH_CALL
mark_stream(gph_stream *stream, int64_t when, uint32_t split) GPH_AUDIO
{
    (void)when;
    (void)split;
    return stream->recording ? GPH_OK : GPH_STATE;
}

static uint32_t GPH_CALL
write_stream(gph_stream *stream, int64_t clock, const float *const *ch, uint32_t frames) GPH_AUDIO
{
    (void)clock;
    volatile float sum = 0;
    for (uint32_t c = 0; c < stream->channels; c++)
        sum = sum + ch[c][0] + ch[c][frames - 1];
    const bool late = (stream->owner->trouble & FAKES_SLOW) && stream->writes_tried++ % 4 == 3;
    if (late)
        tell(stream->owner, GPH_STREAM_HALF_FULL, 0);
    if (late || stream->owner->trouble & (FAKES_FULL | FAKES_DISK)) {
        stream->lost += frames;
        tell(stream->owner, GPH_STREAM_GAP, frames);
        return 0;
    }
    stream->frames += frames;
    return frames;
}

static uint32_t GPH_CALL
read_stream(gph_stream *stream, float *const *ch, uint32_t frames) GPH_AUDIO
{
    const int64_t left = FRAMES - stream->position;
    const uint32_t n = left <= 0 ? 0 : left < (int64_t)frames ? (uint32_t)left : frames;
    for (uint32_t c = 0; c < stream->channels; c++)
        for (uint32_t k = 0; k < frames; k++)
            ch[c][k] = k < n && !(stream->owner->trouble & FAKES_FULL)
                           ? (float)((stream->position + k) % 97) * 0.01f - 0.5f
                           : 0.0f;
    stream->position += n;
    return n;
}

static gph_status GPH_CALL
seek_stream(gph_stream *stream, int64_t frame) GPH_AUDIO
{
    stream->position = frame < 0 ? 0 : frame;
    return GPH_OK;
}

static void GPH_CALL
stats_stream(gph_stream *stream, gph_stream_stats *stats) GPH_AUDIO
{
    const gph_stream_stats all = {.size = stats->size,
                                  .recording = stream->recording,
                                  .frames = stream->writes ? stream->frames : stream->position,
                                  .lost = stream->lost,
                                  .capacity = 240000,
                                  .free_bytes = stream->owner->trouble & FAKES_DISK ? 0 : -1};
    memcpy(stats, &all, stats->size < sizeof all ? stats->size : sizeof all);
}

static const gph_disk disk = {sizeof disk,  0,           open_write,  open_read,    close_stream,
                              start_stream, stop_stream, mark_stream, write_stream, read_stream,
                              seek_stream,  stats_stream};

/* ---------------------------------------------------------------- all of them */

fakes *
fakes_new(uint32_t trouble, double rate)
{
    fakes *f = calloc(1, sizeof *f);
    if (!f)
        exit(70);
    f->trouble = trouble;
    f->rate = rate;
    return f;
}

const void *
fakes_get(fakes *f, const char *id)
{
    (void)f;
    return strcmp(id, GPH_TABLES_ID) == 0   ? (const void *)&tables
           : strcmp(id, GPH_WORKER_ID) == 0 ? (const void *)&worker
           : strcmp(id, GPH_DISK_ID) == 0   ? (const void *)&disk
                                            : NULL;
}

uint32_t
fakes_turn(fakes *f, const gph_type *type, gph_node *node, int64_t clock, gph_event *events,
           uint32_t most)
{
    uint32_t n = 0;
    do_jobs(f, type, node);
    if ((f->trouble & FAKES_SWAP) && f->turns++ % 2)
        for (uint32_t t = 0; t < f->n_tables; t++)
            move_table(&f->tables[t]);
    for (; n < f->n_news && n < most; n++) {
        events[n] = f->news[n];
        events[n].when = clock;
    }
    f->n_news = 0;
    return n;
}

bool
fakes_are_used(const fakes *f)
{
    return f->used;
}

void
fakes_free(fakes *f)
{
    guarded_pause(true);
    for (uint32_t t = 0; f && t < f->n_tables; t++) {
        for (uint32_t b = 0; b < 3; b++)
            for (uint32_t c = 0; c < CHANNELS; c++)
                cell_free(f->tables[t].banks[b][c]);
        cell_free(f->tables[t].lists[0]);
        cell_free(f->tables[t].lists[1]);
    }
    guarded_pause(false);
    free(f);
}
