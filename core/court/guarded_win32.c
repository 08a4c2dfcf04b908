/* The guard on Windows: what the module calls of other libraries goes through its table of imports, and there it is seen.
 * [any]
 *
 * Not seen is what it calls in other ways (GetProcAddress, a library of its own), and what was linked into it and needs no
 * other library: a lock that is free. The state is the process's own. */
#include "guarded.h"

#include "guarded_calls_win32.h"
#include "hooks_win32.h"
#include "imports_win32.h"
#include "verdict.h"

#include <stdatomic.h>
#include <stdio.h>

/* WARM_UP: brackets of a thread that are not judged, in which code and libraries are touched for the first time. */
enum { CALLS = 4, MOST = 400, WARM_UP = 100 };

typedef struct stand {
    hook hook; /* first: hook_noted is given it */
    const guarded_call *call;
    _Atomic uint64_t count;
    _Atomic(const char *) first; /* where the first call came from */
} stand;

static stand stands[MOST];
static size_t n_stands;
static const char *base, *base_name;
static size_t base_size;

/* Of a thread. */
static _Thread_local struct {
    long n_entered;
    bool armed, has_failed;
    long fails_in; /* allocations until one fails; 0: none */
    long allocated, pieces;
} own;

static bool
allocates(void)
{
    own.allocated++;
    if (own.fails_in > 0 && --own.fails_in == 0) {
        own.has_failed = true;
        return false;
    }
    return true;
}

/* The piece that is resized was there before, or not. */
static bool
notes_memory(const guarded_call *call, const void *piece)
{
    switch (call->deed) {
    case GUARDED_NEW:
        if (!allocates())
            return false;
        own.pieces++;
        return true;
    case GUARDED_RESIZE:
        if (!allocates())
            return false;
        own.pieces += piece == NULL;
        return true;
    case GUARDED_FREE:
        own.pieces -= piece != NULL;
        return true;
    default:
        return true;
    }
}

bool
hook_noted(hook *h, const void *back, hook_words words)
{
    stand *s = (stand *)h;
    const char *none = NULL;
    if (s->call->deed >= GUARDED_PROCESS)
        verdict_fail("calls %s(), which is for the whole process", h->name);
    else if (own.armed) {
        atomic_fetch_add(&s->count, 1);
        atomic_compare_exchange_strong(&s->first, &none, (const char *)back);
    }
    return !notes_memory(s->call, words[s->call->word]);
}

static void
stand_before(void *user, const import *one)
{
    const guarded_call *call = one->name ? guarded_call_named(one->name) : NULL;
    bool *good = user;
    if (!call || !*good)
        return;
    stand *s = &stands[n_stands];
    *s = (stand){.hook.name = one->name, .call = call};
    *good = n_stands < MOST && hook_put(&s->hook, one->slot);
    n_stands += *good;
}

bool
guarded_open(const void *in_module)
{
    const IMAGE_NT_HEADERS64 *headers = NULL;
    bool good = true;
    base = imports_base(in_module, &headers);
    if (!base)
        return false;
    base_name = imports_own_name(base);
    base_size = headers->OptionalHeader.SizeOfImage;
    imports_each(base, stand_before, &good);
    return good;
}

void
guarded_enter(void)
{
    own.armed = own.n_entered++ >= WARM_UP;
}

void
guarded_leave(void)
{
    own.armed = false;
}

bool
guarded_each(int rung, guarded_found *found, void *user)
{
    for (size_t n = 0; rung == CALLS && n < n_stands; n++) {
        const stand *s = &stands[n];
        char place[200] = "";
        if (!s->count)
            continue;
        if (s->first >= base && (size_t)(s->first - base) < base_size)
            snprintf(place, sizeof place, "%s+0x%llx", base_name,
                     (unsigned long long)(s->first - base));
        found(user, s->hook.name, s->count, place);
    }
    return rung == CALLS;
}

void
guarded_fail_allocation(long n)
{
    own.fails_in = n;
    own.has_failed = false;
    own.allocated = 0;
}

bool
guarded_has_failed(void)
{
    return own.has_failed;
}

long
guarded_allocated(void)
{
    return own.allocated;
}

long
guarded_pieces(void)
{
    return own.pieces;
}

/* What the court allocates does not go through the module's table. */
void
guarded_pause(bool on)
{
    (void)on;
}
