/* The fake's world, and the calls of the seam; its devices are in fake_wa_engine.c. [test program] */
#include "fake_wa_inner.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

pthread_mutex_t fake_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t bell = PTHREAD_COND_INITIALIZER;
static fake_wa world;
static wa_client *clients[FAKE_CLIENTS];
static wa_session *sessions;
static bool made;

/* What a failed call leaves in its out-values. */
enum { RUBBISH = 0x5eadbeef };

static fake_endpoint
endpoint(const char *id, const char *name, bool out, uint32_t channels)
{
    wa_format mix = {.sample = GPH_PUMP_SAMPLE_F32,
                     .channels = channels,
                     .rate = 48000,
                     .mask = wa_format_usual_mask(channels)};
    wa_format device = mix;
    device.sample = GPH_PUMP_SAMPLE_S24_32;
    return (fake_endpoint){.id = id,
                           .name = name,
                           .container = channels > 2 ? "{card}" : "{other}",
                           .out = out,
                           .present = true,
                           .mix = mix,
                           .device = device,
                           .usual = 100000,
                           .least = 26667,
                           .low = {480, 16, 128, 480},
                           .exclusive = true,
                           .max_rate = 192000,
                           .max_width = 64,
                           .only_sample = -1,
                           .latency = 10000};
}

void
fake_reset(void)
{
    made = true;
    world = (fake_wa){.now_ns = 1000000000, .width = 3, .default_in = 0, .default_out = 1};
    world.endpoints[0] = endpoint("{0.0.1.00000000}.{card-in}",
                                  "Gr\xc3\xb6\xc3\x9f"
                                  "e (Fake card)",
                                  false, 64);
    world.endpoints[1] = endpoint("{0.0.0.00000000}.{card-out}", "Speakers (Fake card)", true, 64);
    world.endpoints[2] = endpoint("{0.0.1.00000000}.{other-in}", "Line (Other)", false, 2);
    world.endpoints[3] = endpoint("{0.0.0.00000000}.{other-out}", "Phones (Other)", true, 2);
}

fake_wa *
fake_world(void)
{
    if (!made)
        fake_reset();
    return &world;
}

wa_client *
fake_client(int n)
{
    return clients[n];
}

void
fake_complain(const char *format, ...)
{
    va_list arguments;
    if (world.n_complaints++ > 0)
        return;
    va_start(arguments, format);
    vsnprintf(world.complaint, sizeof world.complaint, format, arguments);
    va_end(arguments);
}

/* ---------------------------------------------------------------- what happens */

void
fake_remove(int n)
{
    pthread_mutex_lock(&fake_lock);
    world.endpoints[n].present = false;
    for (int c = 0; c < FAKE_CLIENTS; c++)
        if (clients[c] != NULL && clients[c]->endpoint == n)
            clients[c]->dead = true;
    for (wa_session *s = sessions; s != NULL; s = s->next)
        atomic_fetch_add(&s->news.devices, 1);
    pthread_mutex_unlock(&fake_lock);
}

void
fake_return(int n)
{
    pthread_mutex_lock(&fake_lock);
    world.endpoints[n].present = true;
    for (wa_session *s = sessions; s != NULL; s = s->next)
        atomic_fetch_add(&s->news.devices, 1);
    pthread_mutex_unlock(&fake_lock);
}

void
fake_new_default(bool out, int n)
{
    pthread_mutex_lock(&fake_lock);
    *(out ? &world.default_out : &world.default_in) = n;
    for (wa_session *s = sessions; s != NULL; s = s->next)
        for (int role = 0; role < 3; role++)
            atomic_fetch_add(out ? &s->news.default_out : &s->news.default_in, 1);
    pthread_mutex_unlock(&fake_lock);
}

void
fake_tell_gone(void)
{
    for (wa_session *s = sessions; s != NULL; s = s->next)
        atomic_store(&s->news.gone, true);
}

/* ---------------------------------------------------------------- calls */

