/* Walks search paths, and looks at files before they are loaded. [control] */
#include "path.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------------- folders */

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool
take_folder(const char *folder, bool (*each)(void *user, const char *folder, const char *name),
            void *user)
{
    struct dirent **names = NULL;
    const int n = scandir(folder, &names, NULL, by_name);
    bool more = true;
    for (int i = 0; i < n; i++) {
        if (more && names[i]->d_name[0] != '.')
            more = each(user, folder, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    return more;
}

void
gph_path_each(const char *variable, const char *usual,
              bool (*each)(void *user, const char *folder, const char *name), void *user)
{
    const char *path = secure_getenv(variable);
    const char *home = secure_getenv("HOME");
    bool more = true;
    for (path = path != NULL ? path : usual; *path != '\0' && more;) {
        char folder[PATH_MOST];
        const size_t n = strcspn(path, ":");
        if (n >= 2 && path[0] == '~' && path[1] == '/' && home != NULL && home[0] == '/')
            snprintf(folder, sizeof folder, "%s%.*s", home, (int)(n - 1), path + 1);
        else
            snprintf(folder, sizeof folder, "%.*s", (int)n, path);
        if (folder[0] == '/')
            more = take_folder(folder, each, user);
        path += n + (path[n] == ':');
    }
}

/* ---------------------------------------------------------------- files */

/* A library that was cut short is a bus error in whoever loads it. */
static bool
is_whole(int file, uint64_t size)
{
    const unsigned char native = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    ElfW(Ehdr) head;
    if (pread(file, &head, sizeof head, 0) != (ssize_t)sizeof head ||
        memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != native)
        return true; /* no library, or one that the loader refuses */
    for (unsigned i = 0; i < head.e_phnum; i++) {
        ElfW(Phdr) part;
        if (pread(file, &part, sizeof part, (off_t)(head.e_phoff + i * sizeof part)) !=
            (ssize_t)sizeof part)
            return false;
        if (part.p_type == PT_LOAD &&
            (part.p_offset > size || part.p_filesz > size - part.p_offset))
            return false;
    }
    return true;
}

static const char *
objection(int file)
{
    struct stat found;
    if (fstat(file, &found) != 0)
        return strerror(errno);
    if (!S_ISREG(found.st_mode))
        return "it is no file";
    if (found.st_mode & S_IWOTH)
        return "everybody may write it";
    if (found.st_uid != 0 && found.st_uid != geteuid())
        return "it belongs to somebody else";
    return is_whole(file, (uint64_t)found.st_size) ? NULL : "it is cut short";
}

bool
gph_file_is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

bool
gph_file_may_load(const char *path, char *why, size_t size)
{
    /* Without O_NONBLOCK a FIFO would be waited for. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const char *objects = file >= 0 ? objection(file) : strerror(errno);
    if (objects != NULL)
        snprintf(why, size, "%s", objects);
    if (file >= 0)
        close(file);
    return objects == NULL;
}
