/* Names: what a template may say, what becomes of hostile parts of it, how takes are numbered, and
 * that nothing that stands on the disk is ever touched. */
#include "../../../core/disk/name.h"
#include "bench.h"

#include <errno.h>

static void
cleans(const char *text, const char *expected)
{
    char clean[68];
    gph_name_sanitize(text, clean, sizeof clean);
    ck_assert_str_eq(clean, expected);
}

START_TEST(labels_are_made_harmless)
{
    cleans("kick", "kick");
    cleans("../x", "_x");
    cleans("..", "_");
    cleans("", "_");
    cleans("CON", "_CON");
    cleans("con.txt", "_con.txt");
    cleans("LPT9", "_LPT9");
    cleans("COM", "COM");
    cleans("console", "console");
    cleans("a;b", "a_b");
    cleans("a\nb", "a_b");
    cleans("-x", "_x");
    cleans("a:b\\c/d", "a_b_c_d");
    cleans("  x. ", "x");
    cleans("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
    cleans("bad\xff\xc3", "bad__");
    cleans("0123456789012345678901234567890123456789012345678901234567890123456789",
           "012345678901234567890123456789012345678901234567890123456789012");
}
END_TEST

static void
fills(const char *file, bool per_channel, uint32_t part, uint32_t repeat, const char *expected)
{
    gph_name name;
    char text[400];
    char path[GPH_NAME_PATH];
    gph_name_values values = {
        .take = 7, .channel = per_channel ? 3 : 0, .channels = 16, .label = "kick", .part = part};
    gph_clock_calendar(INT64_C(1700000000) * 1000000000, true, &values.time);
    bool fine = gph_name_parse(file, "/folder", "rec", "my%rig", per_channel, true, &name, text,
                               sizeof text);
    if (!expected) {
        ck_assert_msg(!fine, "'%s' was not refused", file);
        ck_assert_uint_gt(strlen(text), 5);
        return;
    }
    ck_assert_msg(fine, "%s", text);
    ck_assert(gph_name_fill(&name, &values, repeat, path, sizeof path));
    char whole[2 * GPH_NAME_PATH];
    snprintf(whole, sizeof whole, "%s|%s", name.root, path);
    ck_assert_str_eq(whole, expected);
}

START_TEST(templates_are_filled_in)
{
    fills("x.wav", false, 1, 1, "/folder|x.wav");
    fills("{take}-{node}.wav", false, 1, 1, "/folder|007-rec.wav");
    fills(TEST_ROOT "data/rec/%Y-%m-%d/{take}.wav", false, 1, 1,
          TEST_ROOT "data/rec|2023-11-14/007.wav");
    fills("a/b/{take}/c.wav", false, 1, 1, "/folder/a/b|007/c.wav");
    fills("%F_%H%M%S_%j_%y_%s.wav", false, 1, 1, "/folder|2023-11-14_221320_318_23_1700000000.wav");
    fills("100%%.wav", false, 1, 1, "/folder|100%.wav");
    fills("100%%/%Y.wav", false, 1, 1, "/folder/100%|2023.wav");
    fills("{patch}.wav", false, 1, 1, "/folder|my%rig.wav");
    fills("x.wav", true, 1, 1, "/folder|x-ch03.wav");
    fills("x-{ch}.wav", true, 1, 1, "/folder|x-03.wav");
    fills("{label}.wav", true, 1, 1, "/folder|kick.wav");
    fills("x.wav", false, 2, 1, "/folder|x-p002.wav");
    fills("x-{part}.wav", false, 2, 1, "/folder|x-002.wav");
    fills("x.wav", true, 2, 3, "/folder|x-ch03-p002-3.wav");
    fills("x", false, 1, 2, "/folder|x-2");
    fills(TEST_ROOT "x.wav", false, 1, 1, TEST_ROOT "|x.wav");
    fills("%%Y/x.wav", false, 1, 1, "/folder/%Y|x.wav");
}
END_TEST

START_TEST(templates_are_refused)
{
    static const char *const bad[] = {
        "",          "x/",     "a//b.wav", "../x.wav",    "a/../x.wav",
        "./x.wav",   "%q.wav", "%",        "x%",          "{tak}.wav",
        "{take.wav", "x}.wav", "{}.wav",   "{label}.wav", "{ch}.wav",
        "a\nb.wav",  "/",      "%Ey",      "{take}/..",   "/a/../../etc/x.wav"};
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++)
        fills(bad[n], false, 1, 1, NULL);
}
END_TEST

