/* The writer process. [control of the writer process; `report` and `done`: writer] */
#include "writer_serve.h"

#include "../platform/process.h"
#include "../platform/thread.h"
#include "part_file.h"
#include "writer_job.h"
#include "writer_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE INT64_C(5000000) /* 5 ms: how long the end of the last writer is not seen */

/* One recorder. */
typedef struct client {
    struct client *next;
    gph_channel *channel;
    uint32_t id;
    char *message; /* what it was opened with; the request's texts lie in it */
    gph_writer_request request;
    gph_spec spec;
    gph_take_names names;
    gph_shm *memory;
    gph_writer_job *job;
    _Atomic uint32_t done;
} client;

typedef struct server {
    gph_channel *channel;
    gph_take_counter *takes;
    gph_faulty *faulty; /* the disk of a rehearsal; NULL: this is none */
    client *first;
    char message[GPH_CHANNEL_MESSAGE];
} server;

static void
begin(gph_packet *message, gph_writer_message_kind kind, uint32_t id)
{
    gph_packet_u32(message, (uint32_t)kind);
    gph_packet_u32(message, id);
}

/* To an engine that is gone nothing is to be said. */
static void
send(gph_channel *channel, gph_packet *message)
{
    if (!message->failed)
        gph_channel_send(channel, message->bytes, message->size, NULL);
    gph_packet_finish(message);
}

static void
report(void *user, gph_take_file *file)
{
    client *c = user;
    gph_packet message = {.bytes = NULL};
    begin(&message, GPH_WRITER_FILE, c->id);
    gph_writer_put_file(&message, file);
    send(c->channel, &message);
    gph_take_file_free(file);
}

static void
done(void *user)
{
    client *c = user;
    gph_packet message = {.bytes = NULL};
    begin(&message, GPH_WRITER_DONE, c->id);
    send(c->channel, &message);
    atomic_store_explicit(&c->done, 1, memory_order_release);
}

static void
client_free(server *s, client *c)
{
    gph_writer_job_free(c->job, -1);
    gph_take_counter_remove(s->takes, &c->names);
    gph_spec_finish(&c->spec);
    gph_writer_request_finish(&c->request);
    gph_shm_free(c->memory);
    free(c->message);
    free(c);
}

static client *
find(const server *s, uint32_t id)
{
    client *c = s->first;
    while (c && c->id != id)
        c = c->next;
    return c;
}

/* The files that a rehearsal's recorder writes to. */
static gph_status
rehearse(server *s, const gph_spec *spec, gph_writer_order *order)
{
    gph_status status = GPH_OK;
    if (!s->faulty)
        status = gph_faulty_new(&gph_file_system_real, &gph_clock_system, &s->faulty);
    if (status)
        return status;
    order->files = gph_faulty_files(s->faulty);
    order->spare_files = spec->shares ? order->files : &gph_file_system_real;
    return GPH_OK;
}

/* Takes over the handle. */
static gph_status
set_up(server *s, client *c, gph_packet_reader *reader, intptr_t handle,
       gph_stream_problem *problem)
{
    uint32_t latency[GPH_MAX_CHANNELS];
    gph_writer_terms terms;
    bool sane = gph_writer_read_request(reader, &c->request) &&
                gph_writer_read_terms(reader, &terms, latency) &&
                c->request.what.channels == terms.ring.channels;
    gph_status status = gph_shm_map(handle, sane ? (size_t)terms.bytes : 1, &c->memory);
    if (!sane || status)
        return status ? status : GPH_ARGUMENT;
    c->request.site.rate = terms.rate;
    status = gph_spec_init(&c->spec, &c->request.site, &c->request.what, problem);
    if (status)
        return status;
    c->names = (gph_take_names){.name = &c->spec.name,
                                .labels = (const char *const *)c->spec.labels,
                                .channels = c->spec.what.channels,
                                .files = &gph_file_system_real};
    gph_take_counter_add(s->takes, &c->names);
    gph_writer_order order = {
        .spec = &c->spec,
        .rate = terms.rate,
        .max_frames = terms.max_frames,
        .latency = terms.latency,
        .ring = terms.ring,
        .memory = gph_shm_base(c->memory),
        .files = &gph_file_system_real,
        .clock = &gph_clock_system,
        .takes = s->takes,
        .notes = true,
        .resume = terms.resume,
        .report = report,
        .done = done,
        .user = c,
    };
    if (c->request.site.below)
        status = rehearse(s, &c->spec, &order);
    return status ? status : gph_writer_job_new(&order, &c->job);
}

