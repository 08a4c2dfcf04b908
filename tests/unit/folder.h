/* Removes a folder that a test made, with all that is in it. [test program] */
#ifndef GPH_TEST_FOLDER_H
#define GPH_TEST_FOLDER_H

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline void
folder_empty(const char *folder)
{
    chmod(folder, 0700);
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        char path[4096];
        struct stat about;
        ck_assert_uint_lt(strlen(folder) + strlen(entry->d_name), sizeof path - 1);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        strcat(strcat(strcpy(path, folder), "/"), entry->d_name);
        if (lstat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
            folder_empty(path);
            rmdir(path);
        } else {
            unlink(path);
        }
    }
    closedir(entries);
}

static inline void
folder_remove(const char *folder)
{
    folder_empty(folder);
    ck_assert_msg(rmdir(folder) == 0, "%s cannot be removed", folder);
}

#endif