static uint32_t
take_of(const char *file, bool per_channel, const char *found)
{
    gph_name name;
    char text[400];
    char folder[GPH_NAME_PATH];
    char component[GPH_NAME_PATH];
    gph_name_values values = {
        .channel = per_channel ? 1 : 0, .channels = 2, .part = 1, .label = "kick"};
    ck_assert(gph_name_parse(file, "/f", "rec", "p", per_channel, true, &name, text, sizeof text));
    ck_assert(gph_name_folder_of_takes(&name, &values, folder, component, sizeof folder));
    return gph_name_take_of(component, found);
}

START_TEST(takes_are_known_by_their_names)
{
    ck_assert_uint_eq(take_of("{take}-dry.wav", false, "012-dry.wav"), 12);
    ck_assert_uint_eq(take_of("{take}-dry.wav", false, "012-dry.wav.part"), 12);
    ck_assert_uint_eq(take_of("{take}-dry.wav", false, "012-dry-2.wav"), 12);
    ck_assert_uint_eq(take_of("{take}-dry.wav", false, "012-dry-p003.wav"), 12);
    ck_assert_uint_eq(take_of("{take}-dry.wav", false, "012-wet.wav"), 0);
    ck_assert_uint_eq(take_of("{take}-dry.wav", false, "x012-dry.wav"), 0);
    ck_assert_uint_eq(take_of("{take}.wav", false, "1000.wav"), 1000);
    ck_assert_uint_eq(take_of("{take}.wav", false, "99999999999.wav"), 0);
    ck_assert_uint_eq(take_of("x{take}.wav", true, "x004-ch01.wav"), 4);
    ck_assert_uint_eq(take_of("{label}-{take}.wav", true, "anything-004.wav"), 4);
    ck_assert_uint_eq(take_of("{take}/x.wav", false, "020"), 20);
    ck_assert_uint_eq(take_of("{take}/x.wav", false, "020.part"), 20);
    ck_assert_uint_eq(take_of("t{take}e/x.wav", false, "t5"), 0);
}
END_TEST

static void
one_take(rig *r, const char *expected)
{
    ck_assert_msg(rig_open(r) == GPH_OK, "%s", r->problem.text);
    gph_stream_start(r->stream, 0);
    rig_run(r, 1000, 400);
    ck_assert_msg(rig_finish(r) == GPH_OK, "%s", r->problem.text);
    const gph_take_file *file = gph_stream_file(r->stream, 0);
    ck_assert_str_eq(file->path + strlen(r->folder) + 1, expected);
    check_counter(file->path, 0, 1000, 0, r->what.channels);
}

static void
check_text(const rig *r, const char *name, const char *expected)
{
    char path[600];
    char text[32] = "";
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof text, file));
    fclose(file);
    ck_assert_str_eq(text, expected);
}

START_TEST(a_taken_name_gets_a_number)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    put_text(&r, "x.wav", "mine");
    put_text(&r, "x-2.wav.part", "mine too");
    one_take(&r, "x-3.wav");
    check_text(&r, "x.wav", "mine");
    check_text(&r, "x-2.wav.part", "mine too");
    rig_free(&r);
}
END_TEST

/* Somebody makes a file of the last name while the take is being written. */
START_TEST(a_name_taken_meanwhile_is_not_replaced)
{
    rig r;
    rig_init(&r, 1, "x.wav");
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    gph_stream_start(r.stream, 0);
    rig_run(&r, 20000, 400);
    while (!is_there(&r, "x.wav.part")) {
        usleep(1000);
        rig_run(&r, r.clock + 1000, 400);
    }
    put_text(&r, "x.wav", "mine");
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_ptr_nonnull(strstr(gph_stream_file(r.stream, 0)->path, "/x-2.wav"));
    check_text(&r, "x.wav", "mine");
    ck_assert(!is_there(&r, "x.wav.part"));
    rig_free(&r);
}
END_TEST

#ifndef TEST_NO_LINKS
START_TEST(a_dangling_link_is_a_taken_name)
{
    rig r;
    char path[600];
    rig_init(&r, 1, "x.wav");
    snprintf(path, sizeof path, "%s/x.wav", r.folder);
    ck_assert_int_eq(symlink("/nowhere/at/all", path), 0);
    one_take(&r, "x-2.wav");
    rig_free(&r);
}
END_TEST
#endif

START_TEST(takes_count_on)
{
    rig r;
    rig_init(&r, 1, "{take}-{node}.wav");
    put_text(&r, "041-rec.wav", "mine");
    put_text(&r, "900-other.wav", "mine");
    one_take(&r, "042-rec.wav");
    rig_free(&r);
}
END_TEST

