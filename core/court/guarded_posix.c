/* The guard on POSIX systems, where it was preloaded. [any]
 *
 * Its functions are looked up by name, as the program is linked without it. */
#include "guarded.h"

#include "guard/guard.h"

#include <dlfcn.h>
#include <string.h>

static struct {
    guard_bracket *enter, *leave;
    guard_each_function *each;
    guard_fail_function *fail;
    guard_pause_function *pause;
    guard_count_function *has_failed, *allocated, *pieces;
} guard;

static bool
find(const char *name, void *pointer)
{
    void *found = dlsym(RTLD_DEFAULT, name);
    memcpy(pointer, &found, sizeof found);
    return found != NULL;
}

bool
guarded_open(const void *in_module)
{
    (void)in_module; /* it stands before everybody */
    return find("guard_enter", &guard.enter) && find("guard_leave", &guard.leave) &&
           find("guard_each", &guard.each) && find("guard_fail_allocation", &guard.fail) &&
           find("guard_has_failed", &guard.has_failed) &&
           find("guard_allocated", &guard.allocated) && find("guard_pause", &guard.pause) &&
           find("guard_pieces", &guard.pieces);
}

void
guarded_enter(void)
{
    if (guard.enter)
        guard.enter();
}

void
guarded_leave(void)
{
    if (guard.leave)
        guard.leave();
}

bool
guarded_each(int rung, guarded_found *found, void *user)
{
    return guard.each && guard.each(rung, found, user);
}

void
guarded_fail_allocation(long n)
{
    if (guard.fail)
        guard.fail(n);
}

bool
guarded_has_failed(void)
{
    return guard.has_failed && guard.has_failed();
}

long
guarded_pieces(void)
{
    return guard.pieces ? guard.pieces() : 0;
}

long
guarded_allocated(void)
{
    return guard.allocated ? guard.allocated() : 0;
}

void
guarded_pause(bool on)
{
    if (guard.pause)
        guard.pause(on);
}