/* Begins a call: the lock is held from here on. WA_S_OK, or how it is to fail. */
static wa_result
enter_call(fake_call call, const wa_session *session)
{
    pthread_mutex_lock(&fake_lock);
    fake_advance();
    world.n_calls[call]++;
    if (session != NULL && !pthread_equal(session->owner, pthread_self()))
        fake_complain("call %d by a thread that does not own the interface", call);
    if (world.fail_call != call || world.fail_times == 0)
        return WA_S_OK;
    if (world.fail_skip > 0) {
        world.fail_skip--;
        return WA_S_OK;
    }
    world.fail_times--;
    return world.fail_with;
}

static wa_result
leave_call(wa_result result)
{
    pthread_mutex_unlock(&fake_lock);
    return result;
}

static wa_result
enter_client(fake_call call, const wa_client *client)
{
    wa_result result = enter_call(call, client->session);
    return result < 0 ? result : client->dead ? WA_E_DEVICE_INVALIDATED : result;
}

static wa_result
fake_enter(wa_session **session)
{
    wa_result result = enter_call(FAKE_ENTER, NULL);
    *session = NULL;
    if (result < 0)
        return leave_call(result);
    wa_session *s = calloc(1, sizeof *s);
    s->owner = pthread_self();
    s->next = sessions;
    sessions = s;
    world.n_objects++;
    *session = s;
    return leave_call(WA_S_OK);
}

static void
fake_leave(wa_session *session)
{
    enter_call(FAKE_NONE, session);
    for (int n = 0; n < FAKE_CLIENTS; n++)
        if (clients[n] != NULL && clients[n]->session == session)
            fake_complain("a session is left with a client");
    wa_session **at = &sessions;
    while (*at != session)
        at = &(*at)->next;
    *at = session->next;
    free(session);
    world.n_objects--;
    leave_call(0);
}

static wa_result
fake_list(wa_session *session, void (*each)(void *user, const wa_endpoint *endpoint), void *user)
{
    wa_result result = enter_call(FAKE_LIST, session);
    for (int n = 0; n < FAKE_ENDPOINTS && result >= 0; n++) {
        const fake_endpoint *e = &world.endpoints[n];
        wa_endpoint told = {.out = e->out};
        if (e->id == NULL || !e->present)
            continue;
        snprintf(told.id, sizeof told.id, "%s", e->id);
        snprintf(told.name, sizeof told.name, "%s", e->name);
        snprintf(told.container, sizeof told.container, "%s", e->container);
        if (e->device.channels > 0) {
            wa_wave wave;
            wa_format_write(&e->device, &wave);
            memcpy(told.wave, &wave, sizeof wave);
            told.wave_bytes = sizeof wave;
        }
        each(user, &told);
    }
    return leave_call(result);
}

static wa_result
fake_default(wa_session *session, bool out, char id[WA_ID])
{
    wa_result result = enter_call(FAKE_DEFAULT, session);
    int n = out ? world.default_out : world.default_in;
    if (result >= 0 && (n < 0 || !world.endpoints[n].present))
        result = WA_E_NOTFOUND;
    if (result >= 0)
        snprintf(id, WA_ID, "%s", world.endpoints[n].id);
    return leave_call(result);
}

static const wa_news *
fake_news(wa_session *session)
{
    return &session->news;
}

static wa_result
fake_watch(wa_session *session, const char *id_in, const char *id_out)
{
    (void)id_in;
    (void)id_out;
    wa_result result = enter_call(FAKE_WATCH, session);
    atomic_store(&session->news.gone, false);
    return leave_call(result);
}

static wa_result
fake_activate(wa_session *session, const char *id, wa_client **client)
{
    wa_result result = enter_call(FAKE_ACTIVATE, session);
    int free_slot = -1, found = -1;
    for (int n = 0; n < FAKE_CLIENTS; n++)
        if (clients[n] == NULL)
            free_slot = n;
    for (int n = 0; n < FAKE_ENDPOINTS; n++)
        if (world.endpoints[n].id != NULL && strcmp(world.endpoints[n].id, id) == 0 &&
            world.endpoints[n].present)
            found = n;
    if (result >= 0 && found < 0)
        result = WA_E_NOTFOUND;
    if (result < 0) {
        *client = (wa_client *)(uintptr_t)RUBBISH;
        return leave_call(result);
    }
    if (free_slot < 0) {
        fake_complain("too many clients");
        return leave_call(WA_E_OUTOFMEMORY);
    }
    wa_client *c = calloc(1, sizeof *c);
    c->session = session;
    c->endpoint = found;
    c->renders = world.endpoints[found].out;
    clients[free_slot] = c;
    world.n_objects++;
    *client = c;
    return leave_call(WA_S_OK);
}

