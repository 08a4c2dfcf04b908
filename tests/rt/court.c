/*
 * court PATCH FRAMES: runs a rig for so many frames and moves everything in it that can be moved: every parameter to
 * another value and every trigger, between one dispatch and the next. The guard, preloaded, judges. [test program]
 */
#include <graphophone/graphophone.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* A number from 0 to 1; the same ones in every run. */
static double
chance(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) / (double)(1u << 24);
}

static const void *
entry(const void *table, uint32_t stride, uint32_t index)
{
    return (const char *)table + (size_t)stride * index;
}

static void
move_parameters(gph_rig *rig, const gph_rig_node *node, double rate, uint32_t *state)
{
    const gph_type *type = node->descriptor;
    char target[256];

    for (uint32_t n = 0; type && n < type->n_params; n++) {
        const gph_param *param = entry(type->params, type->param_stride, n);
        double max = param->flags & GPH_PARAM_OF_RATE ? param->max * rate : param->max;
        snprintf(target, sizeof target, "%s.%s", node->name, param->name);
        if (gph_rig_set(rig, target, param->min + (max - param->min) * chance(state)) ==
            GPH_ARGUMENT)
            exit(3);
    }
}

static void
pull_triggers(gph_rig *rig, const gph_rig_node *node, double often, uint32_t *state)
{
    const gph_type *type = node->descriptor;
    char target[256];

    for (uint32_t n = 0; type && n < type->n_triggers; n++) {
        const gph_trigger *trigger = entry(type->triggers, type->trigger_stride, n);
        if (trigger->direction != GPH_TRIGGER_IN || chance(state) >= often)
            continue;
        snprintf(target, sizeof target, "%s.%s", node->name, trigger->name);
        if (gph_rig_trigger(rig, target) == GPH_ARGUMENT)
            exit(3);
    }
}

int
main(int argc, char **argv)
{
    /* The watchdog is on trial too. */
    const gph_rig_options options = {.size = sizeof options, .flags = GPH_RIG_OWNS_PROCESS};
    gph_rig *rig = NULL;
    uint32_t state = 1;
    int64_t frames = argc == 3 ? atoll(argv[2]) : 0;

    if (frames <= 0)
        return 2;
    int status = gph_rig_load(argv[1], &options, &rig);
    if (status == 0)
        status = gph_rig_open(rig);
    if (status == 0)
        status = gph_rig_start(rig);
    if (status != 0) {
        gph_rig_free(rig);
        return status;
    }
    /* Code that runs for the first time is a page fault, and not the module's; where the limit forbids
     * locking all of it, it must do. */
    if (!getenv("COURT_UNLOCKED") && mlockall(MCL_CURRENT) != 0)
        fprintf(stderr, "court: memory could not be locked\n");
    gph_rig_info info = {.size = sizeof info};
    gph_rig_status now = {.size = sizeof now};
    gph_rig_get_info(rig, &info);
    do {
        for (uint32_t n = 0; n < info.n_nodes; n++) {
            gph_rig_node node = {.size = sizeof node};
            if (gph_rig_get_node(rig, n, &node) != GPH_OK)
                continue;
            move_parameters(rig, &node, info.rate, &state);
            /* In real time each take costs the disk more than a moment. */
            pull_triggers(rig, &node, info.offline ? 0.5 : 0.02, &state);
        }
        if (!gph_rig_dispatch(rig, 1))
            break;
        gph_rig_get_status(rig, &now);
    } while (now.frame < frames);
    status = gph_rig_stop(rig);
    gph_rig_free(rig);
    return status;
}
