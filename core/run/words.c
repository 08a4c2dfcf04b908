/* Words of the library: its version, a sentence for each status, the nearest name. [any] */
#include "../patch/near.h"

#include <graphophone/graphophone.h>

#include <string.h>

const char *
gph_version(void)
{
    return GPH_VERSION;
}

const char *
gph_status_text(gph_status status)
{
    switch (status) {
    case GPH_DONE:
        return "the source has ended";
    case GPH_OK:
        return "done as asked";
    case GPH_ARGUMENT:
        return "an argument or setting makes no sense";
    case GPH_MEMORY:
        return "memory could not be had";
    case GPH_UNSUPPORTED:
        return "understood, but not offered here";
    case GPH_IO:
        return "a file, device or server failed";
    case GPH_STATE:
        return "not possible in this state";
    case GPH_LIMIT:
        return "beyond a fixed limit";
    default:
        return status > 0 ? "done, with news" : "failed for a reason of its own";
    }
}

const char *
gph_nearest(const char *word, const char *const *words)
{
    gph_near near;
    gph_near_init(&near, word, strlen(word));
    for (; *words; words++)
        gph_near_offer(&near, *words, NULL);
    return near.best;
}
