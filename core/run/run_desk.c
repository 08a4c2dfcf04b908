/* The step of a table: its triggers, and the exchange of its banks between blocks. [audio] */
#include "run_state.h"
#include "table_desk.h"

typedef struct hearer {
    gph_run *run;
    const gph_run_step *step;
} hearer;

static void
refused(void *user, uint32_t what, gph_table_why why)
{
    const hearer *to = user;
    gph_run_notify(to->run, &(gph_notice){.kind = GPH_NOTICE_TABLE,
                                          .node = to->step->node,
                                          .code = what,
                                          .frame = to->run->clock,
                                          .a = why});
}

void
gph_run_table(gph_run *run, gph_run_step *step)
{
    hearer to = {run, step};
    if (step->n_late)
        gph_run_take_late(run, step);
    for (uint32_t n = 0; step->desk && n < step->n_events; n++) {
        float with[GPH_TABLE_N_PARAMS];
        for (uint32_t p = 0; p < GPH_TABLE_N_PARAMS; p++)
            with[p] = run->params[run->first_param[step->node] + p].items[0].to;
        gph_table_why why =
            gph_table_ask(step->desk, step->events[n].index, step->events[n].when, with);
        if (why)
            refused(&to, step->events[n].index, why);
    }
    step->n_events = 0;
    if (step->desk)
        gph_table_turn(step->desk, run->clock, run->freewheels || run->offline, refused, &to);
}
