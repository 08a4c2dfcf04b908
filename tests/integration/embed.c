/* Another program that embeds the library: it includes the installed headers, links libgraphophone and nothing of
 * core. */
#include "../unit/suite.h"

#include <graphophone/graphophone.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct told {
    char text[4096]; /* rendered messages, lines */
    uint32_t n_errors;
} told;

static void GPH_CALL
tell(void *user, const gph_rig_message *message)
{
    told *to = user;
    size_t n = strlen(to->text);
    snprintf(to->text + n, sizeof to->text - n, "%s\n", message->rendered);
    to->n_errors += message->level == GPH_LOG_ERROR;
}

static gph_rig *
load(const char *patch, told *to, int wanted)
{
    char path[] = "/tmp/embed-XXXXXX.ini";
    int file = mkstemps(path, 4);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, patch, strlen(patch)), (ssize_t)strlen(patch));
    close(file);
    *to = (told){.n_errors = 0};
    const gph_rig_options options = {.size = sizeof options, .message = tell, .user = to};
    gph_rig *rig = NULL;
    int status = gph_rig_load(path, &options, &rig);
    unlink(path);
    ck_assert_msg(status == wanted, "status %d, %s", status, to->text);
    ck_assert((rig != NULL) == (wanted == 0));
    return rig;
}

#define SOUND                                                                                      \
    "[sig]\ntype = tone\nchannels = 2\ngain = -6dB\n[level]\ntype = gain\nfrom = "                 \
    "sig\n[eyes]\ntype = meter\nfrom = level\n"                                                    \
    "every = 10ms\n[out]\ntype = output\nchannels = 1-2\nfrom = level\n"

START_TEST(renders_to_its_length)
{
    told messages;
    gph_rig *rig =
        load("[patch]\ndialect = 1\nhost = offline\nlength = 2s\n" SOUND, &messages, GPH_EXIT_OK);
    gph_rig_info info = {.size = sizeof info};
    gph_rig_get_info(rig, &info);
    ck_assert_uint_eq(info.n_nodes, 4);
    ck_assert_str_eq(info.host, "offline");
    ck_assert_int_eq(info.length, 96000);
    ck_assert_uint_eq(info.offline, 1);
    ck_assert_int_eq(gph_rig_trigger(rig, "level.gain"), GPH_ARGUMENT);
    ck_assert_int_eq(gph_rig_open(rig), GPH_EXIT_OK);
    ck_assert_int_eq(gph_rig_start(rig), GPH_EXIT_OK);
    while (gph_rig_dispatch(rig, 10))
        continue;
    gph_rig_status status = {.size = sizeof status};
    gph_rig_get_status(rig, &status);
    ck_assert_int_eq(status.frame, 96000);
    ck_assert_uint_eq(status.lost_in, 0);
    double peak = 0;
    ck_assert_int_eq(gph_rig_get(rig, "eyes.peak[2]", &peak), GPH_OK);
    ck_assert_int_eq(gph_rig_stop(rig), GPH_EXIT_OK);
    ck_assert_int_eq(gph_rig_stop(rig), GPH_EXIT_OK);
    gph_rig_get_status(rig, &status);
    ck_assert_int_eq(status.frame, 96000);
    gph_rig_free(rig);
}
END_TEST