static void
fake_release(wa_client *client)
{
    if (client == NULL)
        return;
    enter_call(FAKE_NONE, client->session);
    if (client->holds)
        fake_complain("a client is released with its buffer held");
    if (client->running && !client->dead)
        fake_complain("a client is released while it runs");
    for (int n = 0; n < FAKE_CLIENTS; n++)
        if (clients[n] == client)
            clients[n] = NULL;
    free(client->data);
    free(client);
    world.n_objects--;
    leave_call(0);
}

static wa_result
fake_mix(wa_client *client, uint8_t *wave, uint32_t size, uint32_t *bytes)
{
    const fake_endpoint *e = &world.endpoints[client->endpoint];
    wa_result result = enter_client(FAKE_MIX, client);
    *bytes = RUBBISH;
    if (result < 0)
        return leave_call(result);
    wa_wave mix;
    wa_format_write(&e->mix, &mix);
    *bytes = e->raw_bytes > 0 ? e->raw_bytes : e->mix.plain ? WA_WAVE_PLAIN_BYTES : WA_WAVE_BYTES;
    memcpy(wave, e->raw_bytes > 0 ? e->raw : (const uint8_t *)&mix, *bytes < size ? *bytes : size);
    return leave_call(WA_S_OK);
}

/* Whether an exclusive stream is taken. */
static bool
takes(const fake_endpoint *e, const wa_wave *wave)
{
    wa_format f;
    uint32_t bytes = wave->tag == WA_TAG_EXTENSIBLE ? WA_WAVE_BYTES : WA_WAVE_PLAIN_BYTES;
    return e->exclusive && wa_format_read((const uint8_t *)wave, bytes, &f) == WA_OK &&
           f.rate <= e->max_rate && f.channels <= e->max_width &&
           (e->only_sample < 0 || f.sample == (uint32_t)e->only_sample) &&
           (!e->plain_only || f.plain);
}

static wa_result
fake_supported(wa_client *client, uint32_t mode, const wa_wave *wave)
{
    wa_result result = enter_client(FAKE_SUPPORTED, client);
    const fake_endpoint *e = &world.endpoints[client->endpoint];
    if (result == WA_S_OK && mode == WA_EXCLUSIVE && !e->exclusive)
        result = WA_E_EXCLUSIVE_NOT_ALLOWED;
    else if (result == WA_S_OK && mode == WA_EXCLUSIVE && !takes(e, wave))
        result = WA_E_UNSUPPORTED_FORMAT;
    return leave_call(result);
}

static wa_result
fake_device_period(wa_client *client, int64_t *usual, int64_t *least)
{
    wa_result result = enter_client(FAKE_DEVICE_PERIOD, client);
    *usual = result < 0 ? RUBBISH : world.endpoints[client->endpoint].usual;
    *least = result < 0 ? RUBBISH : world.endpoints[client->endpoint].least;
    return leave_call(result);
}

static wa_result
fake_engine_period(wa_client *client, const wa_wave *wave, wa_periods *periods)
{
    (void)wave;
    wa_result result = enter_client(FAKE_ENGINE_PERIOD, client);
    const fake_endpoint *e = &world.endpoints[client->endpoint];
    if (result >= 0 && e->low.step == 0)
        result = WA_E_NOINTERFACE;
    *periods = result < 0 ? (wa_periods){RUBBISH, RUBBISH, RUBBISH, RUBBISH} : e->low;
    return leave_call(result);
}

static wa_result
fake_current_period(wa_client *client, uint32_t *frames)
{
    wa_result result = enter_client(FAKE_CURRENT_PERIOD, client);
    const fake_endpoint *e = &world.endpoints[client->endpoint];
    *frames = result < 0 ? RUBBISH : e->low_locked > 0 ? e->low_locked : e->low.usual;
    return leave_call(result);
}

