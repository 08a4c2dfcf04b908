/* Tests core/patch/document and merge on files: what is replaced, where files are looked for. [test
 * program] */
#include "../../../core/patch/patch.h"

#include "../suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/graphophone-include-XXXXXX";

static void
write_file(const char *name, const char *bytes)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(bytes, file);
    fclose(file);
}

static void
clear(void)
{
    static const char *const names[] = {"x.ini", "site.ini", "fx/room.ini", "fx", ""};
    char path[128];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        remove(path);
    }
}

START_TEST(overrides)
{
    char path[128];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/fx", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    write_file("site.ini",
               "[patch]\nrate = 48kHz\nhost = jack\n[mic]\ntype = input\nchannels = 1-2\n");
    write_file("fx/room.ini", "[room]\ntype = table\nload = room.wav\n[vars]\na = 1\n");
    write_file("x.ini", "[patch]\ndialect = 1\ninclude = site.ini, fx/room.ini\noverride = on\n"
                        "rate = 44.1kHz\n[mic]\noverride = yes\nCHANNELS = 3\nconnect = none\n"
                        "[vars]\noverride = on\nb = 2\n[y]\ntype = gain\nk = ${a}${b}\n");
    snprintf(path, sizeof(path), "%s/x.ini", folder);
    gph_patch *patch = NULL;
    gph_diagnostics *diagnostics = gph_diagnostics_new(NULL);
    const gph_status status = gph_patch_load(path, NULL, diagnostics, &patch);
    gph_diagnostics_print(diagnostics, stderr, false);
    ck_assert_int_eq(status, GPH_OK);

    ck_assert_uint_eq(patch->settings.rate, 44100);
    ck_assert_str_eq(patch->settings.host, "jack");
    ck_assert_uint_eq(patch->n_nodes, 3);
    ck_assert_str_eq(patch->nodes[0].name, "mic");
    ck_assert_str_eq(patch->nodes[1].name, "room");
    ck_assert_str_eq(gph_patch_node_entry(&patch->nodes[0], "channels")->value, "3");
    ck_assert_uint_eq(patch->nodes[0].n_entries, 2);
    ck_assert_str_eq(gph_patch_node_entry(&patch->nodes[2], "k")->value, "12");

    ck_assert_uint_eq(patch->n_overrides, 2);
    ck_assert_str_eq(patch->overrides[1].section, "mic");
    ck_assert_str_eq(patch->overrides[1].key, "channels");
    ck_assert_uint_eq(gph_position_line(patch->overrides[1].was), 6);
    ck_assert_uint_eq(gph_position_line(patch->overrides[1].is), 8);

    const gph_patch_entry *load = gph_patch_node_entry(&patch->nodes[1], "load");
    char wanted[128];
    snprintf(wanted, sizeof(wanted), "%s/fx/room.wav", folder);
    ck_assert_str_eq(gph_patch_resolve(patch, load, load->value), wanted);
    ck_assert_str_eq(gph_patch_resolve(patch, load, TEST_ROOT "a.wav"), TEST_ROOT "a.wav");
    gph_patch_free(patch);
    gph_diagnostics_free(diagnostics);
    clear();
}
END_TEST

SUITE("include", overrides)
