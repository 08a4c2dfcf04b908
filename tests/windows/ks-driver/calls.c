/* Finds functions of ntdll in the list of the process's loader. [when the driver is loaded] */
#include "driver.h"

system_calls calls;

typedef struct list_entry {
    struct list_entry *next, *before;
} list_entry;

/* The parts of PEB_LDR_DATA and LDR_DATA_TABLE_ENTRY that are used, 64 bit. */
enum {
    PEB_OF_TEB = 0x60,
    LOADER_OF_PEB = 0x18,
    LIST_OF_LOADER = 0x20,
    BASE_OF_ENTRY = 0x20,
    NAME_OF_ENTRY = 0x48
};

/* PE: where the table of exports is, and what it has. */
enum {
    PE_OF_IMAGE = 0x3c,
    EXPORTS_OF_PE = 0x88,
    N_NAMES = 0x18,
    FUNCTIONS = 0x1c,
    NAMES = 0x20,
    ORDINALS = 0x24
};

static BOOLEAN
is_ntdll(const UNICODE_STRING *name)
{
    static const char wanted[] = "ntdll.dll";
    for (size_t n = 0; n < sizeof wanted - 1; n++)
        if (n >= name->Length / sizeof(WCHAR) || (name->Buffer[n] | 0x20) != (wanted[n] | 0x20))
            return FALSE;
    return TRUE;
}

static const uint8_t *
ntdll(void)
{
    const uint8_t *peb;
    __asm__("movq %%gs:%c1, %0" : "=r"(peb) : "i"(PEB_OF_TEB));
    const uint8_t *loader = *(const uint8_t *const *)(peb + LOADER_OF_PEB);
    const list_entry *head = (const list_entry *)(loader + LIST_OF_LOADER);
    for (const list_entry *at = head->next; at != head; at = at->next)
        if (is_ntdll((const UNICODE_STRING *)((const uint8_t *)at + NAME_OF_ENTRY)))
            return *(const uint8_t *const *)((const uint8_t *)at + BASE_OF_ENTRY);
    return NULL;
}

static uint32_t
word(const uint8_t *at)
{
    return *(const uint32_t *)at;
}

typedef void any_function(void);

static any_function *
find(const uint8_t *image, const char *name)
{
    const uint8_t *exports = image + word(image + word(image + PE_OF_IMAGE) + EXPORTS_OF_PE);
    const uint8_t *names = image + word(exports + NAMES);
    for (uint32_t n = 0; n < word(exports + N_NAMES); n++) {
        const char *one = (const char *)image + word(names + 4 * n), *other = name;
        while (*one != 0 && *one == *other)
            one++, other++;
        if (*one != *other)
            continue;
        uint16_t ordinal = *(const uint16_t *)(image + word(exports + ORDINALS) + 2 * n);
        return (any_function *)(ULONG_PTR)(image +
                                           word(image + word(exports + FUNCTIONS) + 4u * ordinal));
    }
    return NULL;
}

BOOLEAN
calls_find(void)
{
    const uint8_t *image = ntdll();
    if (image == NULL)
        return FALSE;
    calls.write_memory = (write_call *)find(image, "NtWriteVirtualMemory");
    calls.read_memory = (read_call *)find(image, "NtReadVirtualMemory");
    calls.ticks = (ticks_call *)find(image, "NtQueryPerformanceCounter");
    calls.set_event = (event_call *)find(image, "NtSetEvent");
    calls.duplicate = (duplicate_call *)find(image, "NtDuplicateObject");
    return calls.write_memory && calls.read_memory && calls.ticks && calls.set_event &&
           calls.duplicate;
}
