/* How a table-recorder runs: the head, punches, the law of the fade. [audio]
 *
 *     table[p] = in * gain(p) + old[p] * feedback      product, product, sum, in float32
 *
 * A pass moves the head p. A punch is what is recorded from one start to the next stop: `once`
 * fades it at the two ends of the table, the other modes at its own two ends. The sound after a
 * stop falls, and is still written while it does.
 */
#include "pass.h"

#include <float.h>
#include <math.h>

enum { CHUNK = 128 };

/* ---------------------------------------------------------------- samples */

/* One channel. A feedback of 0 does not read what was there; what is not finite becomes 0 and is
 * counted. */
static uint32_t GPH_AUDIO
lay(float *restrict to, const float *restrict in, const float *restrict gain,
    const float *restrict feedback, uint32_t frames)
{
    uint32_t bad = 0;
    for (uint32_t f = 0; f < frames; f++) {
        bool sound = fabsf(in[f]) <= FLT_MAX;
        float fresh = (sound ? in[f] : 0.0f) * gain[f];
        float old = to[f] * feedback[f];
        float sum = feedback[f] != 0.0f ? fresh + old : fresh;
        bool whole = fabsf(sum) <= FLT_MAX;
        to[f] = whole ? sum : 0.0f;
        bad += !sound || !whole;
    }
    return bad;
}

/* The gain that position p of a `once` pass has in the table. */
static inline float GPH_AUDIO
place_gain(const gph_node *self, uint64_t p)
{
    uint64_t fade = self->fade, size = self->size;
    if (fade == 0)
        return 1.0f;
    if (p < fade)
        return (float)p / (float)fade;
    if (self->law == FADE_TRIG)
        return p > size - fade ? (float)(size - p) / (float)fade : 1.0f;
    return p >= size - fade ? (float)(size - 1 - p) / (float)fade : 1.0f;
}

/* The gains of the next frames. A fall is 1 minus the rise, so that the two sum to 1 where a loop
 * was closed. */
static void GPH_AUDIO
fill_gains(const gph_node *self, float *gain, uint32_t frames)
{
    for (uint32_t f = 0; f < frames; f++) {
        gain[f] = 1.0f;
        if (self->input == FALLING)
            gain[f] = 1.0f - (float)(self->fallen + f) / (float)self->fall;
        else if (self->mode != ONCE && self->risen + f < self->fade)
            gain[f] = (float)(self->risen + f) / (float)self->fade;
        if (self->mode == ONCE)
            gain[f] *= place_gain(self, self->head + f);
    }
}

static void GPH_AUDIO
write_frames(gph_node *self, const gph_table_view *view, const gph_io *io, uint32_t at,
             uint32_t frames)
{
    float gain[CHUNK], feedback[CHUNK];
    uint32_t bad = 0;
    bool old = self->head < self->now.filled;
    fill_gains(self, gain, frames);
    for (uint32_t f = 0; f < frames; f++)
        feedback[f] = !old ? 0.0f : self->adding ? 1.0f : io->params[0].ramp[at + f];
    for (uint32_t c = 0; c < view->channels; c++)
        bad += lay(view->ch[c] + self->head, io->in[0].ch[c % io->in[0].channels] + at, gain,
                   feedback, frames);
    if (bad)
        self->rt->fault(self->rt, NOT_FINITE, bad, 0);
    self->written += frames;
    if (self->head + frames > self->now.filled)
        self->now.filled = self->head + frames;
}

/* ---------------------------------------------------------------- the pass */

static void GPH_AUDIO
give(const gph_node *self, uint32_t trigger, uint32_t frame)
{
    gph_event event = {.frame = frame, .kind = GPH_EVENT_TRIGGER, .index = trigger, .value = 1.0f};
    self->rt->emit(self->rt, &event);
}

/* The head stops. */
static void GPH_AUDIO
halt(gph_node *self)
{
    self->running = self->adding = false;
    self->input = STILL;
}

static void GPH_AUDIO
start(gph_node *self, uint32_t frame)
{
    bool first = self->mode != OVERDUB || self->now.round == 0;
    if (self->mode == OVERDUB && self->input == WRITING)
        return;
    if (first || !self->running)
        self->head = 0;
    /* A punch into a sound that still falls goes up from where that is. */
    bool from_fall = self->input == FALLING && !first && self->fall > 0;
    self->risen = from_fall ? self->fade * (self->fall - self->fallen) / self->fall : 0;
    self->running = true;
    self->input = WRITING;
    self->adding = false;
    self->taken = 0;
    gph_table_begin_copy(self, self->head);
    give(self, STARTED, frame);
}

