/* Reads the exports of a Windows DLL out of its bytes, whatever they are. [any]
 *
 * Numbers are put together from bytes: nothing in there need be aligned, or mean what it says. Source of the format:
 * Microsoft, "PE Format". */
#include "library_pe.h"

#include "library_proof.h"

#include <string.h>

enum {
    HEADER_AT = 0x3c, /* where the offset of the header stands */
    N_HEADER = 24,    /* signature and file header */
    N_OPTIONAL = 112, /* of the optional header, up to its directories */
    N_SECTION = 40,   /* of a section's header */
    N_EXPORTS = 40,   /* of the directory of exports */
    MACHINE_X64 = 0x8664,
    MACHINE_ARM64 = 0xaa64,
    IS_DLL = 0x2000,
    IS_64_BIT = 0x20b,
    MOST_EXPORTS = 65536
};

typedef struct image {
    const uint8_t *bytes;
    size_t n;
    size_t sections; /* offset of their headers */
    uint32_t n_sections;
    uint32_t exports; /* address of the directory of exports, 0: none */
    uint32_t n_exports;
} image;

static const char damaged[] = "is damaged: its tables point outside of the file";

static uint32_t
u16(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t
u32(const uint8_t *at)
{
    return u16(at) | u16(at + 2) << 16;
}

/* `size` bytes at an offset of the file; NULL if they are not all there. */
static const uint8_t *
at_offset(const image *file, uint64_t offset, uint64_t size)
{
    return offset > file->n || size > file->n - offset ? NULL : file->bytes + offset;
}

/* Bytes that the file has from an address on, in *n; NULL: none. */
static const uint8_t *
from_address(const image *file, uint32_t address, uint64_t *n)
{
    for (uint32_t i = 0; i < file->n_sections; i++) {
        const uint8_t *section = file->bytes + file->sections + (size_t)i * N_SECTION;
        const uint32_t begin = u32(section + 12), size = u32(section + 16), at = u32(section + 20);
        if (address < begin || address - begin >= size)
            continue;
        *n = size - (address - begin);
        return at_offset(file, (uint64_t)at + (address - begin), *n);
    }
    return NULL;
}

static const uint8_t *
at_address(const image *file, uint32_t address, uint64_t size)
{
    uint64_t n = 0;
    const uint8_t *found = from_address(file, address, &n);
    return found != NULL && n >= size ? found : NULL;
}

static bool
is_for_this_machine(uint32_t machine)
{
#if defined(__aarch64__)
    return machine == MACHINE_ARM64;
#else
    return machine == MACHINE_X64;
#endif
}

static bool
is_dll(image *file)
{
    const uint8_t *dos = at_offset(file, 0, HEADER_AT + 4);
    if (dos == NULL || dos[0] != 'M' || dos[1] != 'Z')
        return false;
    const uint64_t header_at = u32(dos + HEADER_AT);
    const uint8_t *header = at_offset(file, header_at, N_HEADER + N_OPTIONAL);
    if (header == NULL || memcmp(header, "PE\0", 4) != 0 || !is_for_this_machine(u16(header + 4)) ||
        !(u16(header + 22) & IS_DLL) || u16(header + N_HEADER) != IS_64_BIT)
        return false;
    const uint32_t n_optional = u16(header + 20);
    const uint8_t *optional = at_offset(file, header_at + N_HEADER, n_optional);
    file->n_sections = u16(header + 6);
    file->sections = (size_t)header_at + N_HEADER + n_optional;
    if (optional == NULL || n_optional < N_OPTIONAL ||
        at_offset(file, file->sections, (uint64_t)file->n_sections * N_SECTION) == NULL)
        return false;
    const uint32_t n_directories = u32(optional + N_OPTIONAL - 4);
    if (n_directories > 0 && n_optional >= N_OPTIONAL + 8) {
        file->exports = u32(optional + N_OPTIONAL);
        file->n_exports = u32(optional + N_OPTIONAL + 4);
    }
    return true;
}

/* The name at an address, NUL-ended within its section. */
static const char *
name_at(const image *file, uint32_t address)
{
    uint64_t n = 0;
    const uint8_t *name = from_address(file, address, &n);
    return name != NULL && memchr(name, 0, (size_t)n) != NULL ? (const char *)name : NULL;
}

/* The one export; *address is where it is. */
static gph_status
find_export(const image *file, const gph_library_wanted *wanted, uint32_t *address, char *why)
{
    bool found = false;
    if (file->exports == 0)
        return gph_library_prove_found(false, wanted, why);
    const uint8_t *directory = at_address(file, file->exports, N_EXPORTS);
    if (directory == NULL)
        return gph_library_say(why, GPH_UNSUPPORTED, damaged);
    const uint32_t n_functions = u32(directory + 20), n_names = u32(directory + 24);
    const uint8_t *functions = at_address(file, u32(directory + 28), (uint64_t)n_functions * 4);
    const uint8_t *names = at_address(file, u32(directory + 32), (uint64_t)n_names * 4);
    const uint8_t *numbers = at_address(file, u32(directory + 36), (uint64_t)n_names * 2);
    if (n_functions > MOST_EXPORTS || (n_functions > 0 && functions == NULL) ||
        (n_names > 0 && (names == NULL || numbers == NULL)))
        return gph_library_say(why, GPH_UNSUPPORTED, damaged);
    for (uint32_t i = 0; i < n_names; i++) {
        const char *name = name_at(file, u32(names + 4 * (size_t)i));
        const uint32_t number = u16(numbers + 2 * (size_t)i);
        if (name == NULL || number >= n_functions)
            return gph_library_say(why, GPH_UNSUPPORTED, damaged);
        const gph_status status = gph_library_prove_export(name, wanted, &found, why);
        if (status != GPH_OK)
            return status;
        *address = u32(functions + 4 * (size_t)number);
    }
    if (found && n_functions > 1)
        return gph_library_say(why, GPH_UNSUPPORTED, "exports something without a name");
    return gph_library_prove_found(found, wanted, why);
}

gph_status
gph_pe_check(const uint8_t *bytes, size_t n, const gph_library_wanted *wanted, char *why)
{
    image file = {.bytes = bytes, .n = n};
    uint32_t address = 0;
    if (!is_dll(&file))
        return gph_library_say(why, GPH_UNSUPPORTED, "is not a shared library for this machine");
    const gph_status found = find_export(&file, wanted, &address, why);
    if (found != GPH_OK)
        return found;
    /* What points into the directory of exports itself is handed on to another DLL. */
    const bool handed_on = address >= file.exports && address - file.exports < file.n_exports;
    const uint8_t *constant = handed_on ? NULL : at_address(&file, address, GPH_LIBRARY_OPENING);
    if (constant == NULL)
        return gph_library_say(why, GPH_UNSUPPORTED, damaged);
    return gph_library_prove_opening(constant, wanted, why);
}
