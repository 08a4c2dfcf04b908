/* Bytes in memory that other code can open by a file name: a memfd and its name in /proc. [control]
 */
#include "memfile.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

gph_status
gph_memfile_init(gph_memfile *file)
{
    *file = (gph_memfile){0};
    const int descriptor = memfd_create("graphophone", MFD_CLOEXEC);
    if (descriptor < 0)
        return GPH_IO;
    file->descriptor_plus_1 = descriptor + 1;
    snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", descriptor);
    return GPH_OK;
}

gph_status
gph_memfile_append(gph_memfile *file, const char *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        const ssize_t wrote = write(file->descriptor_plus_1 - 1, bytes + done, n - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return GPH_IO;
        done += (size_t)wrote;
    }
    return GPH_OK;
}

void
gph_memfile_finish(gph_memfile *file)
{
    if (file->descriptor_plus_1 > 0)
        close(file->descriptor_plus_1 - 1);
    *file = (gph_memfile){0};
}
