/* Finds, checks and loads hosts. [control]
 *
 * A host is a file ID.so that exports gph_host_1. Folders are searched in this order, the first hit of a name wins:
 *
 *     the caller's folders (--host-dir)
 *     GRAPHOPHONE_HOST_PATH (not in a privileged process)
 *     LIBDIR/graphophone/hosts, or the build tree that the library lies in (../graph/installation.h)
 *
 * A host that does not load is listed with the reason and otherwise left alone. Loaded hosts are never unloaded. */
#ifndef GPH_RUN_HOSTS_H
#define GPH_RUN_HOSTS_H

#include "../patch/arena.h"

#include <graphophone/host.h>

typedef struct gph_hosts gph_hosts;

/* A host file that was found. Lives as long as the list. */
typedef struct gph_host_info {
    const char *path; /* absolute */
    const char *id;   /* name of the file: what `host =` says */
    const char
        *refused; /* why it cannot be used, a sentence that goes on after its name; or NULL */
    const gph_host *host; /* of full size, absent members NULL; NULL where refused */
    /* Its settings as a descriptor of the size of this program's own; `settings` of a gph_type. */
    const gph_setting *settings;
    uint32_t n_settings;
} gph_host_info;

/* GPH_MEMORY is the only failure. `allocator` may be NULL. */
gph_status gph_hosts_new(const char *const *folders, uint32_t n_folders,
                         const gph_allocator *allocator, gph_hosts **hosts);
void gph_hosts_free(gph_hosts *hosts);

/* One by its name; loads no other. NULL: there is no such file (or memory is out); then *nearest, if not NULL, is the
 * name that was probably meant, or NULL. */
const gph_host_info *gph_hosts_find(gph_hosts *hosts, const char *id, const char **nearest);

/* All of them, loaded, by name; NULL past the end. */
const gph_host_info *gph_hosts_get(gph_hosts *hosts, uint32_t index);

#endif
