/* Files and folders as the writer and reader use them: a const table of functions, so that a test can
 * make any call fail. [writer, control] */
#ifndef GPH_PLATFORM_FILE_H
#define GPH_PLATFORM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An open file or folder; below 0 it is an errno value, negated. So are all results below 0. */
typedef intptr_t gph_file;

/* What a folder lists is given to this, one name a call. */
typedef void gph_file_name_found(void *user, const char *name);

typedef struct gph_file_system {
    void *user;
    /* A folder by path, links allowed: it is a person's own words. */
    gph_file (*open_folder)(void *user, const char *path);
    /* A folder below another, no links on the way, never above it; `relative` may be "" (the folder
     * itself once more). With `create` what is missing is made. */
    gph_file (*open_beneath)(void *user, gph_file folder, const char *relative, bool create);
    /* 0 if files can be made in the folder, else why not (EACCES, EROFS). */
    int (*writable)(void *user, gph_file folder);
    /* A new file for reading and writing, locked against other writers; EEXIST if the name is taken. */
    gph_file (*create)(void *user, gph_file folder, const char *name);
    /* An existing regular file by path, for reading; EINVAL for anything that is no regular file. */
    gph_file (*open_read)(void *user, const char *path);
    /* An existing regular file of a folder, never through a link, to be changed or only read; locked
     * as by `create`. EAGAIN: somebody lives who writes to it; EINVAL: no regular file; ELOOP: a
     * link. */
    gph_file (*open_in)(void *user, gph_file folder, const char *name, bool change);
    /* Bytes written or read, perhaps fewer than asked. */
    int64_t (*write_at)(void *user, gph_file file, const void *data, size_t bytes, int64_t offset);
    int64_t (*read_at)(void *user, gph_file file, void *data, size_t bytes, int64_t offset);
    int64_t (*size)(void *user, gph_file file);
    int (*resize)(void *user, gph_file file, int64_t bytes);
    int (*sync)(void *user, gph_file file);
    /* Brings the bytes of a file to the disk, and of what is known of it only what reading them takes.
     * An error is final for the file: said once, it may be followed by a 0 that means nothing. */
    int (*sync_data)(void *user, gph_file file);
    /* Takes disk for the first so many bytes ahead of time; the length stays, `resize` gives back what
     * is beyond it. EOPNOTSUPP where it cannot be done. */
    int (*reserve)(void *user, gph_file file, int64_t bytes);
    /* 0: `name` in the folder is still this open file; ENOENT: it was deleted or renamed. */
    int (*is_still)(void *user, gph_file folder, const char *name, gph_file file);
    /* Gives a file of a folder another name in it; EEXIST, and nothing done, if that is taken. */
    int (*rename_new)(void *user, gph_file folder, const char *from, const char *to);
    int (*remove)(void *user, gph_file folder, const char *name);
    /* 1 there is such a name, 0 there is none. */
    int (*exists)(void *user, gph_file folder, const char *name);
    int (*list)(void *user, gph_file folder, gph_file_name_found *found, void *found_user);
    /* Bytes that we may still write to the disk of a folder or file. */
    int64_t (*free_bytes)(void *user, gph_file file);
    /* How many files may still be opened, as far as can be told; raises a soft limit if need be. */
    int64_t (*handles)(void *user, int64_t wanted);
    void (*close)(void *user, gph_file file);
} gph_file_system;

/* The system's files. */
extern const gph_file_system gph_file_system_real;

/* A sentence fragment for a negated errno: "No space left on device". */
const char *gph_file_error(int64_t negative, char *text, size_t size);

#endif
