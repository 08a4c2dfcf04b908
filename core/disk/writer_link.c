/* The engine's end of its writer process. [control; `listen` and what it calls: link] */
#include "writer_link.h"

#include "../platform/process.h"
#include "../platform/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

enum {
    MOST_DEATHS = 3, /* within a minute are made good */
    ANSWER_MS = 10000,
    END_MS = 2000
};

struct gph_writer_seat {
    gph_writer_seat *next;
    gph_writer_link *link;
    uint32_t id;
    gph_writer_seat_order order;
    uint32_t *latency;
    gph_bell *answered;
    bool opened; /* the first answer has come */
    gph_status answer;
    char sentence[400];
    bool done;
};

struct gph_writer_link {
    const char *word;
    gph_thread *thread;
    gph_lock *lock; /* of what follows */
    gph_process *process;
    gph_channel *channel; /* NULL: there is no writer, nor will there be */
    gph_writer_seat *first;
    uint32_t last_id;
    bool closing;
    int64_t deaths[MOST_DEATHS]; /* when, the last ones */
    uint32_t n_deaths;
    char how[64];
    char message[GPH_CHANNEL_MESSAGE]; /* [link] */
};

static void
begin(gph_packet *message, gph_writer_message_kind kind, uint32_t id)
{
    gph_packet_u32(message, (uint32_t)kind);
    gph_packet_u32(message, id);
}

/* What cannot be sent goes to a writer that is dying; the next one is told all anew. */
static gph_status
send(gph_channel *channel, gph_packet *message, const gph_shm *memory)
{
    gph_status status = GPH_MEMORY;
    if (!message->failed)
        status = gph_channel_send(channel, message->bytes, message->size, memory);
    gph_packet_finish(message);
    return status;
}

static void
say_short(gph_writer_link *link, gph_writer_message_kind kind, uint32_t id)
{
    gph_packet message = {.bytes = NULL};
    begin(&message, kind, id);
    send(link->channel, &message, NULL);
}

static gph_status
say_open(const gph_writer_link *link, const gph_writer_seat *seat, bool resume)
{
    gph_packet message = {.bytes = NULL};
    gph_writer_terms terms = seat->order.terms;
    terms.latency = seat->latency;
    terms.resume = resume;
    begin(&message, GPH_WRITER_OPEN, seat->id);
    gph_packet_bytes(&message, seat->order.request->bytes, seat->order.request->size);
    message.failed = message.failed || seat->order.request->failed;
    gph_writer_put_terms(&message, &terms);
    return send(link->channel, &message, seat->order.memory);
}

/* ---------------------------------------------------------------- the process */

/* Starts a writer and hears that it is one of ours. */
static gph_status
start(gph_writer_link *link, char *why, size_t size)
{
    const char *const program[] = {gph_process_own_program(), link->word, NULL};
    gph_status status = gph_process_start(program, &link->process, &link->channel);
    if (status) {
        snprintf(why, size, "the writer cannot be started: %s",
                 status == GPH_IO ? "its program does not run" : "the system has no room for it");
        return status;
    }
    gph_packet hello = {.bytes = NULL};
    begin(&hello, GPH_WRITER_HELLO, 0);
    gph_packet_text(&hello, gph_writer_version());
    /* Who was not asked does not answer. */
    int32_t patience = send(link->channel, &hello, NULL) == GPH_OK ? ANSWER_MS : 0;
    intptr_t handle;
    int64_t got =
        gph_channel_receive(link->channel, link->message, sizeof link->message, patience, &handle);
    gph_packet_reader reader = {.bytes = link->message, .size = got > 0 ? (size_t)got : 0};
    uint32_t kind = gph_packet_read_u32(&reader);
    gph_packet_read_u32(&reader);
    const char *version = gph_packet_read_text(&reader);
    if (kind == GPH_WRITER_READY && version && !strcmp(version, gph_writer_version()))
        return GPH_OK;
    char how[64] = "";
    gph_process_ended(link->process, got == 0 ? END_MS : 0, how, sizeof how);
    snprintf(why, size, "the writer cannot be started: it %s",
             version ? "is of another version than this program"
             : *how  ? how
                     : "does not answer");
    gph_channel_free(link->channel);
    gph_process_free(link->process);
    link->channel = NULL;
    link->process = NULL;
    return GPH_STATE;
}

/* ---------------------------------------------------------------- listening */

static void
finish_seat(gph_writer_seat *seat, const char *why)
{
    if (seat->done)
        return;
    seat->done = true;
    seat->order.done(seat->order.user, why);
}

