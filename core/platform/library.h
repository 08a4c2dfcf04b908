/* Shared libraries: looks into a file before any of its code runs, and loads it. [control]
 *
 * Loading a library runs its constructors, so everything that can be known without loading is asked
 * of the file first: who may have changed it, which symbols it exports, and the first bytes of the
 * constant that it should export. */
#ifndef GPH_PLATFORM_LIBRARY_H
#define GPH_PLATFORM_LIBRARY_H

#include <graphophone/module.h>

#include <stdbool.h>
#include <stddef.h>

/* Ending of a library's file name: ".so". */
extern const char gph_library_ending[];
/* What stands between two folders of a search path: ':'. */
extern const char gph_library_separator;

enum { GPH_LIBRARY_SENTENCE = 512 };

/* What a good file is. */
typedef struct gph_library_wanted {
    const char *symbol; /* the one export: "gph_module_1" */
    uint32_t magic;     /* second word of it */
    const char *what;   /* for messages: "module" */
    uint16_t major;     /* ABI of this program */
    uint16_t minor;
    const uint8_t *sha256; /* 32 bytes that the file must have as its digest, or NULL */
} gph_library_wanted;

/* Checks the file at `path` (absolute) and loads it for good. *object is then the exported
 * constant, checked for its first 16 bytes only. On failure `why` (GPH_LIBRARY_SENTENCE bytes) is a
 * sentence that goes on after the file's name ("needs module ABI 1.4, this program has 1.0"):
 *
 *   GPH_UNSUPPORTED  no good file: not a library, other exports, wrong magic or version, wrong pin,
 *                    owner or permissions, or the loader refuses it
 *   GPH_IO           there is no such file (errno ENOENT or ENOTDIR), or it cannot be read
 *   GPH_MEMORY
 *
 * What loading changes of the process (surroundings.h) is put back, and is named in `changed` (GPH_LIBRARY_SENTENCE
 * bytes). */
gph_status gph_library_load(const char *path, const gph_library_wanted *wanted, const void **object,
                            char *why, char *changed);

/* The same checks, without loading. */
gph_status gph_library_check(const char *path, const gph_library_wanted *wanted, char *why);

/* Whether a folder or file may be trusted: owned by root or the user, nobody else may write.
 * GPH_UNSUPPORTED with a sentence if not, GPH_IO if it is not there. */
gph_status gph_library_trust(const char *path, char *why);

/* Calls `found` with the name, without its ending, of each library in a folder, in no order.
 * GPH_IO: the folder cannot be read. */
gph_status gph_library_list(const char *folder, void (*found)(void *user, const char *stem),
                            void *user);

/* Whether there is nothing at a path. */
bool gph_library_is_missing(const char *path);

/* The absolute form of a path that exists, without links; free with free(). NULL: it is not there,
 * or memory is out. */
char *gph_library_absolute(const char *path);

/* The absolute form of a path that is given relative to the folder of the library or program which this very function is
 * part of; free with free(). NULL: it is not there, that folder is not known for certain, or memory is out. */
char *gph_library_beside(const char *relative);

/* Whether the process has more rights than its user: the environment is then not to be trusted. */
bool gph_library_privileged(void);

#endif