/* The punch ends before this frame; what comes now falls over `fall` frames. */
static void GPH_AUDIO
begin_fall(gph_node *self, uint64_t fall, bool go_on)
{
    self->fall = fall;
    self->fallen = 0;
    if (self->mode != ONCE && self->risen < self->fade)
        self->fallen = fall - fall * self->risen / self->fade;
    self->go_on = go_on;
    self->input = self->fallen < fall ? FALLING : STILL;
    self->running = go_on || self->input == FALLING;
}

/* The first round of an overdub ends here: from now on the head goes round. */
static void GPH_AUDIO
close_loop(gph_node *self, bool go_on)
{
    self->now.round = self->head;
    self->head = 0;
    self->passes++;
    begin_fall(self, self->fade, go_on && self->now.round > 0);
    self->adding = self->input == FALLING;
    if (self->now.round == 0)
        halt(self);
}

/* Ends the punch, and with `go_on` nothing else. */
static void GPH_AUDIO
stop(gph_node *self, uint32_t frame, bool go_on)
{
    bool writing = self->input == WRITING;
    if (writing && self->mode == OVERDUB && self->now.round == 0)
        close_loop(self, go_on);
    else if (writing)
        begin_fall(self, self->stop_fade, go_on);
    else if (self->input == FALLING)
        self->go_on = self->go_on && go_on;
    else
        self->running = self->running && go_on;
    if (writing)
        give(self, STOPPED, frame);
}

static void GPH_AUDIO
toggle(gph_node *self, uint32_t frame)
{
    if (self->input == WRITING)
        stop(self, frame, self->mode == OVERDUB);
    else
        start(self, frame);
}

/* The punch ends at once and without a fall: its sound is to go. */
static void GPH_AUDIO
cut(gph_node *self, uint32_t frame)
{
    bool writing = self->input == WRITING;
    if (writing && self->mode == OVERDUB && self->now.round == 0) {
        self->now.round = self->head; /* so that it can come back as a loop */
        self->head = 0;
    }
    bool go_on = self->mode == OVERDUB && self->now.round > 0;
    self->running = self->running && go_on && (self->input != FALLING || self->go_on);
    self->input = STILL;
    self->adding = false;
    if (writing)
        give(self, STOPPED, frame);
}

static void GPH_AUDIO
undo_now(gph_node *self)
{
    bool was_empty = self->now.filled == 0;
    (void)gph_table_swap_banks(self);
    if (self->now.filled == 0 || (self->mode == OVERDUB && self->now.round == 0)) {
        halt(self);
        self->head = 0;
    } else if (was_empty && self->mode == OVERDUB) {
        self->running = true; /* what was cleared or undone as a whole plays again */
        self->head = 0;
    }
}

static void GPH_AUDIO
undo(gph_node *self, uint32_t frame)
{
    if (!self->may_undo) {
        self->rt->fault(self->rt, NO_UNDO, 0, 0);
        return;
    }
    cut(self, frame);
    self->undo_wanted = true;
    if (gph_table_copy_is_whole(self))
        undo_now(self);
}

static void GPH_AUDIO
clear(gph_node *self, uint32_t frame)
{
    cut(self, frame);
    halt(self);
    self->head = 0;
    if (self->now.filled == 0)
        return;
    if (gph_table_swap_banks(self)) {
        /* What was there stays in the spare, whole, for an undo. */
        self->copied = self->copy_size = 0;
        self->may_undo = true;
    }
    self->now = (bank){0};
}

static void GPH_AUDIO
take(gph_node *self, const gph_event *event)
{
    if (event->kind != GPH_EVENT_TRIGGER)
        return;
    switch (event->index) {
    case RECORD:
        start(self, event->frame);
        break;
    case STOP:
        stop(self, event->frame, false);
        break;
    case TOGGLE:
        toggle(self, event->frame);
        break;
    case UNDO:
        undo(self, event->frame);
        break;
    case CLEAR:
        clear(self, event->frame);
        break;
    default:
        break;
    }
}

/* Where the head goes back to 0. */
static uint64_t GPH_AUDIO
round_end(const gph_node *self)
{
    return self->mode == OVERDUB && self->now.round > 0 ? self->now.round : self->size;
}

