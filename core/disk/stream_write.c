/* The control side of a stream that writes: its ring, its writer thread, the list of its files.
 * [control; `run` is the writer thread] */
#include "../platform/shm.h"
#include "../platform/thread.h"
#include "faulty.h"
#include "journal.h"
#include "part_file.h"
#include "spec.h"
#include "stream_state.h"
#include "writer_job.h"
#include "writer_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gph_recorder {
    gph_spec spec;
    const gph_file_system *files;
    const gph_file_system *spare_files; /* of the failover folder; NULL: the same */
    const gph_time_source *clock;
    gph_take_counter *takes;
    gph_take_names names;
    gph_shm *memory;
    gph_writer_job *job;   /* one of these two is at work: in this process, */
    gph_writer_seat *seat; /* or in another */
    gph_writer_link *link; /* that other; NULL: this one */
    gph_packet request;    /* for it: what was asked for */
    gph_bell *finished;    /* the writer is done */
    bool ended;            /* the mark END is in the ring */
    bool done;             /* the writer has said so */
    bool discard;          /* nothing of what was written is to stay */
    gph_lock *lock;        /* of what follows */
    char broken[200];      /* why no writer goes on; "": all is well */
    gph_take_file **list;
    uint32_t n_files, room;
};

gph_status
gph_stream_open_write(const gph_stream_site *site, const gph_stream_write *what,
                      gph_stream_problem *problem, gph_stream **result)
{
    *problem = (gph_stream_problem){.setting = NULL};
    gph_stream *stream = calloc(1, sizeof *stream);
    gph_recorder *recorder = calloc(1, sizeof *recorder);
    if (!stream || !recorder) {
        free(stream);
        free(recorder);
        return gph_stream_refuse(problem, GPH_MEMORY, NULL, "no memory for a recorder");
    }
    gph_status status = gph_spec_init(&recorder->spec, site, what, problem);
    if (status) {
        free(stream);
        free(recorder);
        return status;
    }
    stream->writes = recorder;
    recorder->link = site->link;
    if (site->link)
        gph_writer_put_request(&recorder->request, site, &recorder->spec.what);
    recorder->files = site->files ? site->files : &gph_file_system_real;
    if (site->below && site->faulty) {
        recorder->spare_files = recorder->spec.shares ? NULL : recorder->files;
        recorder->files = gph_faulty_files(site->faulty);
    }
    recorder->clock = site->clock ? site->clock : &gph_clock_system;
    recorder->names = (gph_take_names){
        .name = &recorder->spec.name,
        .labels = (const char *const *)recorder->spec.labels,
        .channels = recorder->spec.what.channels,
        .files = recorder->files,
    };
    if (!gph_take_counter_add(site->takes, &recorder->names)) {
        gph_stream_free(stream);
        return gph_stream_refuse(problem, GPH_ARGUMENT, "file",
                                 "another recorder writes files of this name; {node} tells them "
                                 "apart");
    }
    recorder->takes = site->takes;
    *result = stream;
    return GPH_OK;
}

static void
report(void *user, gph_take_file *file)
{
    gph_recorder *recorder = user;
    gph_lock_take(recorder->lock);
    /* One that died after it had told may have had a successor that told again. */
    bool told = false;
    for (uint32_t n = 0; recorder->link && n < recorder->n_files; n++)
        told = told || !strcmp(recorder->list[n]->path, file->path);
    if (told) {
        gph_take_file_free(file);
        gph_lock_give(recorder->lock);
        return;
    }
    if (recorder->n_files == recorder->room) {
        uint32_t room = recorder->room * 2 + 16;
        gph_take_file **list = realloc(recorder->list, room * sizeof *list);
        if (list) {
            recorder->list = list;
            recorder->room = room;
        }
    }
    if (recorder->n_files < recorder->room)
        recorder->list[recorder->n_files++] = file;
    else
        gph_take_file_free(file);
    gph_lock_give(recorder->lock);
}

static void
done(void *user)
{
    gph_recorder *recorder = user;
    gph_bell_ring(recorder->finished);
}

