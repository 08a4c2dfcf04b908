/* What a crash left in the folders of a rig's recorders, before they record again. [control] */
#include "../disk/recover.h"
#include "rig_inside.h"

#include <stdio.h>

/* Says what was found; what is no business of this rig is passed over. */
static void
hear(void *user, const gph_recover_found *found)
{
    gph_rig *rig = user;
    bool done = found->state == GPH_RECOVER_DONE;
    if (found->state == GPH_RECOVER_LIVE || found->state == GPH_RECOVER_UNKNOWN)
        return;
    char doubt[160] = "";
    if (found->doubt || found->cut || found->missing)
        snprintf(doubt, sizeof doubt,
                 "; %lld of them in doubt, %lld cut off as they may be holes, %lld missing",
                 (long long)found->doubt, (long long)found->cut, (long long)found->missing);
    if (done && !*found->reason)
        gph_rig_tell(rig, *doubt ? GPH_LOG_WARNING : GPH_LOG_INFO, GPH_NONE, -1,
                     "a crash had left '%s/%s': it is '%s' now, %lld frames%s", found->folder,
                     found->name, found->became, (long long)found->frames, doubt);
    else
        gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, -1, "a crash had left '%s/%s': %s",
                     found->folder, found->name, found->reason);
}

/* Whether an earlier recorder has the same folder, as deep. */
static bool
was_looked_at(const gph_rig *rig, uint32_t writer, const char *root, uint32_t levels)
{
    for (uint32_t w = 0; w < writer; w++) {
        uint32_t other_levels;
        const char *other =
            gph_stream_root(gph_context_writer(rig->graph, w)->stream, &other_levels);
        if (other && !strcmp(other, root) && other_levels >= levels)
            return true;
    }
    return false;
}

void
gph_rig_recover(gph_rig *rig)
{
    for (uint32_t w = 0; w < rig->n_writers && !gph_rig_is_offline(rig); w++) {
        uint32_t levels;
        const char *root = gph_stream_root(gph_context_writer(rig->graph, w)->stream, &levels);
        const gph_recover_options options = {
            .levels = levels, .most_frames = -1, .found = hear, .user = rig};
        if (root && !was_looked_at(rig, w, root, levels))
            gph_recover_path(&options, root);
    }
}