/* What ends by itself before this frame. */
static void GPH_AUDIO
end_due(gph_node *self, uint32_t frame)
{
    bool first_round = self->mode == OVERDUB && self->now.round == 0;
    bool full = first_round && self->head == self->size;
    bool long_enough = self->length > 0 && self->taken == self->length;
    if (self->input == WRITING && (full || long_enough))
        stop(self, frame, self->mode == OVERDUB);
    if (self->running && self->head == 0 && self->mode != ONCE)
        give(self, LOOPED, frame);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How many of the next frames are of one kind. */
static uint32_t GPH_AUDIO
stretch(const gph_node *self, uint32_t most)
{
    uint64_t n = least(most, CHUNK);
    if (self->running)
        n = least(n, round_end(self) - self->head);
    if (self->input == WRITING && self->length > 0)
        n = least(n, self->length - self->taken);
    if (self->input == FALLING)
        n = least(n, self->fall - self->fallen);
    if (self->input != STILL && self->head < self->now.filled)
        n = least(n, self->now.filled - self->head);
    if (self->undo_wanted)
        n = least(n, gph_table_copy_lasts(self));
    return (uint32_t)n;
}

/* Moves on by `frames` frames, the first of which is `at`. */
static void GPH_AUDIO
advance(gph_node *self, uint32_t at, uint32_t frames)
{
    if (!self->running)
        return;
    self->head += frames;
    if (self->input == WRITING) {
        self->taken += frames;
        self->risen = least(self->risen + frames, self->fade);
    } else if (self->input == FALLING) {
        self->fallen += frames;
    }
    bool open = self->mode == OVERDUB && self->now.round == 0;
    if (self->head == round_end(self) && !open) {
        self->head = 0;
        self->passes++;
        if (self->mode == ONCE) {
            if (self->input == WRITING)
                give(self, DONE, at + frames - 1);
            halt(self);
        }
    }
    if (self->input == FALLING && self->fallen == self->fall) {
        self->input = STILL;
        self->adding = false;
        self->running = self->go_on;
    }
}

static void GPH_AUDIO
run(gph_node *self, const gph_io *io, uint32_t at, uint32_t end)
{
    while (at < end) {
        end_due(self, at);
        const gph_table_view *view = self->tables->view(self->table);
        uint32_t frames = stretch(self, end - at);
        if (!gph_table_copy_is_whole(self))
            gph_table_copy_on(self, view, frames);
        if (self->input != STILL)
            write_frames(self, view, io, at, frames);
        advance(self, at, frames);
        at += frames;
        if (self->undo_wanted && gph_table_copy_is_whole(self))
            undo_now(self);
    }
}

/* A trigger of the table itself has changed it since the last block: goes on with what is there. */
static void GPH_AUDIO
take_over(gph_node *self)
{
    const gph_table_view *view = self->tables->view(self->table);
    if (view->spare == NULL)
        self->may_undo = false;
    if (view->generation == self->generation)
        return;
    bank was = self->now;
    self->may_undo = view->spare != NULL && view->bank != self->bank;
    self->undo_wanted = false;
    self->copied = self->copy_size = 0;
    self->other = was;
    self->now.filled = view->mark.filled;
    if (self->now.filled != was.filled && self->mode == OVERDUB)
        self->now.round = self->now.filled;
    if (self->now.filled == 0) {
        halt(self);
        self->head = 0;
    } else if (self->mode == OVERDUB && self->now.round > 0) {
        self->head %= self->now.round;
    }
}

/* What followers and other programs may know. */
static void GPH_AUDIO
publish(gph_node *self, int64_t clock)
{
    uint64_t round = self->mode == ONCE ? 0 : round_end(self);
    if (self->mode == OVERDUB && self->now.round == 0 && self->length > 0)
        round = least(self->length, self->size);
    gph_table_mark mark = {.filled = self->now.filled,
                           .head = self->head,
                           .written = self->written,
                           .pass = self->passes,
                           .clock = clock,
                           .state = self->input != STILL ? GPH_TABLE_RECORDING
                                    : self->running      ? GPH_TABLE_PLAYING
                                                         : GPH_TABLE_IDLE,
                           .keeps_spare = !gph_table_copy_is_whole(self),
                           .round = round};
    self->tables->mark(self->table, &mark);
    const gph_table_view *view = self->tables->view(self->table);
    self->generation = view->generation;
    self->bank = view->bank;
}

int32_t GPH_CALL GPH_AUDIO
gph_table_pass_process(gph_node *self, const gph_io *io)
{
    uint32_t at = 0;
    take_over(self);
    for (uint32_t n = 0; n < io->n_events; n++) {
        run(self, io, at, io->events[n].frame);
        at = io->events[n].frame;
        take(self, &io->events[n]);
    }
    run(self, io, at, io->frames);
    publish(self, io->clock + io->frames);
    return GPH_OK;
}

void GPH_CALL GPH_AUDIO
gph_table_pass_reset(gph_node *self)
{
    halt(self);
    self->head = 0;
}