static void
take_answer(gph_writer_seat *seat, gph_packet_reader *reader)
{
    gph_status answer = (gph_status)gph_packet_read_u32(reader);
    const char *sentence = gph_packet_read_text(reader);
    if (seat->opened) {
        /* The one that came after a dead writer could not go on. */
        if (answer)
            finish_seat(seat, sentence && *sentence ? sentence : "no writer goes on with it");
        return;
    }
    seat->answer = answer;
    snprintf(seat->sentence, sizeof seat->sentence, "%s", sentence ? sentence : "");
    seat->opened = true;
    gph_bell_ring(seat->answered);
}

static void
hear(gph_writer_link *link, size_t size)
{
    gph_packet_reader reader = {.bytes = link->message, .size = size};
    uint32_t kind = gph_packet_read_u32(&reader);
    uint32_t id = gph_packet_read_u32(&reader);
    gph_writer_seat *seat = link->first;
    while (seat && seat->id != id)
        seat = seat->next;
    if (!seat)
        return;
    if (kind == GPH_WRITER_OPENED)
        take_answer(seat, &reader);
    if (kind == GPH_WRITER_DONE)
        finish_seat(seat, NULL);
    if (kind == GPH_WRITER_FILE && !seat->done) {
        gph_take_file *file = gph_writer_read_file(&reader);
        if (file)
            seat->order.report(seat->order.user, file);
    }
}

/* Whether one more death can be made good; notes it. */
static bool
may_go_on(gph_writer_link *link)
{
    int64_t now = gph_clock_system.monotonic_ns(NULL);
    int64_t *oldest = &link->deaths[link->n_deaths++ % MOST_DEATHS];
    bool often = link->n_deaths > MOST_DEATHS && now - *oldest < 60 * SECOND;
    *oldest = now;
    return !often;
}

/* The writer is gone though nobody asked it to go: another takes its place. */
static void
replace(gph_writer_link *link)
{
    char why[200];
    gph_process_ended(link->process, END_MS, link->how, sizeof link->how);
    gph_channel_free(link->channel);
    gph_process_free(link->process);
    link->channel = NULL;
    link->process = NULL;
    bool goes_on = false;
    while (!goes_on && may_go_on(link))
        goes_on = start(link, why, sizeof why) == GPH_OK;
    if (!goes_on)
        snprintf(why, sizeof why, "the writer has died four times in a minute; the last one %s",
                 *link->how ? link->how : "ended");
    for (gph_writer_seat *seat = link->first; seat; seat = seat->next) {
        if (goes_on && !seat->done) {
            say_open(link, seat, seat->opened);
        } else if (!goes_on) {
            finish_seat(seat, why);
            if (!seat->opened) {
                seat->answer = GPH_IO;
                snprintf(seat->sentence, sizeof seat->sentence, "%s", why);
                gph_bell_ring(seat->answered);
            }
        }
    }
}

static void
listen(void *user)
{
    gph_writer_link *link = user;
    bool over = false;
    while (!over) {
        intptr_t handle;
        /* Only this thread changes the channel. */
        int64_t size =
            gph_channel_receive(link->channel, link->message, sizeof link->message, -1, &handle);
        gph_lock_take(link->lock);
        if (size > 0)
            hear(link, (size_t)size);
        else if (size == 0 && !link->closing)
            replace(link);
        over = link->closing ? size <= 0 : !link->channel;
        gph_lock_give(link->lock);
    }
}

/* ---------------------------------------------------------------- the link */

static void
release(gph_writer_link *link)
{
    gph_channel_free(link->channel);
    gph_process_free(link->process);
    gph_lock_free(link->lock);
    free(link);
}

gph_status
gph_writer_link_new(const char *word, char *why, size_t size, gph_writer_link **result)
{
    gph_writer_link *link = calloc(1, sizeof *link);
    if (!link || gph_lock_new(&link->lock)) {
        snprintf(why, size, "no memory for a writer");
        free(link);
        return GPH_MEMORY;
    }
    link->word = word;
    gph_status status = start(link, why, size);
    if (status == GPH_OK && gph_thread_new("gph-link", listen, link, &link->thread)) {
        snprintf(why, size, "no memory for a writer");
        status = GPH_MEMORY;
    }
    if (status) {
        release(link);
        return status;
    }
    gph_process_goes_first();
    *result = link;
    return GPH_OK;
}

