/* The jobs of a table, as the audio thread sees them. [audio; answer: worker; init: control] */
#include "table_body.h"

static uint64_t
written(const gph_table_live *live)
{
    return live->written_before + live->mark.written;
}

gph_table_why
gph_table_ask(gph_table_desk *desk, uint32_t what, int64_t when, const float *with)
{
    if (desk->n_waiting == GPH_TABLE_MAX_WAITING)
        return GPH_TABLE_TOO_MANY;
    gph_table_job *job = &desk->waiting[desk->n_waiting++];
    job->what = what;
    job->when = when;
    memcpy(job->with, with, sizeof job->with);
    return GPH_TABLE_DONE;
}

/* The other bank comes into use, with so much in it. */
static void
exchange(gph_table_desk *desk, uint64_t filled)
{
    gph_table_live *live = desk->live;
    desk->undo_filled = live->mark.filled;
    desk->undo_written = written(live);
    desk->undo_generation = ++live->generation;
    live->bank ^= 1;
    live->mark.filled = filled;
    gph_table_publish(live);
}

static gph_table_why
clear(gph_table_desk *desk)
{
    gph_table_live *live = desk->live;
    if (live->banks[1]) {
        exchange(desk, 0);
    } else {
        live->generation++;
        live->mark.filled = 0;
        gph_table_publish(live);
    }
    return GPH_TABLE_DONE;
}

static gph_table_why
undo(gph_table_desk *desk)
{
    gph_table_live *live = desk->live;
    if (desk->undo_generation == 0 || desk->undo_generation != live->generation ||
        desk->undo_written != written(live))
        return GPH_TABLE_NO_UNDO;
    exchange(desk, desk->undo_filled);
    return GPH_TABLE_DONE;
}

/* Gives a job away; false: there is no room, so it waits. */
static bool
give(gph_table_desk *desk, gph_table_job *job, bool at_once)
{
    gph_table_live *live = desk->live;
    job->body = desk->body;
    job->bank = live->bank;
    job->filled = live->mark.filled;
    atomic_store_explicit(&desk->answer, GPH_TABLE_NO_ANSWER, memory_order_relaxed);
    if (at_once) {
        uint64_t filled = 0;
        bool worked = desk->work(job, &filled);
        gph_table_answer(job, worked, filled);
    } else if (!desk->jobs || !gph_queue_put(desk->jobs, job)) {
        return false;
    }
    desk->busy = true;
    desk->now = *job;
    desk->generation = live->generation;
    desk->written = written(live);
    live->lent = job->what != GPH_TABLE_DO_SAVE;
    return true;
}

/* Begins a job; false: it has to wait. */
static bool
begin(gph_table_desk *desk, gph_table_job *job, bool at_once, gph_table_why *why)
{
    const gph_table_live *live = desk->live;
    bool makes_new = job->what != GPH_TABLE_DO_SAVE;
    bool has_spare = live->banks[1] != NULL;
    *why = GPH_TABLE_DONE;
    if (makes_new && !has_spare && job->what != GPH_TABLE_DO_CLEAR)
        *why = GPH_TABLE_NO_SPARE;
    else if (makes_new && live->mark.state == GPH_TABLE_RECORDING)
        *why = GPH_TABLE_RECORDED;
    else if (live->mark.filled == 0 && job->what == GPH_TABLE_DO_SAVE)
        *why = GPH_TABLE_EMPTY;
    if (*why)
        return true;
    if (makes_new && has_spare && live->mark.keeps_spare)
        return false;
    if (job->what == GPH_TABLE_DO_CLEAR)
        *why = clear(desk);
    else if (job->what == GPH_TABLE_DO_UNDO)
        *why = undo(desk);
    else
        return give(desk, job, at_once);
    return true;
}

/* Takes what the worker has finished. */
static gph_table_why
finish(gph_table_desk *desk, uint32_t answer)
{
    gph_table_live *live = desk->live;
    desk->busy = false;
    if (desk->now.what == GPH_TABLE_DO_SAVE)
        return GPH_TABLE_DONE;
    bool same = live->generation == desk->generation && written(live) == desk->written;
    live->lent = false;
    if (answer == GPH_TABLE_WORKED && same) {
        exchange(desk, desk->filled);
        return GPH_TABLE_DONE;
    }
    /* The spare is not what it was: whoever kept something there learns of it. */
    live->generation++;
    desk->undo_generation = 0;
    gph_table_publish(live);
    return answer == GPH_TABLE_WORKED ? GPH_TABLE_OVERTAKEN : GPH_TABLE_DONE;
}

/* A recorder that has come to rest with another round done: its table is saved. */
static void
save_what_is_done(gph_table_desk *desk, int64_t clock)
{
    static const float nothing[GPH_TABLE_N_PARAMS];
    const gph_table_mark *mark = &desk->live->mark;
    if (mark->pass == desk->pass || mark->state != GPH_TABLE_IDLE)
        return;
    bool more = mark->pass > desk->pass;
    if (!more || gph_table_ask(desk, GPH_TABLE_DO_SAVE, clock, nothing) == GPH_TABLE_DONE)
        desk->pass = mark->pass;
}

void
gph_table_turn(gph_table_desk *desk, int64_t clock, bool at_once, gph_table_refused *refused,
               void *user)
{
    if (desk->saves)
        save_what_is_done(desk, clock);
    while (desk->live->header && desk->work && (desk->busy || desk->n_waiting)) {
        uint32_t answer = GPH_TABLE_NO_ANSWER;
        uint32_t what = desk->busy ? desk->now.what : desk->waiting[0].what;
        gph_table_why why;
        if (desk->busy) {
            answer = atomic_load_explicit(&desk->answer, memory_order_acquire);
            if (answer == GPH_TABLE_NO_ANSWER)
                return;
            why = finish(desk, answer);
        } else {
            if (!begin(desk, &desk->waiting[0], at_once, &why))
                return;
            desk->n_waiting--;
            memmove(desk->waiting, desk->waiting + 1, desk->n_waiting * sizeof *desk->waiting);
        }
        if (why)
            refused(user, what, why);
    }
}

void
gph_table_answer(const gph_table_job *job, bool worked, uint64_t filled)
{
    gph_table_desk *desk = &job->body->desk;
    desk->filled = filled;
    atomic_store_explicit(&desk->answer, worked ? GPH_TABLE_WORKED : GPH_TABLE_FAILED,
                          memory_order_release);
}

void
gph_table_desk_init(gph_table_desk *desk, gph_table_body *body)
{
    gph_queue *jobs = desk->jobs;
    gph_table_work *work = desk->work;
    *desk = (gph_table_desk){.body = body, .live = &body->live, .jobs = jobs, .work = work};
}
