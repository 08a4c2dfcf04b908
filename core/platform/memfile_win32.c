/* Bytes that other code can open by a file name, on Windows: a file of the moment, which the system keeps in memory as
 * long as it can. [control] */
#include "memfile.h"

#include "wide_win32.h"

#include <errno.h>
#include <io.h>
#include <stdint.h>

gph_status
gph_memfile_init(gph_memfile *file)
{
    *file = (gph_memfile){0};
    const int descriptor = gph_wide_temporary(file->path, sizeof(file->path));
    if (descriptor < 0) {
        errno = -descriptor;
        return GPH_IO;
    }
    file->descriptor_plus_1 = descriptor + 1;
    return GPH_OK;
}

gph_status
gph_memfile_append(gph_memfile *file, const char *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        const size_t left = n - done;
        const int wrote = _write(file->descriptor_plus_1 - 1, bytes + done,
                                 left > INT32_MAX ? INT32_MAX : (unsigned)left);
        if (wrote <= 0)
            return GPH_IO;
        done += (size_t)wrote;
    }
    return GPH_OK;
}

void
gph_memfile_finish(gph_memfile *file)
{
    if (file->descriptor_plus_1 > 0) {
        _close(file->descriptor_plus_1 - 1);
        _unlink(file->path);
    }
    *file = (gph_memfile){0};
}
