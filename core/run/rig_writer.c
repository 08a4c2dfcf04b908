/* A rig's writer process: its start, its deaths, its end. [control] */
#include "../disk/writer_link.h"
#include "../disk/writer_serve.h"
#include "../platform/process.h"
#include "rig_inside.h"

int
gph_rig_start_writer(gph_rig *rig, const char *word)
{
    char why[256];
    if (!word || rig->flags & GPH_RIG_REPORT || gph_rig_is_offline(rig))
        return 0;
    gph_status status = gph_writer_link_new(word, why, sizeof why, &rig->context.link);
    if (status == GPH_OK)
        return 0;
    gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "%s", why);
    return GPH_EXIT_MACHINE;
}

void
gph_rig_watch_writer(gph_rig *rig)
{
    char how[64];
    if (!rig->context.link)
        return;
    uint32_t deaths = gph_writer_link_deaths(rig->context.link, how, sizeof how);
    if (deaths == rig->writer_deaths)
        return;
    rig->writer_deaths = deaths;
    gph_rig_tell(rig, GPH_LOG_WARNING, GPH_NONE, -1,
                 "the writer %s; another goes on with what waits in the rings", how);
}

void
gph_rig_end_writer(gph_rig *rig)
{
    char how[64];
    if (!rig->context.link)
        return;
    gph_rig_watch_writer(rig);
    if (gph_writer_link_end(rig->context.link, how, sizeof how))
        return;
    gph_rig_tell(rig, GPH_LOG_ERROR, GPH_NONE, -1, "the writer %s at its end", how);
    rig->failed_disk = true;
}

int
gph_writer_main(void)
{
    gph_channel *channel;
    gph_process_persist();
    if (gph_channel_adopt(&channel) != GPH_OK)
        return GPH_EXIT_PATCH;
    int status = gph_writer_serve(channel);
    gph_channel_free(channel);
    return status;
}
