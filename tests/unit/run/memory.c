/* Row R1: the n-th allocation of a rig fails, once or from then on, for every n: an exit status and a message, never a crash, nothing left behind
 * (what LSan says of it). What such a run says is in a file is there. */
#include "../suite.h"

#include "../disk/failing.h"
#include "../folder.h"

#include <graphophone/graphophone.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRAMES = 480, HEADER = 4096, CHANNELS = 2 };

static const char word[] = "memory-writer";

#define TAKE                                                                                       \
    "[keep]\ntype = file-recorder\nfrom = sig\nfile = %s/{take}.wav\nstart = auto\ntag.title = "   \
    "x\n"

static const struct {
    const char *patch;
    bool process; /* the writer is one */
    int least;    /* allocations there are at least */
} rigs[] = {
    {"[patch]\ndialect = 1\nhost = offline\nlength = 4096fr\n"
     "[sig]\ntype = tone\nchannels = 2\n[loop]\ntype = table\nchannels = 2\nlength = 1000fr\n"
     "[rec]\ntype = table-recorder\nfrom = sig\ntable = loop\nmode = loop\n"
     "[play]\ntype = table-player\ntable = loop\nmode = loop\n"
     "[level]\ntype = gain\nfrom = sig + play\n[out]\ntype = output\nchannels = 1-2\nfrom = level\n"
     "[control]\nrec.record = at 100fr\nlevel.gain = at 200fr 0dB..-6dB\n",
     false, 50},
    {"[patch]\ndialect = 1\nhost = offline\nlength = 480fr\n[sig]\ntype = tone\nchannels = "
     "2\n" TAKE,
     false, 60},
    {"[patch]\ndialect = 1\nhost = clock\nlength = 480fr\n[sig]\ntype = tone\nchannels = 2\n" TAKE,
     true, 60},
};

static void GPH_CALL
count(void *user, const gph_rig_message *message)
{
    *(unsigned *)user += message->level == GPH_LOG_ERROR;
}

/* A whole life; returns its exit status. */
static int
live(const char *path, bool process, unsigned *errors)
{
    const gph_rig_options options = {
        .size = sizeof options, .message = count, .user = errors, .writer = process ? word : NULL};
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

static void
check_take(const char *folder, int n)
{
    char path[300];
    struct stat about;
    snprintf(path, sizeof path, "%s/001.wav", folder);
    ck_assert_msg(stat(path, &about) == 0, "allocation %d: no take", n);
    ck_assert_msg(about.st_size == HEADER + FRAMES * CHANNELS * 4, "allocation %d: %lld bytes", n,
                  (long long)about.st_size);
}

/* One life with the n-th allocation failing; false: there were not so many. */
static bool
live_with(int which, int n, bool ever, int *survived)
{
    /* In memory where that can be had: it is hundreds of takes. */
    char folder[64];
    char path[300];
    snprintf(folder, sizeof folder, "%s/gph-memory-XXXXXX",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    unsigned errors = 0;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/rig.ini", folder);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    const char *gap = strstr(rigs[which].patch, "%s");
    if (gap)
        fprintf(file, "%.*s%s%s", (int)(gap - rigs[which].patch), rigs[which].patch, folder,
                gap + 2);
    else
        fputs(rigs[which].patch, file);
    fclose(file);
    atomic_store(&failed, 0);
    atomic_store(&for_ever, ever);
    atomic_store(&left, n);
    int status = live(path, rigs[which].process, &errors);
    atomic_store(&left, -1);
    bool hit = atomic_load(&failed) > 0;
    ck_assert_msg(status >= 0 && status <= GPH_EXIT_MACHINE, "allocation %d: status %d", n, status);
    /* A clock of a busy machine may lose frames. */
    if (!hit)
        ck_assert_int_le(status, rigs[which].process ? GPH_EXIT_FRAMES : GPH_EXIT_OK);
    if (status == GPH_EXIT_OK && which > 0)
        check_take(folder, n);
    *survived += status == GPH_EXIT_OK;
    folder_remove(folder);
    return hit;
}

/* A writer in the rig's own process waits seconds for memory to come back, each time: that it fails from then
 * on is disk/memory's, whose clock is hurried. */
static const struct {
    int rig;
    bool ever;
} lives[] = {{0, false}, {0, true}, {1, false}, {2, false}, {2, true}};

START_TEST(every_allocation_may_fail)
{
    int rig = lives[_i].rig;
    int n = 0;
    int survived = 0;
    while (live_with(rig, n, lives[_i].ever, &survived))
        n++;
    printf("# %d allocations, %d of them can be done without\n", n, survived);
    ck_assert_int_ge(n, rigs[rig].least);
    /* Most cannot; a message's copy can. */
    ck_assert_int_lt(survived, n / 4);
}
END_TEST

static void
fill(TCase *cases)
{
    tcase_add_loop_test(cases, every_allocation_may_fail, 0, sizeof lives / sizeof *lives);
}

/* A rig starts its own program once more as its writer. */
int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], word) == 0)
        return gph_writer_main();
    TCase *cases = tcase_create("memory");
    fill(cases);
    return suite_finish(suite_create("memory"), cases);
}
