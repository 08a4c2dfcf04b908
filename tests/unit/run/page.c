/* Status pages: whose they are is told of the very page that is shown. [test program] */
#include "../../../core/run/page.h"
#include "../../../core/platform/shm.h"
#include "../suite.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BYTES = 512 << 10, ROUNDS = 3000 / TEST_SLOW };

static char patch[64], path[256], other[256];
static _Atomic bool over;
static _Atomic int n_killed; /* rigs 1 to this one are dead for certain */
static uint32_t n_dead, n_alive;

/* What a rig that was killed leaves: a page that nobody has locked. */
static void
leave_dead(int rig)
{
    static char page[BYTES] = "GPHSTATE";
    const uint32_t words[] = {1, 64};
    const uint64_t sequence = 2;
    char text[16];
    const uint32_t owner[] = {1, (uint32_t)snprintf(text, sizeof text, "%d", rig)};
    memcpy(page + 8, words, sizeof words);
    memcpy(page + 16, &sequence, sizeof sequence);
    memcpy(page + 24, owner, sizeof owner);
    memcpy(page + 64, text, sizeof text);
    int file = open(other, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, page, sizeof page), sizeof page);
    close(file);
    ck_assert_int_eq(rename(other, path), 0);
}

/* A rig is killed, its patch is run again, again and again. */
static void *
rigs(void *unused)
{
    for (int rig = 1; !atomic_load(&over); rig++) {
        gph_page_writer *page = NULL;
        char text[16];
        snprintf(text, sizeof text, "%d", rig);
        /* Whoever looks at the dead one meanwhile is no rig that runs. */
        ck_assert_int_eq(gph_page_new(patch, &page), GPH_OK);
        ck_assert_int_eq(gph_page_write(page, text), GPH_OK);
        gph_page_free(page);
        leave_dead(rig);
        atomic_store(&n_killed, rig);
    }
    return unused;
}

static void GPH_CALL
see(void *user, const gph_page *page)
{
    int killed = *(const int *)user; /* before we asked */
    int rig = atoi(page->text);
    if (page->alive && rig) { /* one that has said something */
        n_alive++;
        ck_assert_msg(rig > killed, "rig %d is told to live, %d are dead", rig, killed);
    }
    if (!page->alive) {
        n_dead++;
        ck_assert_msg(rig >= killed, "rig %d is shown, %d are dead", rig, killed);
    }
}

START_TEST(a_dead_rig_never_looks_alive)
{
    pthread_t thread;
    snprintf(patch, sizeof patch, "page-%d", (int)getpid());
    snprintf(path, sizeof path, "%s/graphophone-%u-%s", TEST_SHARED, gph_shm_user(), patch);
    snprintf(other, sizeof other, "%s/page-test-%d", TEST_SHARED, (int)getpid());
    ck_assert_int_eq(pthread_create(&thread, NULL, rigs, NULL), 0);
    for (int n = 0; n < ROUNDS || !n_dead || !n_alive; n++) {
        int killed = atomic_load(&n_killed);
        ck_assert_int_eq(gph_page_each(patch, see, &killed), GPH_OK);
    }
    atomic_store(&over, true);
    pthread_join(thread, NULL);
    unlink(path);
}
END_TEST

SUITE("page", a_dead_rig_never_looks_alive)
