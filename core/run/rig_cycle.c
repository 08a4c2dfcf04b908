/* Where the host's cycles come in. [audio] */
#include "rig_inside.h"

int32_t GPH_CALL
gph_rig_cycle(void *user, const gph_cycle *cycle)
{
    const gph_rig *rig = user;
    return gph_run_cycle(rig->run, cycle);
}
