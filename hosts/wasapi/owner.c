/* The thread that makes, uses and releases every interface of a stream; in steps the caller does. [control; own: owner] */
#include "stream.h"

#include <stdio.h>

static const int64_t slice_ns = 100000000; /* longest wait of a turn */
static const int64_t answer_ns =
    INT64_C(10000000000); /* drivers may take seconds to open; more is a hang */

/* [owner] */
static gph_status
carry_out(gph_host_stream *stream, uint32_t command)
{
    wa_status status = WA_OK;
    switch (command) {
    case COMMAND_OPEN:
        return stream_open(stream);
    case COMMAND_RUN:
        status = stream_run(stream);
        break;
    case COMMAND_REST:
        status = stream_rest(stream);
        break;
    default:
        stream_shut(stream);
        break;
    }
    if (status != WA_OK) {
        snprintf(stream->error, sizeof stream->error, "%s", wa_status_text(status));
        stream_shut(stream); /* the next start opens it anew */
    }
    return wa_status_public(status);
}

/* [owner, audio] */
static void
turn(gph_host_stream *stream)
{
    gph_pump_block block;
    const char *reason = NULL;
    int64_t until_ns = stream->os->now_ns(stream->head.self->services) + slice_ns;
    gph_status status = stream_wait(stream, until_ns, &block, &reason);
    if (status == GPH_OK) {
        gph_pump_cycle(stream->head.pump, &block);
        stream_commit(stream, &block);
        if (block.late)
            stream->head.self->services->wake(stream->head.self->services);
    } else if (status < 0) {
        stream->running = false;
        gph_pump_lost(stream->head.pump, reason);
    }
}

static gph_status
enter(gph_host_stream *stream)
{
    wa_status status = wa_status_of(stream->os->enter(&stream->session));
    if (status != WA_OK) {
        stream->session = NULL;
        snprintf(stream->error, sizeof stream->error, "%s", wa_status_text(status));
        return wa_status_public(status);
    }
    stream->news = stream->os->news(stream->session);
    return GPH_OK;
}

static void
leave(gph_host_stream *stream)
{
    stream_shut(stream);
    stream->news = NULL;
    if (stream->session != NULL)
        stream->os->leave(stream->session);
    stream->session = NULL;
}

static void
answer(wa_owner *owner, const gph_host_stream *stream, gph_status status)
{
    atomic_store(&owner->command, COMMAND_NONE);
    atomic_store(&owner->result, status);
    stream->os->ring(owner->done);
}

static void GPH_CALL
own(void *arg)
{
    gph_host_stream *stream = arg;
    wa_owner *owner = &stream->owner;
    answer(owner, stream, enter(stream));
    for (;;) {
        uint32_t command = atomic_load(&owner->command);
        if (command == COMMAND_QUIT)
            break;
        if (command != COMMAND_NONE)
            answer(owner, stream, carry_out(stream, command));
        else if (stream->running)
            turn(stream);
        else
            stream->os->wait(stream->head.self->services, &owner->bell, 1, INT64_MAX);
    }
    leave(stream);
}

/* ---------------------------------------------------------------- control */

static gph_status
wait_for_answer(gph_host_stream *stream)
{
    wa_owner *owner = &stream->owner;
    const gph_host_services *services = stream->head.self->services;
    int64_t end_ns = stream->os->now_ns(services) + answer_ns;
    if (stream->os->wait(services, &owner->done, 1, end_ns) == 0)
        return atomic_load(&owner->result);
    owner->stuck = true;
    return GPH_STATE;
}

gph_status
owner_do(gph_host_stream *stream, uint32_t command)
{
    wa_owner *owner = &stream->owner;
    if (owner->stuck)
        return GPH_STATE;
    if (stream->stepped)
        return carry_out(stream, command);
    if (owner->thread == NULL)
        return GPH_STATE;
    atomic_store(&owner->command, command);
    stream->os->ring(owner->bell);
    return wait_for_answer(stream);
}

gph_status
owner_begin(gph_host_stream *stream)
{
    wa_owner *owner = &stream->owner;
    const gph_host_services *services = stream->head.self->services;
    owner->level = "normal";
    owner->bell = stream->os->event();
    owner->done = stream->os->event();
    if (owner->bell == NULL || owner->done == NULL)
        return GPH_MEMORY;
    if (stream->stepped)
        return enter(stream);
    gph_status status = services->thread_start(services, "wasapi", GPH_THREAD_REALTIME, own, stream,
                                               &owner->thread, &owner->level);
    return status == GPH_OK ? wait_for_answer(stream) : status;
}

gph_status
owner_end(gph_host_stream *stream)
{
    wa_owner *owner = &stream->owner;
    const gph_host_services *services = stream->head.self->services;
    if (owner->stuck)
        return GPH_STATE;
    if (stream->stepped) {
        leave(stream);
    } else if (owner->thread != NULL) {
        atomic_store(&owner->command, COMMAND_QUIT);
        stream->os->ring(owner->bell);
        gph_thread *thread = owner->thread;
        owner->thread = NULL;
        if (services->thread_join(services, thread, 2000) != GPH_OK) {
            owner->stuck = true;
            return GPH_STATE;
        }
    }
    stream->os->event_free(owner->bell);
    stream->os->event_free(owner->done);
    owner->bell = owner->done = NULL;
    return GPH_OK;
}
