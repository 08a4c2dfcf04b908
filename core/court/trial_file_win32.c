/* The file as the loader of Windows sees it. That it exports our symbol alone, and that it loads, was seen before.
 * [control] */
#include "trial.h"

#include "guarded_calls_win32.h"
#include "imports_win32.h"

#include <string.h>

static void
look_at_import(void *user, const import *one)
{
    (void)user;
    const guarded_call *call = one->name ? guarded_call_named(one->name) : NULL;
    if (call && call->deed == GUARDED_PROCESS)
        verdict_fail("calls %s(), which is for the whole process", one->name);
}

/* Each library once, where its first import is. */
static void
look_at_library(void *user, const import *one)
{
    const char **last = user;
    if (one->library != *last && strstr(one->library, "graphophone"))
        verdict_fail("links %s; a module links nothing of ours", one->library);
    *last = one->library;
}

static void
look_at_sections(const IMAGE_NT_HEADERS64 *headers)
{
    const IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(headers);
    const DWORD both = IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_WRITE;
    for (uint32_t n = 0; n < headers->FileHeader.NumberOfSections; n++)
        if ((section[n].Characteristics & both) == both)
            verdict_fail("has a section '%.8s' that is both written to and executed",
                         (const char *)section[n].Name);
    if ((headers->FileHeader.Characteristics & IMAGE_FILE_RELOCS_STRIPPED) ||
        !headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_BASERELOC].Size)
        verdict_fail("can be loaded at one address only; link it with its relocations");
}

void
trial_file(const trial_case *c)
{
    const IMAGE_NT_HEADERS64 *headers = NULL;
    const char *base = imports_base(c->type->given, &headers);
    const char *last = NULL;
    if (!base) {
        verdict_skip("the loader does not list the file");
        return;
    }
    imports_each(base, look_at_import, NULL);
    imports_each(base, look_at_library, &last);
    look_at_sections(headers);
}
