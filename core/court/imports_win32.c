/* What a DLL that is loaded takes from others. [control]
 *
 * The system has loaded it by these tables, so they are whole. Source of the format: Microsoft, "PE Format". */
#include "imports_win32.h"

#include <stdbool.h>
#include <stdint.h>

static const IMAGE_NT_HEADERS64 *
headers_of(const char *base)
{
    const IMAGE_DOS_HEADER *dos = (const void *)base;
    return (const void *)(base + dos->e_lfanew);
}

static const IMAGE_DATA_DIRECTORY *
directory_of(const char *base, uint32_t which)
{
    return &headers_of(base)->OptionalHeader.DataDirectory[which];
}

const char *
imports_base(const void *inside, const IMAGE_NT_HEADERS64 **headers)
{
    HMODULE library = NULL;
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            inside, &library))
        return NULL;
    *headers = headers_of((const char *)library);
    return (const char *)library;
}

const char *
imports_own_name(const char *base)
{
    const IMAGE_DATA_DIRECTORY *exports = directory_of(base, IMAGE_DIRECTORY_ENTRY_EXPORT);
    const IMAGE_EXPORT_DIRECTORY *directory = (const void *)(base + exports->VirtualAddress);
    return exports->Size ? base + directory->Name : "";
}

void
imports_each(const char *base, void (*found)(void *user, const import *one), void *user)
{
    const IMAGE_DATA_DIRECTORY *imports = directory_of(base, IMAGE_DIRECTORY_ENTRY_IMPORT);
    const IMAGE_IMPORT_DESCRIPTOR *from = (const void *)(base + imports->VirtualAddress);
    for (; imports->Size && from->Name; from++) {
        const uint32_t names_at =
            from->OriginalFirstThunk ? from->OriginalFirstThunk : from->FirstThunk;
        const IMAGE_THUNK_DATA64 *names = (const void *)(base + names_at);
        union {
            const char *at;
            void **slots;
        } cast = {base + from->FirstThunk};
        for (uint32_t n = 0; names[n].u1.AddressOfData; n++) {
            const IMAGE_IMPORT_BY_NAME *named = (const void *)(base + names[n].u1.AddressOfData);
            const bool by_number = IMAGE_SNAP_BY_ORDINAL64(names[n].u1.Ordinal);
            const import one = {base + from->Name, by_number ? NULL : (const char *)named->Name,
                                &cast.slots[n]};
            found(user, &one);
        }
    }
}
