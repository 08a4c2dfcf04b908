/* Memory with a wall on either side, on Windows. [control] */
#include "pages.h"

#include <windows.h>

#include <stdint.h>

/* A wall is so thick that a stride of a few channels does not jump it. */
enum { WALL_PAGES = 16 };

static size_t
page_bytes(void)
{
    SYSTEM_INFO system;
    GetSystemInfo(&system);
    return system.dwPageSize;
}

static size_t
wall_bytes(void)
{
    return WALL_PAGES * page_bytes();
}

/* What is reserved and not committed can be neither read nor written: that is the wall. */
bool
gph_pages_new(size_t bytes, gph_pages *pages)
{
    const size_t page = page_bytes();
    const size_t inside = (bytes / page + 1) * page;
    const size_t wall = wall_bytes();
    *pages = (gph_pages){0};
    char *all = VirtualAlloc(NULL, inside + 2 * wall, MEM_RESERVE, PAGE_NOACCESS);
    if (!all)
        return false;
    if (!VirtualAlloc(all + wall, inside, MEM_COMMIT, PAGE_READWRITE)) {
        VirtualFree(all, 0, MEM_RELEASE);
        return false;
    }
    *pages = (gph_pages){all + wall, all + wall + inside};
    return true;
}

void
gph_pages_protect(const gph_pages *pages, int how)
{
    static const DWORD rights[] = {PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE};
    DWORD before;
    if (pages->begin)
        VirtualProtect(pages->begin, (size_t)(pages->end - pages->begin), rights[how], &before);
}

bool
gph_pages_hold(const gph_pages *pages, const void *address)
{
    const uintptr_t at = (uintptr_t)address;
    return pages->begin && at >= (uintptr_t)pages->begin - wall_bytes() &&
           at < (uintptr_t)pages->end + wall_bytes();
}

void
gph_pages_free(gph_pages *pages)
{
    if (pages->begin)
        VirtualFree(pages->begin - wall_bytes(), 0, MEM_RELEASE);
    *pages = (gph_pages){0};
}
