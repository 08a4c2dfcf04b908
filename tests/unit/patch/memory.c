/* Lets the n-th allocation fail, for every n, once and for ever: an error, no crash, no leak. [test
 * program] */
#include "../../../core/patch/patch.h"

#include "../suite.h"

#include <stdio.h>
#include <string.h>

typedef struct failing {
    size_t asked;
    size_t fails_at; /* 0: never */
    bool for_ever;
    size_t living;
} failing;

static void *
allocate(void *user, size_t size)
{
    failing *f = user;
    f->asked++;
    if (f->fails_at != 0 && (f->asked == f->fails_at || (f->for_ever && f->asked > f->fails_at)))
        return NULL;
    f->living++;
    return malloc(size);
}

static void
release(void *user, void *memory)
{
    failing *f = user;
    f->living -= memory != NULL;
    free(memory);
}

static char bytes[120000];

/* A patch that goes through everything, and is large enough for many blocks. */
static void
make_text(bool good)
{
    size_t n = 0;
    n += (size_t)sprintf(
        bytes + n, "[patch]\ndialect = 1\nfolder = ~/x\njack.far = a\n[vars]\na = 1\nb = ${a}\n"
                   "[zone]\ntype = delay\nrepeat = 1-64\nfrom = trim[${4*i-3}-${4*i}]\n"
                   "gain[17-24] = -6dB\n[control]\nosc = 127.0.0.1:7770\n"
                   "zone1.mix = key r, on zone2.done late, midi cc 3 0%%..50%%\n");
    for (int i = 0; i < 300; i++)
        n += (size_t)sprintf(bytes + n,
                             "[n%d]\ntype = gain\nfrom = zone* @ -6dB + n%d[1,odd]\nk = ${b}%s\n",
                             i, i, good ? "" : "${none}");
}

static gph_status
load(failing *f)
{
    const gph_allocator allocator = {allocate, release, f};
    const gph_patch_set set = {"--set", NULL, "n1.k=7"};
    const gph_patch_options options = {.sets = &set, .n_sets = 1, .allocator = &allocator};
    gph_patch *patch = NULL;
    gph_diagnostics *diagnostics = gph_diagnostics_new(&allocator);
    gph_status status = GPH_MEMORY;
    if (diagnostics != NULL) {
        status = gph_patch_load_text("x.ini", bytes, strlen(bytes), &options, diagnostics, &patch);
        ck_assert_int_eq(patch != NULL, status == GPH_OK);
        ck_assert_int_eq(gph_diagnostics_n_errors(diagnostics) > 0, status != GPH_OK);
        FILE *nowhere = fopen("/dev/null", "w");
        gph_diagnostics_print(diagnostics, nowhere, false);
        fclose(nowhere);
    }
    gph_patch_free(patch);
    gph_diagnostics_free(diagnostics);
    ck_assert_uint_eq(f->living, 0);
    return status;
}

static void
fail_each(bool good, gph_status without)
{
    failing never = {0};
    make_text(good);
    ck_assert_int_eq(load(&never), without);
    ck_assert_uint_gt(never.asked, 10);
    for (size_t n = 1; n <= never.asked; n++)
        for (int for_ever = 0; for_ever < 2; for_ever++) {
            failing f = {.fails_at = n, .for_ever = for_ever};
            ck_assert_int_eq(load(&f), GPH_MEMORY);
        }
}

START_TEST(good_patch)
{
    fail_each(true, GPH_OK);
}
END_TEST

START_TEST(bad_patch)
{
    fail_each(false, GPH_ARGUMENT);
}
END_TEST

SUITE("memory", good_patch, bad_patch)
