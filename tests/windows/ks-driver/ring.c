/* The ring of a WaveRT pin and its position register, mapped into this process and the caller's. [lock held] */
#include "driver.h"

enum { VIEW_SHARE = 1 };

/* Memory that both see. */
static NTSTATUS
share(HANDLE process, uint32_t bytes, uint8_t **ours, uint8_t **theirs)
{
    LARGE_INTEGER size = {.QuadPart = bytes};
    HANDLE section = NULL;
    NTSTATUS status = ZwCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE,
                                      SEC_COMMIT, NULL);
    if (status != STATUS_SUCCESS)
        return status;
    HANDLE processes[] = {ZwCurrentProcess(), process};
    uint8_t **views[] = {ours, theirs};
    for (size_t n = 0; n < 2 && status == STATUS_SUCCESS; n++) {
        void *base = NULL;
        SIZE_T room = 0;
        status = ZwMapViewOfSection(section, processes[n], &base, 0, 0, NULL, &room,
                                    (SECTION_INHERIT)VIEW_SHARE, 0, PAGE_READWRITE);
        *views[n] = status == STATUS_SUCCESS ? base : NULL;
    }
    ZwClose(section);
    return status;
}

static void
unshare(HANDLE process, uint8_t **ours, uint8_t **theirs)
{
    if (*ours != NULL)
        ZwUnmapViewOfSection(ZwCurrentProcess(), *ours);
    if (*theirs != NULL)
        ZwUnmapViewOfSection(process, *theirs);
    *ours = *theirs = NULL;
}

NTSTATUS
ring_make(pin *p, uint32_t bytes)
{
    if (bytes < 8 * p->frame_bytes || bytes > 16 << 20)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = share(p->process, bytes, &p->ring, &p->their_ring);
    if (status == STATUS_SUCCESS)
        status = share(p->process, sizeof(uint64_t), &p->place, &p->their_place);
    p->ring_bytes = status == STATUS_SUCCESS ? bytes : 0;
    return status;
}

NTSTATUS
ring_event(pin *p, HANDLE event, BOOLEAN on)
{
    if (on == (p->event != NULL)) {
        complain(on ? "a second event" : "an event that never was");
        return STATUS_INVALID_PARAMETER;
    }
    if (on)
        return calls.duplicate(p->process, event, ZwCurrentProcess(), &p->event, 0, 0,
                               DUPLICATE_SAME_ACCESS);
    ZwClose(p->event);
    p->event = NULL;
    return STATUS_SUCCESS;
}

void
ring_free(pin *p)
{
    if (p->event != NULL)
        ZwClose(p->event);
    unshare(p->process, &p->ring, &p->their_ring);
    unshare(p->process, &p->place, &p->their_place);
    p->event = NULL;
}