/* A client can be initialised once, whatever came of it. */
static bool
first_time(wa_client *client)
{
    if (client->failed || client->initialized)
        fake_complain("a client is initialised again");
    client->failed = true;
    return !client->initialized;
}

static void
become(wa_client *client, const wa_wave *wave, uint32_t flags, uint32_t period, uint32_t buffer)
{
    uint32_t bytes = wave->tag == WA_TAG_EXTENSIBLE ? WA_WAVE_BYTES : WA_WAVE_PLAIN_BYTES;
    wa_format_read((const uint8_t *)wave, bytes, &client->format);
    client->frame_bytes = wave->frame_bytes;
    client->failed = false;
    client->initialized = true;
    client->flags = flags;
    client->period = period;
    client->buffer = buffer;
    client->renders = world.endpoints[client->endpoint].out && (flags & WA_STREAM_LOOPBACK) == 0;
    free(client->data);
    client->data = calloc(2 * (size_t)buffer, client->frame_bytes);
}

static wa_result
fake_init_low(wa_client *client, uint32_t flags, uint32_t frames, const wa_wave *wave)
{
    wa_result result = enter_client(FAKE_INIT_LOW, client);
    const fake_endpoint *e = &world.endpoints[client->endpoint];
    first_time(client);
    if (result >= 0 && (flags & WA_STREAM_LOOPBACK) != 0)
        result = WA_E_INVALIDARG;
    if (result >= 0 && e->low_locked > 0 && frames != e->low_locked)
        result = WA_E_PERIODICITY_LOCKED;
    if (result >= 0 && (frames < e->low.least || frames > e->low.most || frames % e->low.step != 0))
        result = WA_E_INVALID_PERIOD;
    world.init_frames = frames;
    if (result >= 0)
        become(client, wave, flags, frames, 2 * frames);
    return leave_call(result);
}

static wa_result
init_exclusive(wa_client *client, uint32_t flags, int64_t duration, int64_t period,
               const wa_wave *wave)
{
    const fake_endpoint *e = &world.endpoints[client->endpoint];
    uint32_t frames = (uint32_t)((duration * wave->rate + WA_UNITS / 2) / WA_UNITS);
    if (duration != period)
        return WA_E_PERIOD_NOT_EQUAL;
    if (!e->exclusive)
        return WA_E_EXCLUSIVE_NOT_ALLOWED;
    if (!takes(e, wave) || (e->two_faced && wave->bits != 16))
        return WA_E_UNSUPPORTED_FORMAT;
    if (period < e->longer_than)
        return WA_E_INVALID_PERIOD;
    if (e->align > 0 && frames % e->align != 0) {
        /* What it would take can be asked for, of this failed client. */
        client->buffer = (frames / e->align + 1) * e->align;
        return WA_E_SIZE_NOT_ALIGNED;
    }
    become(client, wave, flags, frames, frames);
    client->exclusive = true;
    return WA_S_OK;
}

static wa_result
init_shared(wa_client *client, uint32_t flags, int64_t duration, int64_t period,
            const wa_wave *wave)
{
    const fake_endpoint *e = &world.endpoints[client->endpoint];
    uint32_t frames = wave->rate / 100;
    uint32_t asked = (uint32_t)(duration * wave->rate / WA_UNITS);
    if (period != 0)
        return WA_E_INVALIDARG;
    if (wave->rate != e->mix.rate || wave->channels != e->mix.channels) {
        fake_complain("a shared stream asks for another format than the mix");
        return WA_E_UNSUPPORTED_FORMAT;
    }
    if ((flags & WA_STREAM_LOOPBACK) != 0 && !e->out)
        return WA_E_WRONG_ENDPOINT_TYPE;
    uint32_t buffer = e->buffer > 0 ? e->buffer : asked > 3 * frames ? asked : 3 * frames;
    become(client, wave, flags, frames, buffer);
    return WA_S_OK;
}