/* The writer process has ended this recorder, or nobody can go on with it. */
static void
done_there(void *user, const char *why)
{
    gph_recorder *recorder = user;
    gph_lock_take(recorder->lock);
    snprintf(recorder->broken, sizeof recorder->broken, "%s", why ? why : "");
    gph_lock_give(recorder->lock);
    gph_bell_ring(recorder->finished);
}

static gph_status
make_ring(gph_stream *stream, double rate, uint32_t max_frames, const uint32_t *latency,
          gph_ring_geometry *ring)
{
    gph_recorder *recorder = stream->writes;
    size_t bytes;
    if (!gph_writer_job_ring(&recorder->spec, rate, max_frames, latency, ring, &bytes,
                             &stream->keep))
        return GPH_MEMORY;
    gph_status status = recorder->link ? gph_shm_new_shared(bytes, &recorder->memory)
                                       : gph_shm_new(bytes, &recorder->memory);
    if (status)
        return status;
    gph_shm_lock(recorder->memory);
    gph_ring_view(gph_shm_base(recorder->memory), ring, &stream->ring);
    return GPH_OK;
}

/* Sets a writer to work, here or in its own process. */
static gph_status
employ(gph_stream *stream, double rate, uint32_t max_frames, const uint32_t *latency,
       gph_stream_problem *problem)
{
    gph_recorder *recorder = stream->writes;
    static const uint32_t none[GPH_MAX_CHANNELS];
    gph_ring_geometry ring;
    gph_status status = make_ring(stream, rate, max_frames, latency, &ring);
    if (status)
        return status;
    if (recorder->link) {
        const gph_writer_seat_order order = {
            .request = &recorder->request,
            .terms = {rate, max_frames, ring, latency ? latency : none,
                      gph_shm_bytes(recorder->memory), false},
            .memory = recorder->memory,
            .report = report,
            .done = done_there,
            .user = recorder,
        };
        return gph_writer_seat_new(recorder->link, &order, problem, &recorder->seat);
    }
    const gph_writer_order order = {
        .spec = &recorder->spec,
        .rate = rate,
        .max_frames = max_frames,
        .latency = latency,
        .ring = ring,
        .memory = gph_shm_base(recorder->memory),
        .files = recorder->files,
        .spare_files = recorder->spare_files,
        .clock = recorder->clock,
        .takes = recorder->takes,
        .report = report,
        .done = done,
        .user = recorder,
    };
    return gph_writer_job_new(&order, &recorder->job);
}

/* As many files as one take has open at once must be had, and before the start. */
static gph_status
check_handles(const gph_recorder *recorder, gph_stream_problem *problem)
{
    int64_t files = recorder->spec.name.per_channel ? recorder->spec.what.channels : 1;
    int64_t wanted = files * 2 + 8;
    int64_t there = recorder->files->handles(recorder->files->user, wanted);
    if (there >= wanted)
        return GPH_OK;
    return gph_stream_refuse(problem, GPH_IO, "file",
                             "%lld files are to be open at once, the system allows %lld more",
                             (long long)wanted, (long long)there);
}

/* False: a thread hangs in the disk with what it was told, which has to stay. */
static bool
deactivate(gph_stream *stream)
{
    gph_recorder *recorder = stream->writes;
    stream->active = false;
    gph_writer_seat_free(recorder->seat);
    recorder->seat = NULL;
    if (!gph_writer_job_free(recorder->job, INT64_C(2000000000)))
        return false;
    gph_bell_free(recorder->finished);
    gph_lock_free(recorder->lock);
    gph_shm_free(recorder->memory);
    recorder->job = NULL;
    recorder->finished = NULL;
    recorder->lock = NULL;
    recorder->memory = NULL;
    return true;
}

