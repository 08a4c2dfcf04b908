/* Reads small regular files as a whole. [control] */
#include "wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gph_status
refuse(gph_wholefile *file, gph_status status, const char *why)
{
    gph_wholefile_close(file);
    snprintf(file->why, sizeof(file->why), "%s", why);
    return status;
}

static const char *
what_it_is(mode_t mode)
{
    if (S_ISDIR(mode))
        return "it is a folder";
    if (S_ISFIFO(mode))
        return "it is a pipe, not a file";
    if (S_ISSOCK(mode))
        return "it is a socket, not a file";
    return S_ISREG(mode) ? NULL : "it is a device, not a file";
}

static gph_status
refuse_errno(gph_wholefile *file, int error)
{
    char buffer[128];
    return refuse(file, GPH_IO, strerror_r(error, buffer, sizeof(buffer)));
}

gph_status
gph_wholefile_open(gph_wholefile *file, const char *path, size_t most)
{
    struct stat status;
    *file = (gph_wholefile){0};
    /* Looked at before it is opened, as opening alone can rewind a tape or wake a pipe's writer;
     * looked at again in case it was exchanged in between. */
    if (stat(path, &status) != 0)
        return refuse_errno(file, errno);
    if (what_it_is(status.st_mode) != NULL)
        return refuse(file, GPH_IO, what_it_is(status.st_mode));
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return refuse_errno(file, errno);
    file->descriptor_plus_1 = descriptor + 1;
    if (fstat(descriptor, &status) != 0)
        return refuse_errno(file, errno);
    if (what_it_is(status.st_mode) != NULL)
        return refuse(file, GPH_IO, what_it_is(status.st_mode));
    if (status.st_size < 0 || (uint64_t)status.st_size > most) {
        char why[96];
        snprintf(why, sizeof(why), "it has %lld bytes; %zu are the most", (long long)status.st_size,
                 most);
        return refuse(file, GPH_LIMIT, why);
    }
    file->size = (size_t)status.st_size;
    return GPH_OK;
}

gph_status
gph_wholefile_read(gph_wholefile *file, char *bytes, size_t *n)
{
    size_t done = 0;
    while (done < file->size) {
        const ssize_t got = read(file->descriptor_plus_1 - 1, bytes + done, file->size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refuse_errno(file, errno);
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *n = done;
    return GPH_OK;
}

void
gph_wholefile_close(gph_wholefile *file)
{
    if (file->descriptor_plus_1 > 0)
        close(file->descriptor_plus_1 - 1);
    file->descriptor_plus_1 = 0;
}