static wa_result
fake_init(wa_client *client, uint32_t mode, uint32_t flags, int64_t duration, int64_t period,
          const wa_wave *wave)
{
    wa_result result = enter_client(FAKE_INIT, client);
    first_time(client);
    world.init_mode = mode;
    world.init_flags = flags;
    world.init_duration = duration;
    if ((flags & WA_STREAM_EVENT) == 0 ||
        (flags & ~(uint32_t)(WA_STREAM_EVENT | WA_STREAM_LOOPBACK)) != 0)
        fake_complain("a stream with the flags 0x%x", flags);
    if (result >= 0)
        result = mode == WA_EXCLUSIVE ? init_exclusive(client, flags, duration, period, wave)
                                      : init_shared(client, flags, duration, period, wave);
    return leave_call(result);
}

static wa_result
fake_buffer_size(wa_client *client, uint32_t *frames)
{
    wa_result result = enter_client(FAKE_BUFFER_SIZE, client);
    *frames = result < 0 ? RUBBISH : client->buffer;
    return leave_call(result);
}

static wa_result
fake_latency(wa_client *client, int64_t *latency)
{
    wa_result result = enter_client(FAKE_LATENCY, client);
    *latency = result < 0 ? RUBBISH : world.endpoints[client->endpoint].latency;
    return leave_call(result);
}

static wa_result
fake_set_event(wa_client *client, wa_event *event)
{
    wa_result result = enter_client(FAKE_SET_EVENT, client);
    if (result >= 0)
        client->event = event;
    return leave_call(result);
}

static wa_result
fake_service(wa_client *client, bool out)
{
    wa_result result = enter_client(FAKE_SERVICE, client);
    if (result >= 0 && !client->initialized)
        result = WA_E_NOT_INITIALIZED;
    bool loops = (client->flags & WA_STREAM_LOOPBACK) != 0;
    if (result >= 0 && (out != client->renders || (loops && world.no_loopback)))
        result = WA_E_WRONG_ENDPOINT_TYPE;
    client->served = result >= 0;
    return leave_call(result);
}

static wa_result
fake_start(wa_client *client)
{
    wa_result result = enter_client(FAKE_START, client);
    if (result >= 0 && client->event == NULL)
        result = WA_E_EVENT_NOT_SET;
    if (result >= 0 && client->running)
        result = WA_E_NOT_STOPPED;
    if (result >= 0 && client->renders && client->queued == 0)
        fake_complain("playback is started with nothing queued");
    if (result < 0)
        return leave_call(result);
    client->running = true;
    client->start_ns = world.now_ns;
    client->ticks = 0;
    client->made = client->told = 0;
    client->number = 0;
    client->heard = 0;
    if (!client->renders)
        client->queued = 0;
    if (client->exclusive && client->renders)
        client->event->rung = true; /* the other buffer is wanted at once */
    return leave_call(WA_S_OK);
}

static wa_result
fake_stop(wa_client *client)
{
    wa_result result = enter_client(FAKE_STOP, client);
    client->running = false;
    return leave_call(result);
}

static wa_result
fake_reset_client(wa_client *client)
{
    wa_result result = enter_client(FAKE_RESET, client);
    if (client->running)
        fake_complain("a running client is reset");
    client->queued = 0;
    client->last = 0;
    return leave_call(result);
}

/* ---------------------------------------------------------------- data */

static wa_result
fake_padding(wa_client *client, uint32_t *frames)
{
    wa_result result = enter_client(FAKE_PADDING, client);
    *frames = result < 0 ? RUBBISH : (uint32_t)client->queued;
    return leave_call(result);
}

static uint32_t
packet_frames(const wa_client *client)
{
    return client->queued < client->period ? (uint32_t)client->queued : client->period;
}

static wa_result
fake_next(wa_client *client, uint32_t *frames)
{
    wa_result result = enter_call(FAKE_NEXT, client->session);
    if (client->dead && world.dies_quietly) {
        *frames = 0;
        return leave_call(result);
    }
    if (client->dead)
        result = WA_E_DEVICE_INVALIDATED;
    *frames = result < 0 ? RUBBISH : packet_frames(client);
    return leave_call(result);
}

static uint64_t
position_told(const wa_client *client)
{
    switch (world.position_lie) {
    case 1:
        return 0;
    case 2:
        return 2 * client->told;
    case 3:
        return client->number % 7 == 6 ? client->told - client->period : client->told;
    default:
        return client->told;
    }
}