gph_status
gph_recorder_activate(gph_stream *stream, double rate, uint32_t max_frames, const uint32_t *latency,
                      gph_stream_problem *problem)
{
    gph_recorder *recorder = stream->writes;
    gph_status status = gph_spec_check_rate(&recorder->spec, rate, problem);
    status = status ? status : check_handles(recorder, problem);
    if (status)
        return status;
    status = gph_bell_new(&recorder->finished);
    status = status ? status : gph_lock_new(&recorder->lock);
    status = status ? status : employ(stream, rate, max_frames, latency, problem);
    if (status) {
        deactivate(stream);
        if (*problem->text)
            return status;
        return gph_stream_refuse(
            problem, GPH_MEMORY, "buffer", "no memory for a ring of %g s for %u channels",
            recorder->spec.what.buffer_seconds + recorder->spec.what.preroll_seconds,
            recorder->spec.what.channels);
    }
    recorder->spec.rate = rate;
    stream->wait = gph_stream_wait_room;
    atomic_store(&stream->start, INT64_MAX);
    atomic_store(&stream->stop, INT64_MAX);
    stream->active = true;
    return GPH_OK;
}

/* What the audio side has left to say; it does not run any more, so we may in its place. */
static bool
say_the_end(gph_stream *stream)
{
    gph_ring_mark mark = {GPH_MARK_STOP, 0, stream->position, stream->stop_at, 0};
    if (stream->stop_waits && !gph_ring_put_mark(&stream->ring, &mark, 0))
        return false;
    stream->stop_waits = false;
    int64_t clock = atomic_load(&stream->clock);
    mark.kind = stream->dropped ? GPH_MARK_DROP : GPH_MARK_LOST;
    mark.clock = clock;
    mark.frames = stream->missing;
    if (stream->missing && !gph_ring_put_mark(&stream->ring, &mark, 0))
        return false;
    stream->missing = 0;
    mark.kind = GPH_MARK_END;
    return gph_ring_put_mark(&stream->ring, &mark, 0);
}

gph_status
gph_recorder_finish(gph_stream *stream, int64_t timeout_ns, gph_stream_problem *problem)
{
    gph_recorder *recorder = stream->writes;
    int64_t until = gph_clock_system.monotonic_ns(NULL) + timeout_ns;
    while (!recorder->ended && !(recorder->ended = say_the_end(stream)) &&
           gph_clock_system.monotonic_ns(NULL) < until)
        gph_thread_sleep_ns(1000000);
    gph_recorder_ring_bell(recorder);
    int64_t left = until - gph_clock_system.monotonic_ns(NULL);
    recorder->done = recorder->done || gph_bell_wait(recorder->finished, left > 0 ? left : 0);
    if (!recorder->done)
        return gph_stream_refuse(problem, GPH_STATE, NULL,
                                 "the files are not closed after %.1f s; the disk is slow",
                                 (double)timeout_ns / 1e9);
    gph_ring_status status;
    gph_recorder_status(stream, &status);
    if (status.state == GPH_STREAM_BROKEN)
        return gph_stream_refuse(problem, GPH_IO, NULL, "%s", status.reason);
    if (status.failed_disk)
        return gph_stream_refuse(problem, GPH_IO, NULL, "the disk failed in between: %s",
                                 status.trouble);
    return GPH_OK;
}

void
gph_stream_discard(gph_stream *stream)
{
    if (stream->writes)
        stream->writes->discard = true;
}

/* Under whatever name the file is by now. */
static void
remove_file(const gph_recorder *recorder, char *path)
{
    const gph_file_system *files = recorder->files;
    char *name = strrchr(path, '/');
    if (!name)
        return;
    *name++ = '\0';
    gph_file folder = files->open_folder(files->user, *path ? path : "/");
    if (folder < 0)
        return;
    files->remove(files->user, folder, name);
    char journal[GPH_NAME_PART + 1];
    char *end = strrchr(name, '.');
    if (end && !strcmp(end, ".part"))
        *end = '\0';
    gph_journal_name(name, journal, sizeof journal);
    files->remove(files->user, folder, journal);
    files->close(files->user, folder);
}