bool
gph_writer_link_end(gph_writer_link *link, char *how, size_t size)
{
    gph_lock_take(link->lock);
    link->closing = true;
    bool all_done = true;
    for (gph_writer_seat *seat = link->first; seat; seat = seat->next)
        all_done = all_done && seat->done;
    if (link->channel)
        gph_channel_hang_up(link->channel);
    gph_lock_give(link->lock);
    gph_thread_join(link->thread);
    link->thread = NULL;
    *how = '\0';
    if (link->process)
        gph_process_ended(link->process, all_done ? END_MS : 0, how, size);
    return *how == '\0';
}

void
gph_writer_link_free(gph_writer_link *link)
{
    char how[64];
    if (!link)
        return;
    gph_writer_link_end(link, how, sizeof how);
    release(link);
}

void
gph_writer_link_fault(gph_writer_link *link, const gph_disk_order *order)
{
    gph_packet message = {.bytes = NULL};
    begin(&message, GPH_WRITER_FAULT, 0);
    gph_writer_put_fault(&message, order);
    gph_lock_take(link->lock);
    if (link->channel)
        send(link->channel, &message, NULL);
    else
        gph_packet_finish(&message);
    gph_lock_give(link->lock);
}

uint32_t
gph_writer_link_process(gph_writer_link *link)
{
    gph_lock_take(link->lock);
    uint32_t id = link->process ? gph_process_id(link->process) : 0;
    gph_lock_give(link->lock);
    return id;
}

uint32_t
gph_writer_link_deaths(gph_writer_link *link, char *how, size_t size)
{
    gph_lock_take(link->lock);
    uint32_t n = link->n_deaths;
    snprintf(how, size, "%s", *link->how ? link->how : "ended");
    gph_lock_give(link->lock);
    return n;
}

/* ---------------------------------------------------------------- seats */

static void
leave(gph_writer_seat *seat)
{
    gph_writer_link *link = seat->link;
    gph_writer_seat **at = &link->first;
    while (*at && *at != seat)
        at = &(*at)->next;
    if (*at)
        *at = seat->next;
}

static void
seat_release(gph_writer_seat *seat)
{
    gph_bell_free(seat->answered);
    free(seat->latency);
    free(seat);
}

gph_status
gph_writer_seat_new(gph_writer_link *link, const gph_writer_seat_order *order,
                    gph_stream_problem *problem, gph_writer_seat **result)
{
    size_t latency_bytes = order->terms.ring.channels * sizeof(uint32_t);
    gph_writer_seat *seat = calloc(1, sizeof *seat);
    if (!seat || gph_bell_new(&seat->answered) || !(seat->latency = malloc(latency_bytes))) {
        if (seat)
            seat_release(seat);
        return GPH_MEMORY;
    }
    memcpy(seat->latency, order->terms.latency, latency_bytes);
    seat->order = *order;
    seat->link = link;
    seat->answer = GPH_IO;
    gph_lock_take(link->lock);
    seat->id = ++link->last_id;
    seat->next = link->first;
    link->first = seat;
    bool there = link->channel != NULL;
    gph_status status = there ? say_open(link, seat, false) : GPH_STATE;
    snprintf(seat->sentence, sizeof seat->sentence, "the writer %s",
             there ? "does not answer" : "has died too often");
    gph_lock_give(link->lock);
    /* A writer that has just died is replaced, and the next one answers. */
    if (there && (status == GPH_OK || status == GPH_STATE))
        gph_bell_wait(seat->answered, (int64_t)ANSWER_MS * 1000000);
    gph_lock_take(link->lock);
    status = status == GPH_OK || status == GPH_STATE ? seat->answer : status;
    seat->opened = true;
    if (status)
        leave(seat);
    gph_lock_give(link->lock);
    if (status) {
        snprintf(problem->text, sizeof problem->text, "%s", seat->sentence);
        seat_release(seat);
        return status;
    }
    *result = seat;
    return GPH_OK;
}

void
gph_writer_seat_give_up(gph_writer_seat *seat)
{
    gph_lock_take(seat->link->lock);
    if (seat->link->channel)
        say_short(seat->link, GPH_WRITER_GIVE_UP, seat->id);
    gph_lock_give(seat->link->lock);
}

void
gph_writer_seat_free(gph_writer_seat *seat)
{
    if (!seat)
        return;
    gph_writer_link *link = seat->link;
    gph_lock_take(link->lock);
    if (link->channel && seat->done)
        say_short(link, GPH_WRITER_FORGET, seat->id);
    leave(seat);
    gph_lock_give(link->lock);
    seat_release(seat);
}