START_TEST(recorders_that_start_together_share_a_number)
{
    rig r;
    rig_init(&r, 1, "{take}-dry.wav");
    rig other = r;
    other.what.file = "wet/{take}-wet.wav";
    char path[600];
    snprintf(path, sizeof path, "%s/wet", r.folder);
    mkdir(path, 0777);
    put_text(&r, "wet/006-wet.wav", "mine");
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    ck_assert_int_eq(rig_open(&other), GPH_OK);
    for (int take = 0; take < 3; take++) {
        gph_stream_start(r.stream, r.clock);
        gph_stream_start(other.stream, r.clock);
        other.clock = r.clock;
        rig_run(&r, r.clock + 2000, 400);
        rig_run(&other, r.clock, 400);
        gph_stream_stop(r.stream, r.clock);
        gph_stream_stop(other.stream, r.clock);
    }
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_int_eq(rig_finish(&other), GPH_OK);
    static const char *const expected[] = {"007-dry.wav",     "008-dry.wav",     "009-dry.wav",
                                           "wet/007-wet.wav", "wet/008-wet.wav", "wet/009-wet.wav"};
    for (size_t n = 0; n < 6; n++)
        ck_assert_msg(is_there(&r, expected[n]), "no %s", expected[n]);
    gph_stream_free(other.stream);
    rig_free(&r);
}
END_TEST

START_TEST(two_recorders_of_one_name_are_refused)
{
    rig r;
    rig_init(&r, 1, "{take}.wav");
    rig other = r;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    ck_assert_int_eq(rig_open(&other), GPH_ARGUMENT);
    ck_assert_str_eq(other.problem.setting, "file");
    /* It is not on the list any more once it is gone. */
    gph_stream_free(r.stream);
    r.stream = NULL;
    ck_assert_int_eq(rig_open(&r), GPH_OK);
    rig_free(&r);
}
END_TEST

START_TEST(folders_are_made_below)
{
    rig r;
    rig_init(&r, 1, "{take}/deep/%%x.wav");
    one_take(&r, "001/deep/%x.wav");
    rig_free(&r);
}
END_TEST

#ifdef TEST_NO_LINKS
#define LINKS
#else
#define LINKS a_dangling_link_is_a_taken_name, folders_are_not_made_through_links,

/* A link that waits where a folder of ours is to be, even one that stays below. */
START_TEST(folders_are_not_made_through_links)
{
    rig r;
    char path[600];
    static const char *const targets[] = {"/tmp", "other", ".."};
    for (size_t n = 0; n < 3; n++) {
        rig_init(&r, 1, "{node}/x.wav");
        snprintf(path, sizeof path, "%s/other", r.folder);
        ck_assert_int_eq(mkdir(path, 0777), 0);
        snprintf(path, sizeof path, "%s/rec", r.folder);
        ck_assert_int_eq(symlink(targets[n], path), 0);
        r.site.clock = &hurried;
        ck_assert_int_eq(rig_open(&r), GPH_OK);
        gph_stream_start(r.stream, 0);
        rig_run(&r, 1000, 400);
        ck_assert_int_eq(rig_finish(&r), GPH_IO);
        ck_assert_ptr_nonnull(strstr(r.problem.text, "x.wav"));
        ck_assert_uint_eq(gph_stream_n_files(r.stream), 0);
        ck_assert(!is_there(&r, "other/x.wav"));
        rig_free(&r);
    }
}
END_TEST
#endif

static void
refused(const char *file, const char *folder, gph_status status)
{
    rig r;
    rig_init(&r, 1, file);
    if (folder)
        r.site.folder = folder;
    ck_assert_int_eq(rig_open(&r), status);
    ck_assert_str_eq(r.problem.setting, "file");
    ck_assert_uint_eq(count_names(r.folder), 0);
    rig_free(&r);
}

START_TEST(folders_that_are_not_there_are_refused)
{
    char name[320];
    memset(name, 'x', sizeof name);
    name[300] = '\0';
    refused("missing/x.wav", NULL, GPH_IO);
    refused("x.wav", TEST_ROOT "nowhere/at/all", GPH_IO);
    refused(TEST_ROOT "nowhere/x.wav", NULL, GPH_IO);
    refused(TEST_NULL "/x.wav", NULL, GPH_IO);
    refused(name, NULL, GPH_IO);
    refused("../x.wav", NULL, GPH_ARGUMENT);
}
END_TEST

SUITE("names", labels_are_made_harmless, templates_are_filled_in, templates_are_refused,
      takes_are_known_by_their_names, a_taken_name_gets_a_number,
      a_name_taken_meanwhile_is_not_replaced, takes_count_on,
      LINKS recorders_that_start_together_share_a_number, two_recorders_of_one_name_are_refused,
      folders_are_made_below, folders_that_are_not_there_are_refused)
