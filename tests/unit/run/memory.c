/* The n-th allocation of a rig fails, for every n: an exit status and a message, never a crash, nothing left behind
 * (what LSan says of it). */
#include "../suite.h"

#include <graphophone/graphophone.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static long left = -1; /* allocations until one fails; below 0: none does */
static long made;

static int
fails(void)
{
    made++;
    return left >= 0 && left-- == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);

void *
__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

void *
__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

char *
__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

static const char patch[] =
    "[patch]\ndialect = 1\nhost = offline\nlength = 4096fr\n"
    "[sig]\ntype = tone\nchannels = 2\n[loop]\ntype = table\nchannels = 2\nlength = 1000fr\n"
    "[rec]\ntype = table-recorder\nfrom = sig\ntable = loop\nmode = loop\n"
    "[play]\ntype = table-player\ntable = loop\nmode = loop\n"
    "[level]\ntype = gain\nfrom = sig + play\n[out]\ntype = output\nchannels = 1-2\nfrom = level\n"
    "[control]\nrec.record = at 100fr\nlevel.gain = at 200fr 0dB..-6dB\n";

static void GPH_CALL
count(void *user, const gph_rig_message *message)
{
    *(unsigned *)user += message->level == GPH_LOG_ERROR;
}

/* A whole life; returns its exit status. */
static int
live(const char *path, unsigned *errors)
{
    const gph_rig_options options = {.size = sizeof options, .message = count, .user = errors};
    gph_rig *rig = NULL;
    int status = gph_rig_load(path, &options, &rig);
    if (!status)
        status = gph_rig_open(rig);
    if (!status)
        status = gph_rig_start(rig);
    while (!status && gph_rig_dispatch(rig, 50))
        continue;
    if (!status)
        status = gph_rig_stop(rig);
    gph_rig_free(rig);
    return status;
}

START_TEST(every_allocation_may_fail)
{
    char path[] = "/tmp/rig-memory-XXXXXX.ini";
    int file = mkstemps(path, 4);
    unsigned errors = 0;
    long survived = 0;
    ck_assert_int_eq(write(file, patch, sizeof patch - 1), (ssize_t)sizeof patch - 1);
    close(file);
    left = -1;
    made = 0;
    ck_assert_int_eq(live(path, &errors), GPH_EXIT_OK);
    ck_assert_uint_eq(errors, 0);
    long all = made;
    ck_assert_int_gt(all, 50);
    for (long n = 0; n < all; n++) {
        left = n;
        int status = live(path, &errors);
        left = -1;
        survived += status == GPH_EXIT_OK;
        ck_assert_msg(status >= 0 && status <= GPH_EXIT_MACHINE, "allocation %ld: status %d", n,
                      status);
    }
    unlink(path);
    /* Most cannot be done without; a message's copy can. */
    ck_assert_int_lt(survived, all / 4);
}
END_TEST

SUITE("memory", every_allocation_may_fail)