START_TEST(is_controlled_while_it_runs)
{
    told messages;
    double value = 0;
    gph_rig *rig = load("[patch]\ndialect = 1\nhost = clock\nrate = 48kHz\n" SOUND
                        "[control]\nlevel.mute = key m\n",
                        &messages, GPH_EXIT_OK);
    ck_assert_int_eq(gph_rig_set(rig, "level.gain", -3), GPH_STATE);
    ck_assert_int_eq(gph_rig_open(rig), GPH_EXIT_OK);
    ck_assert_int_eq(gph_rig_start(rig), GPH_EXIT_OK);
    ck_assert_int_eq(gph_rig_set(rig, "level.gain[2]", -12), GPH_OK);
    ck_assert_int_eq(gph_rig_set_text(rig, "level.gain[1]", "-20dB"), GPH_OK);
    ck_assert_int_eq(gph_rig_set_text(rig, "level.gain[1]", "-20ms"), GPH_ARGUMENT);
    ck_assert_uint_eq(gph_rig_key(rig, "m"), 1);
    ck_assert_uint_eq(gph_rig_key(rig, "x"), 0);
    for (int round = 0; round < 500 && value != 1.0; round++) {
        ck_assert_int_eq(gph_rig_dispatch(rig, 20), 1);
        ck_assert_int_eq(gph_rig_get(rig, "level.mute", &value), GPH_OK);
    }
    ck_assert_double_eq(value, 1.0);
    ck_assert_int_eq(gph_rig_get(rig, "level.gain[2]", &value), GPH_OK);
    ck_assert_double_eq(value, -12.0);
    ck_assert_int_eq(gph_rig_get(rig, "level.gain[1]", &value), GPH_OK);
    ck_assert_double_eq(value, -20.0);
    ck_assert_int_eq(gph_rig_set(rig, "level.gian", 0), GPH_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(messages.text, "gain"));
    gph_rig_node node = {.size = sizeof node};
    ck_assert_int_eq(gph_rig_get_node(rig, 3, &node), GPH_OK);
    ck_assert_int_eq(gph_rig_get_node(rig, 4, &node), GPH_ARGUMENT);
    ck_assert_int_eq(gph_rig_stop(rig), GPH_EXIT_OK);
    gph_rig_free(rig);
}
END_TEST

START_TEST(refusals_have_places_and_statuses)
{
    told messages;
    ck_assert_ptr_null(load("[patch]\ndialect = 1\nhost = ofline\n", &messages, GPH_EXIT_PATCH));
    ck_assert_ptr_nonnull(
        strstr(messages.text, ":3:8: error: no host 'ofline'; did you mean 'offline'?"));
    ck_assert_ptr_null(
        load("[patch]\ndialect = 1\nhost = offline\n" SOUND, &messages, GPH_EXIT_PATCH));
    ck_assert_ptr_nonnull(strstr(messages.text, "nothing ends this run"));
    ck_assert_ptr_null(
        load("[patch]\ndialect = 1\n[a]\ntype = gian\n", &messages, GPH_EXIT_MODULE));
    ck_assert_ptr_nonnull(strstr(messages.text, "gain"));
    ck_assert_ptr_null(
        load("[patch]\ndialect = 1\nhost = clock\nclock.pmm = 3\n", &messages, GPH_EXIT_PATCH));
    ck_assert_ptr_nonnull(strstr(messages.text, "ppm"));
    gph_rig *rig = NULL;
    ck_assert_int_eq(gph_rig_load("/nowhere/at.ini", NULL, &rig), GPH_EXIT_PATCH);
    ck_assert_ptr_null(rig);
    gph_rig_free(NULL);
}
END_TEST

START_TEST(short_structs_of_old_callers_are_honoured)
{
    told messages;
    gph_rig *rig =
        load("[patch]\ndialect = 1\nhost = offline\nlength = 1s\n" SOUND, &messages, GPH_EXIT_OK);
    unsigned char bytes[sizeof(gph_rig_info)];
    memset(bytes, 0xaa, sizeof bytes);
    gph_rig_info *info = (gph_rig_info *)(void *)bytes;
    info->size = (uint32_t)offsetof(gph_rig_info, name);
    gph_rig_get_info(rig, info);
    ck_assert_uint_eq(info->n_nodes, 4);
    for (size_t n = offsetof(gph_rig_info, name); n < sizeof bytes; n++)
        ck_assert_uint_eq(bytes[n], 0xaa);
    gph_rig_free(rig);
}
END_TEST

START_TEST(pictures_and_prints)
{
    told messages;
    gph_rig *rig =
        load("[patch]\ndialect = 1\nhost = offline\nlength = 1s\n" SOUND, &messages, GPH_EXIT_OK);
    ck_assert_ptr_nonnull(strstr(gph_rig_dot(rig), "digraph"));
    ck_assert_ptr_nonnull(strstr(gph_rig_print(rig), "[sig]"));
    gph_rig_free(rig);
}
END_TEST

SUITE("embed", renders_to_its_length, is_controlled_while_it_runs,
      refusals_have_places_and_statuses, short_structs_of_old_callers_are_honoured,
      pictures_and_prints)
