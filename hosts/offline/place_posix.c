/* The offline host's files on POSIX systems. [the caller's thread of step] */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

SNDFILE *
place_open(const char *path, SF_INFO *info)
{
    return sf_open(path, SFM_READ, info);
}

int
place_new(const char *path, SF_INFO *info, SNDFILE **file)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return errno;
    *file = sf_open_fd(descriptor, SFM_WRITE, info, SF_TRUE);
    if (*file == NULL)
        close(descriptor);
    return 0;
}

void
place_remove(const char *path)
{
    unlink(path);
}
