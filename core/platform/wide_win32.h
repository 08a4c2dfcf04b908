/* Texts and paths as Windows wants them, and its errors as errno values. [any but audio] */
#ifndef GPH_PLATFORM_WIDE_WIN32_H
#define GPH_PLATFORM_WIDE_WIN32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

/* UTF-8 to UTF-16 and back; to be freed. NULL: no memory, or it is not well-formed. */
wchar_t *gph_wide(const char *text);
char *gph_narrow(const wchar_t *text);

/* Whether it is UTF-8: if so, NULL of one of these means that memory is out. */
bool gph_wide_is_text(const char *text);

/* The full form of a path, of any length, to be freed; that of a device ("NUL", "COM1") begins with \\.\ . */
wchar_t *gph_wide_path(const char *path);
/* A full path as people write it: '/' between names, no prefix; to be freed. */
char *gph_narrow_path(const wchar_t *path);

/* The errno value for an error of the system; with that of the last call. */
int gph_wide_errno(uint32_t error);
int gph_wide_last_errno(void);

/* A descriptor of a new file of the moment, to be written and read, gone when it is closed. With `path` it lies there,
 * can be opened by it, and is the caller's to remove; `path` then has characters of ASCII alone wherever the system has
 * short names. Below 0: an errno value, negated. */
int gph_wide_temporary(char *path, size_t size);

/* Random bits that differ from call to call and from process to process. */
uint64_t gph_wide_random(void);

#endif