void
gph_recorder_free(gph_stream *stream)
{
    gph_recorder *recorder = stream->writes;
    if (stream->active) {
        gph_stream_problem problem;
        /* Who was waited for once is not waited for again; one in its own process goes on by itself. */
        if (!recorder->done && !recorder->ended)
            gph_recorder_finish(stream, INT64_C(10000000000), &problem);
        if (recorder->job && !recorder->done)
            gph_writer_job_give_up(recorder->job);
    }
    if (recorder->takes)
        gph_take_counter_remove(recorder->takes, &recorder->names);
    if (stream->active && !deactivate(stream))
        return;
    for (uint32_t n = 0; n < recorder->n_files; n++) {
        if (recorder->discard)
            remove_file(recorder, recorder->list[n]->path);
        gph_take_file_free(recorder->list[n]);
    }
    free(recorder->list);
    gph_packet_finish(&recorder->request);
    gph_spec_finish(&recorder->spec);
    free(recorder);
}

void
gph_recorder_ring_bell(gph_recorder *recorder)
{
    /* The other process looks by itself, often enough. */
    if (recorder->job)
        gph_writer_job_wake(recorder->job);
}

void
gph_recorder_status(gph_stream *stream, gph_ring_status *status)
{
    gph_recorder *recorder = stream->writes;
    gph_ring_take_status(&stream->ring, status);
    gph_lock_take(recorder->lock);
    if (*recorder->broken) {
        status->state = GPH_STREAM_BROKEN;
        snprintf(status->reason, sizeof status->reason, "%.150s", recorder->broken);
    }
    gph_lock_give(recorder->lock);
}

uint32_t
gph_stream_n_files(gph_stream *stream)
{
    if (!stream || !stream->writes || !stream->writes->lock)
        return 0;
    gph_lock_take(stream->writes->lock);
    uint32_t n = stream->writes->n_files;
    gph_lock_give(stream->writes->lock);
    return n;
}

const gph_take_file *
gph_stream_file(gph_stream *stream, uint32_t index)
{
    const gph_take_file *file = NULL;
    if (!stream || !stream->writes || !stream->writes->lock)
        return NULL;
    gph_lock_take(stream->writes->lock);
    if (index < stream->writes->n_files)
        file = stream->writes->list[index];
    gph_lock_give(stream->writes->lock);
    return file;
}

void
gph_stream_give_files(gph_stream *stream)
{
    if (!stream || !stream->writes || !stream->writes->lock)
        return;
    gph_lock_take(stream->writes->lock);
    stream->writes->n_files = 0;
    gph_lock_give(stream->writes->lock);
}

/* Before anything is written: what the folder's disk has left for this. */
static int64_t
disk_left(const gph_recorder *recorder)
{
    const gph_file_system *files = recorder->files;
    gph_file root = files->open_folder(files->user, recorder->spec.name.root);
    int64_t left = root < 0 ? -1 : files->free_bytes(files->user, root);
    if (root >= 0)
        files->close(files->user, root);
    int64_t floor = recorder->spec.what.min_free_bytes;
    return left < 0 ? -1 : left > floor ? left - floor : 0;
}

void
gph_recorder_describe(const gph_recorder *recorder, gph_stream_status *status)
{
    const gph_spec *spec = &recorder->spec;
    gph_format_text(spec->format, status->format, sizeof status->format);
    status->failover_shares = spec->shares;
    status->bytes_per_frame =
        (double)spec->what.channels * (double)gph_sample_bytes(spec->format.sample);
    if (!recorder->memory) {
        status->free_bytes = disk_left(recorder);
        double a_second = status->bytes_per_frame * spec->rate;
        if (status->free_bytes >= 0 && a_second > 0)
            status->seconds_left = (double)status->free_bytes / a_second;
    }
}

const char *
gph_stream_root(const gph_stream *stream, uint32_t *levels)
{
    if (!stream->writes)
        return NULL;
    const gph_name *name = &stream->writes->spec.name;
    *levels = 1;
    for (const char *at = name->below; *at; at++)
        *levels += *at == '/';
    return name->root;
}