static void
open_client(server *s, uint32_t id, gph_packet_reader reader, intptr_t handle)
{
    gph_stream_problem problem = {.text = ""};
    gph_status status = GPH_MEMORY;
    client *c = calloc(1, sizeof *c);
    char *copy = malloc(reader.size);
    if (c && copy) {
        memcpy(copy, reader.bytes, reader.size);
        reader.bytes = copy;
        c->message = copy;
        c->channel = s->channel;
        c->id = id;
        status = set_up(s, c, &reader, handle, &problem);
    } else {
        gph_shm *unwanted = NULL;
        if (gph_shm_map(handle, 1, &unwanted) == GPH_OK)
            gph_shm_free(unwanted);
        free(copy);
    }
    gph_packet answer = {.bytes = NULL};
    begin(&answer, GPH_WRITER_OPENED, id);
    gph_packet_u32(&answer, (uint32_t)status);
    gph_packet_text(&answer, problem.text);
    send(s->channel, &answer);
    if (status && c) {
        client_free(s, c);
    } else if (c) {
        c->next = s->first;
        s->first = c;
    }
}

static void
forget(server *s, uint32_t id)
{
    for (client **at = &s->first; *at; at = &(*at)->next) {
        client *c = *at;
        if (c->id != id)
            continue;
        /* One whose disk hangs is waited for at the end, not here. */
        if (!atomic_load_explicit(&c->done, memory_order_acquire))
            return;
        *at = c->next;
        client_free(s, c);
        return;
    }
}

static bool
order_fault(const server *s, gph_packet_reader *reader)
{
    gph_disk_order order;
    if (!gph_writer_read_fault(reader, &order))
        return false;
    if (s->faulty)
        gph_faulty_obey(s->faulty, &order);
    return true;
}

/* False: this is no engine of ours. */
static bool
obey(server *s, size_t size, intptr_t handle)
{
    gph_packet_reader reader = {.bytes = s->message, .size = size};
    uint32_t kind = gph_packet_read_u32(&reader);
    uint32_t id = gph_packet_read_u32(&reader);
    const char *version;
    gph_packet answer = {.bytes = NULL};
    switch (kind) {
    case GPH_WRITER_HELLO:
        version = gph_packet_read_text(&reader);
        begin(&answer, GPH_WRITER_READY, 0);
        gph_packet_text(&answer, gph_writer_version());
        send(s->channel, &answer);
        return version && !strcmp(version, gph_writer_version());
    case GPH_WRITER_OPEN:
        open_client(s, id, reader, handle);
        return true;
    case GPH_WRITER_GIVE_UP:
        if (find(s, id))
            gph_writer_job_give_up(find(s, id)->job);
        return true;
    case GPH_WRITER_FORGET:
        forget(s, id);
        return true;
    case GPH_WRITER_FAULT:
        return order_fault(s, &reader);
    default:
        return false;
    }
}

/* Nobody is there any more; what is in the rings goes into files, however long it takes. */
static void
finish(server *s)
{
    const gph_disk_order well = {.fault = GPH_DISK_WELL};
    if (s->faulty)
        gph_faulty_obey(s->faulty, &well);
    for (client *c = s->first; c; c = c->next)
        gph_writer_job_orphan(c->job);
    while (s->first) {
        client *c = s->first;
        while (!atomic_load_explicit(&c->done, memory_order_acquire))
            gph_thread_sleep_ns(PAUSE);
        s->first = c->next;
        client_free(s, c);
    }
}

int
gph_writer_serve(gph_channel *channel)
{
    server *s = calloc(1, sizeof *s);
    if (!s || gph_take_counter_new(&s->takes) != GPH_OK) {
        free(s);
        return 1;
    }
    s->channel = channel;
    bool known = true;
    while (known) {
        intptr_t handle;
        int64_t size = gph_channel_receive(channel, s->message, sizeof s->message, -1, &handle);
        if (size == 0)
            break;
        if (size > 0)
            known = obey(s, (size_t)size, handle);
    }
    gph_process_let_go();
    finish(s);
    gph_take_counter_free(s->takes);
    gph_faulty_free(s->faulty);
    free(s);
    return known ? 0 : 1;
}