static wa_result
fake_get_packet(wa_client *client, wa_packet *packet)
{
    wa_result result = enter_client(FAKE_GET_PACKET, client);
    *packet = (wa_packet){(const uint8_t *)(uintptr_t)RUBBISH, RUBBISH, RUBBISH, RUBBISH};
    if (client->holds)
        fake_complain("a packet is got while one is held");
    if (result < 0)
        return leave_call(result);
    uint64_t number = client->number++;
    if (client->queued == 0 || (world.empty_every > 0 && number % world.empty_every == 1))
        return leave_call(WA_S_BUFFER_EMPTY);
    uint32_t frames = packet_frames(client);
    client->told += client->hole;
    client->hole = 0;
    fake_record(client, client->made - client->queued, frames);
    *packet =
        (wa_packet){.data = client->data, .frames = frames, .position = position_told(client)};
    if (client->fresh || number == 0 || world.flags_always)
        packet->flags |= WA_BUFFER_DISCONT;
    client->fresh = false;
    if (world.silent) {
        packet->flags |= WA_BUFFER_SILENT;
        packet->data = (const uint8_t *)(uintptr_t)RUBBISH;
    }
    if (world.huge > 0)
        packet->frames = world.huge;
    client->holds = true;
    client->held = packet->frames;
    return leave_call(WA_S_OK);
}

static wa_result
fake_put_packet(wa_client *client, uint32_t frames)
{
    wa_result result = enter_client(FAKE_PUT_PACKET, client);
    if (!client->holds || (frames != client->held && frames != 0))
        fake_complain("%u frames of a packet are put back, %u were got", frames, client->held);
    client->holds = false;
    uint32_t taken = frames < client->queued ? frames : (uint32_t)client->queued;
    client->queued -= taken;
    client->told += taken;
    return leave_call(result);
}

static wa_result
fake_get_room(wa_client *client, uint32_t frames, uint8_t **data)
{
    wa_result result = enter_client(FAKE_GET_ROOM, client);
    *data = (uint8_t *)(uintptr_t)RUBBISH;
    if (client->holds)
        fake_complain("room is got while some is held");
    if (result < 0)
        return leave_call(result);
    uint64_t room = (client->exclusive ? 2 : 1) * (uint64_t)client->buffer - client->queued;
    if (frames > room && client->exclusive)
        return leave_call(WA_E_BUFFER_TOO_LARGE);
    if (frames > room || (client->exclusive && frames != client->buffer)) {
        fake_complain("room for %u frames is asked for where there are %u", frames, (unsigned)room);
        return leave_call(WA_E_BUFFER_TOO_LARGE);
    }
    client->holds = true;
    client->held = frames;
    *data = client->data + (size_t)client->queued * client->frame_bytes;
    return leave_call(WA_S_OK);
}

static wa_result
fake_put_room(wa_client *client, uint32_t frames, uint32_t flags)
{
    wa_result result = enter_client(FAKE_PUT_ROOM, client);
    if (!client->holds || (frames != client->held && frames != 0))
        fake_complain("%u frames are put into room for %u", frames, client->held);
    client->holds = false;
    if ((flags & WA_BUFFER_SILENT) != 0)
        memset(client->data + (size_t)client->queued * client->frame_bytes, 0,
               (size_t)frames * client->frame_bytes);
    client->queued += frames;
    return leave_call(result);
}

/* ---------------------------------------------------------------- time */

static wa_event *
fake_event(void)
{
    pthread_mutex_lock(&fake_lock);
    world.n_objects++;
    pthread_mutex_unlock(&fake_lock);
    return calloc(1, sizeof(wa_event));
}

static void
fake_event_free(wa_event *event)
{
    if (event == NULL)
        return;
    pthread_mutex_lock(&fake_lock);
    for (int n = 0; n < FAKE_CLIENTS; n++)
        if (clients[n] != NULL && clients[n]->event == event)
            fake_complain("an event is freed that a client has");
    world.n_objects--;
    free(event);
    pthread_mutex_unlock(&fake_lock);
}

static void
fake_ring(wa_event *event)
{
    pthread_mutex_lock(&fake_lock);
    event->rung = true;
    pthread_cond_broadcast(&bell);
    pthread_mutex_unlock(&fake_lock);
}

