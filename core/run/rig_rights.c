/* What the machine gives a rig: a real-time thread, memory that stays. [control] */
#include "../platform/realtime.h"
#include "../platform/residence.h"
#include "../platform/watch.h"
#include "rig_inside.h"

#include <stdio.h>

static bool
is_realtime(const char *scheduling)
{
    return scheduling && *scheduling && strcmp(scheduling, "normal") != 0;
}

static void
lock_region(void *user, const void *base, size_t bytes)
{
    gph_rig *rig = user;
    if (gph_residence_lock(base, bytes, GPH_WATCH_STACK_BYTES) < bytes)
        rig->memory_refused = true;
}

/* As far as the limit allows, what a cycle needs first: room for the audio thread's stack, which is locked when there
 * is such a thread; buffers of the plan, rings of the recorders and players, tables. */
static void
lock_some(gph_rig *rig)
{
    gph_residence_unlock_all();
    rig->memory_refused = false;
    gph_run_each_memory(rig->run, lock_region, rig);
    gph_context_each_ring(rig->graph, lock_region, rig);
    gph_table_set_each_memory(rig->context.tables, lock_region, rig);
}

static int
refuse(gph_rig *rig, const char *scheduling)
{
    gph_residence residence;
    gph_residence_get(&residence);
    bool urgent = is_realtime(scheduling);
    snprintf(rig->rights, sizeof rig->rights, "%s %s, memory %llu of %llu MB locked, watchdog %s",
             urgent ? "real-time" : "scheduling", scheduling,
             (unsigned long long)(residence.locked / 1000000),
             (unsigned long long)(residence.total / 1000000), rig->watchdog ? "on" : "off");
    if (rig->patch->settings.realtime != GPH_REALTIME_REQUIRED || gph_rig_is_offline(rig) ||
        (urgent && !rig->memory_refused))
        return 0;
    gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1,
                 "'realtime = required', but the machine gives: %s", rig->rights);
    return GPH_EXIT_MACHINE;
}

int
gph_rig_take_rights(gph_rig *rig)
{
    if (gph_rig_is_offline(rig))
        return 0;
    rig->memory_refused = !gph_residence_lock_all();
    if (rig->memory_refused)
        lock_some(rig);
    /* Nothing may have begun when it is refused. */
    return rig->patch->settings.realtime == GPH_REALTIME_REQUIRED
               ? refuse(rig, gph_realtime_level())
               : 0;
}

int
gph_rig_check_rights(gph_rig *rig)
{
    gph_host_stats stats = {.size = sizeof stats};
    rig->host->host->stats(rig->stream, &stats);
    return refuse(rig, stats.scheduling && *stats.scheduling ? stats.scheduling : "normal");
}
