/* Reads the exports of a Windows DLL out of its bytes, whatever they are. [any] */
#ifndef GPH_PLATFORM_LIBRARY_PE_H
#define GPH_PLATFORM_LIBRARY_PE_H

#include "library.h"

/* Whether the DLL exports wanted->symbol alone and its first 16 bytes suit. GPH_UNSUPPORTED with a sentence in `why` if
 * not. Reads nothing outside of bytes[0, n). */
gph_status gph_pe_check(const uint8_t *bytes, size_t n, const gph_library_wanted *wanted,
                        char *why);

#endif
