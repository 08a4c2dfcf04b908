/* Memory with a wall on either side, on POSIX systems. [control] */
#include "pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* A wall is so thick that a stride of a few channels does not jump it. */
enum { WALL_PAGES = 16 };

static size_t
page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t
wall_bytes(void)
{
    return WALL_PAGES * page_bytes();
}

bool
gph_pages_new(size_t bytes, gph_pages *pages)
{
    const size_t page = page_bytes();
    const size_t inside = (bytes / page + 1) * page;
    const size_t wall = wall_bytes();
    *pages = (gph_pages){0};
    char *all = mmap(NULL, inside + 2 * wall, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return false;
    if (mprotect(all + wall, inside, PROT_READ | PROT_WRITE) != 0) {
        munmap(all, inside + 2 * wall);
        return false;
    }
    *pages = (gph_pages){all + wall, all + wall + inside};
    return true;
}

void
gph_pages_protect(const gph_pages *pages, int how)
{
    static const int rights[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE};
    if (pages->begin)
        mprotect(pages->begin, (size_t)(pages->end - pages->begin), rights[how]);
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
        munmap(pages->begin - wall_bytes(), (size_t)(pages->end - pages->begin) + 2 * wall_bytes());
    *pages = (gph_pages){0};
}
