/* A folder of our own on POSIX systems. [control, writer] */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
gph_scratch_new(char *path, size_t size)
{
    const char *place = getenv("TMPDIR");
    int length = snprintf(path, size, "%s/graphophone-XXXXXX", place && *place ? place : P_tmpdir);
    if (length < 0 || (size_t)length >= size)
        return -ENAMETOOLONG;
    return mkdtemp(path) ? 0 : -errno;
}

void
gph_scratch_remove(const char *path)
{
    DIR *entries = opendir(path);
    if (!entries)
        return;
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries))
        if (entry->d_type != DT_DIR)
            unlinkat(dirfd(entries), entry->d_name, 0);
    closedir(entries);
    rmdir(path);
}