static int
take_rung(wa_event *const *events, int n)
{
    for (int k = 0; k < n; k++)
        if (events[k] != NULL && events[k]->rung) {
            events[k]->rung = false;
            return k;
        }
    return -1;
}

/* Whether an event of the list is a device's: then virtual time passes; else other threads are waited for. */
static bool
is_of_device(wa_event *const *events, int n, int64_t *next_ns)
{
    bool found = n == 0;
    *next_ns = INT64_MAX;
    for (int k = 0; k < FAKE_CLIENTS; k++)
        for (int e = 0; e < n && clients[k] != NULL; e++)
            if (events[e] != NULL && events[e] == clients[k]->event) {
                found = true;
                if (fake_ticks(clients[k]) && !world.no_events && fake_due(clients[k]) < *next_ns)
                    *next_ns = fake_due(clients[k]);
            }
    return found;
}

static void
pass(int64_t to_ns)
{
    static uint32_t random = 1;
    random = random * 1664525u + 1013904223u;
    if (to_ns < world.now_ns)
        to_ns = world.now_ns;
    if (world.jitter_ns > 0)
        to_ns += (int64_t)(random >> 8) % world.jitter_ns;
    if (world.sleep_ns > 0 && to_ns >= world.sleep_at_ns) {
        to_ns += world.sleep_ns;
        world.sleep_ns = 0;
    }
    world.now_ns = to_ns;
}

static int
wait_for_others(wa_event *const *events, int n)
{
    int rung;
    for (int ms = 0; (rung = take_rung(events, n)) < 0 && ms < 60000; ms++) {
        struct timespec end;
        clock_gettime(CLOCK_REALTIME, &end);
        end.tv_nsec += 1000000;
        end.tv_sec += end.tv_nsec / 1000000000;
        end.tv_nsec %= 1000000000;
        /* Nothing runs, and time passes all the same. */
        if (pthread_cond_timedwait(&bell, &fake_lock, &end) == ETIMEDOUT && world.threaded)
            world.now_ns += 1000000;
    }
    return rung;
}

static int
fake_wait(const gph_host_services *services, wa_event *const *events, int n, int64_t until_ns)
{
    (void)services;
    int64_t next_ns;
    if (world.threaded)
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    pthread_mutex_lock(&fake_lock);
    fake_advance();
    int rung = take_rung(events, n);
    if (rung < 0 && is_of_device(events, n, &next_ns)) {
        pass(next_ns < until_ns ? next_ns : until_ns);
        fake_advance();
        rung = take_rung(events, n);
    } else if (rung < 0) {
        rung = wait_for_others(events, n);
    }
    pthread_mutex_unlock(&fake_lock);
    return rung;
}

static int64_t
fake_now(const gph_host_services *services)
{
    (void)services;
    pthread_mutex_lock(&fake_lock);
    int64_t now = world.now_ns;
    pthread_mutex_unlock(&fake_lock);
    return now;
}

const gph_wa_os *
gph_wa_os_system(void)
{
    static const gph_wa_os os = {
        .event = fake_event,
        .event_free = fake_event_free,
        .ring = fake_ring,
        .wait = fake_wait,
        .now_ns = fake_now,
        .boot_ns = fake_now,
        .enter = fake_enter,
        .leave = fake_leave,
        .list = fake_list,
        .default_id = fake_default,
        .news = fake_news,
        .watch = fake_watch,
        .activate = fake_activate,
        .release = fake_release,
        .mix_format = fake_mix,
        .is_supported = fake_supported,
        .device_period = fake_device_period,
        .engine_period = fake_engine_period,
        .current_period = fake_current_period,
        .initialize_low = fake_init_low,
        .initialize = fake_init,
        .buffer_size = fake_buffer_size,
        .stream_latency = fake_latency,
        .set_event = fake_set_event,
        .service = fake_service,
        .start = fake_start,
        .stop = fake_stop,
        .reset = fake_reset_client,
        .padding = fake_padding,
        .next_packet = fake_next,
        .get_packet = fake_get_packet,
        .put_packet = fake_put_packet,
        .get_room = fake_get_room,
        .put_room = fake_put_room,
    };
    fake_world();
    return &os;
}
