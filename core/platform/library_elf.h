/* Reads what an ELF shared object gives and needs out of its bytes, whatever they are. [any] */
#ifndef GPH_PLATFORM_LIBRARY_ELF_H
#define GPH_PLATFORM_LIBRARY_ELF_H

#include "library.h"

/* Whether the object exports wanted->symbol alone and its first 16 bytes suit. GPH_UNSUPPORTED with
 * a sentence in `why` if not. Reads nothing outside of bytes[0, n). */
gph_status gph_elf_check(const uint8_t *bytes, size_t n, const gph_library_wanted *wanted,
                         char *why);

/* Whether the object leaves a symbol to others. Reads nothing outside of bytes[0, n). */
bool gph_elf_lacks(const uint8_t *bytes, size_t n, const char *symbol);

/* The first library that the object asks for whose name has `part` in it; it lies in bytes[0, n). NULL: none. */
const char *gph_elf_needed(const uint8_t *bytes, size_t n, const char *part);

#endif
