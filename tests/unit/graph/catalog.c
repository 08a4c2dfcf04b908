/* What the catalog finds, lists and says; what a type looks like when it has been read. [control] */
#include "../suite.h"

#include "../../../core/graph/catalog.h"
#include "../../../core/platform/library.h"

#include <stdio.h>
#include <string.h>

static const char *
variable(void *user, const char *name)
{
    return strcmp(name, "GRAPHOPHONE_MODULE_PATH") == 0 ? user : NULL;
}

static char *
folder_of_build(const char *below)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", getenv("GPH_BUILD"), below);
    return path;
}

static gph_catalog *
catalog_of(const char *given, char *path)
{
    gph_catalog *catalog = NULL;
    const gph_catalog_options options = {.folders = &given,
                                         .n_folders = given != NULL,
                                         .environment = variable,
                                         .environment_user = path};
    ck_assert_int_eq(gph_catalog_new(&options, &catalog), GPH_OK);
    return catalog;
}

START_TEST(builtins)
{
    static const char *const names[] = {"input", "output", "table", "feedback"};
    gph_catalog *catalog = catalog_of(NULL, NULL);
    for (uint32_t i = 0; i < 4; i++) {
        const gph_type_info *type = NULL;
        const char *why = NULL;
        ck_assert_str_eq(gph_catalog_builtin(catalog, i)->type.id, names[i]);
        ck_assert_int_eq(gph_catalog_find(catalog, names[i], NULL, &type, &why), GPH_OK);
        ck_assert_ptr_eq(type, gph_catalog_builtin(catalog, i));
        ck_assert_ptr_null(type->module);
    }
    ck_assert_ptr_null(gph_catalog_builtin(catalog, 4));
    gph_catalog_free(catalog);
}
END_TEST

START_TEST(finds_once)
{
    gph_catalog *catalog = catalog_of(NULL, folder_of_build("modules"));
    const gph_type_info *type = NULL, *again = NULL;
    const char *why = NULL;
    ck_assert_int_eq(gph_catalog_find(catalog, "compressor", NULL, &type, &why), GPH_OK);
    ck_assert_int_eq(gph_catalog_find(catalog, "compressor/compressor", NULL, &again, &why),
                     GPH_OK);
    ck_assert_ptr_eq(type, again);
    ck_assert_uint_eq(type->n_in, 2);
    ck_assert_uint_eq(gph_type_find_port(type, "sidechain", GPH_PORT_IN), 1);
    ck_assert_uint_eq(gph_type_find_port(type, "sidechain", GPH_PORT_OUT), UINT32_MAX);
    const uint32_t ratio = gph_type_find_param(type, "ratio");
    ck_assert_str_eq(type->type.params[ratio].name, "ratio");
    ck_assert_float_eq(type->type.params[ratio].smooth_ms, 20);
    ck_assert_int_eq(gph_catalog_find(catalog, "compresor", NULL, &type, &why), GPH_ARGUMENT);
    ck_assert_ptr_null(type);
    ck_assert_str_eq(why, "no type 'compresor'; did you mean 'compressor'?");
    ck_assert_str_eq(gph_catalog_nearest(catalog, "tabel"), "table");
    gph_catalog_free(catalog);
}
END_TEST

/* All there is, also what is refused or hidden, and why. */
START_TEST(lists)
{
    char both[1024];
    const gph_module_info *const *modules;
    uint32_t n, n_refused = 0, n_shadowed = 0, n_types = 0;
    snprintf(both, sizeof both, "%s/modules", getenv("GPH_BUILD"));
    gph_catalog *catalog = catalog_of(folder_of_build("tests/modules/stand-in"), both);
    ck_assert_int_eq(gph_catalog_list(catalog, &modules, &n), GPH_OK);
    ck_assert_uint_gt(n, 15);
    ck_assert_str_eq(modules[0]->stem, "file-player");
    ck_assert_str_eq(modules[1]->stem, "file-recorder");
    for (uint32_t i = 0; i < n; i++) {
        n_refused += modules[i]->refused != NULL;
        n_shadowed += modules[i]->shadowed_by != NULL;
        n_types += modules[i]->n_types;
        ck_assert(modules[i]->shadowed_by != NULL || modules[i]->n_types > 0);
    }
    ck_assert_uint_eq(n_refused, 0);
    ck_assert_uint_eq(n_types, n - n_shadowed);
    gph_catalog_free(catalog);

    catalog = catalog_of(NULL, folder_of_build("tests/modules"));
    ck_assert_int_eq(gph_catalog_list(catalog, &modules, &n), GPH_OK);
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(modules[i]->stem, "two-exports") == 0) {
            ck_assert_ptr_nonnull(strstr(modules[i]->refused, "second_export"));
            ck_assert_uint_eq(modules[i]->n_types, 0);
            n_refused++;
        }
    ck_assert_uint_eq(n_refused, 1);
    gph_catalog_free(catalog);
}
END_TEST

START_TEST(folders)
{
    char path[64];
    snprintf(path, sizeof path, TEST_ROOT "nowhere/at/all%c%c./relative%c" TEST_ROOT,
             gph_library_separator, gph_library_separator, gph_library_separator);
    const char *refused;
    gph_catalog *catalog = catalog_of(NULL, path);
    ck_assert_str_eq(gph_catalog_folder(catalog, 0, &refused), TEST_ROOT "nowhere/at/all");
    ck_assert_str_eq(refused, "cannot be read: No such file or directory");
    ck_assert_str_eq(gph_catalog_folder(catalog, 1, &refused), "");
    ck_assert_str_eq(refused, "is empty, which would be the current folder");
    ck_assert_str_eq(gph_catalog_folder(catalog, 2, &refused), "./relative");
    ck_assert_str_eq(refused, "is no absolute path");
    ck_assert_str_eq(gph_catalog_folder(catalog, 3, &refused), TEST_ROOT);
    ck_assert_ptr_null(refused);
    ck_assert_ptr_nonnull(gph_catalog_folder(catalog, 4, &refused));
    ck_assert_ptr_null(gph_catalog_folder(catalog, 5, &refused));
    gph_catalog_free(catalog);
}
END_TEST

START_TEST(opens_files)
{
    gph_catalog *catalog = catalog_of(NULL, NULL);
    const gph_module_info *module = NULL;
    const char *why = NULL;
    char gain[64], missing[64];
    snprintf(gain, sizeof gain, "modules/gain%s", gph_library_ending);
    snprintf(missing, sizeof missing, "/nowhere%s", gph_library_ending);
    ck_assert_int_eq(gph_catalog_open_file(catalog, folder_of_build(gain), &module, &why), GPH_OK);
    ck_assert_str_eq(module->types[0]->type.id, "gain");
    ck_assert_int_eq(gph_catalog_open_file(catalog, missing, &module, &why), GPH_ARGUMENT);
    ck_assert_str_eq(why, "there is no such file");
    ck_assert_int_eq(gph_catalog_open_file(catalog, "/", &module, &why), GPH_ARGUMENT);
    ck_assert_str_eq(why, "its name does not end as a module's");
    gph_catalog_free(catalog);
}
END_TEST

/* What a library does to the arithmetic of the thread that loads it does not last. */
START_TEST(arithmetic)
{
    volatile double smallest = 4.9e-324;
    gph_catalog *catalog = catalog_of(NULL, folder_of_build("tests/modules"));
    const gph_type_info *type = NULL;
    const char *why = NULL;
    const gph_status status = gph_catalog_find(catalog, "fast-math/plate", NULL, &type, &why);
#ifdef __x86_64__
    ck_assert_int_eq(status, GPH_OK);
#else
    ck_assert_int_eq(status, GPH_ARGUMENT);
#endif
    ck_assert(smallest * 1.0 != 0);
    gph_catalog_free(catalog);
}
END_TEST

/* A newer module knows more: longer structs at a longer stride are read up to what we know. */
START_TEST(growth)
{
    typedef struct longer_param {
        gph_param known;
        uint64_t more[3];
    } longer_param;
    typedef struct longer_type {
        gph_type known;
        uint64_t more[2];
    } longer_type;
    static longer_param params[2];
    params[0].known = (gph_param)GPH_PARAM("one", GPH_UNIT_NONE, 0, 0.25f, 1, "One.");
    params[1].known = (gph_param)GPH_PARAM("two", GPH_UNIT_NONE, 0, 0.75f, 1, "Two.");
    params[0].known.size = params[1].known.size = sizeof(longer_param);
    memset(params[0].more, 0xff, sizeof params[0].more);
    static longer_type type;
    type.known = (gph_type){GPH_TYPE("grown", "Grown", "From a newer header.", 0)};
    type.known.size = sizeof type;
    type.known.params = &params[0].known;
    type.known.n_params = 2;
    type.known.param_stride = sizeof *params;
    gph_arena *arena = gph_arena_new(NULL);
    gph_type_info *read = NULL;
    const char *why = NULL;
    ck_assert_int_eq(gph_type_normalise(&type.known, NULL, arena, &read, &why), GPH_OK);
    ck_assert_uint_eq(read->type.size, sizeof(gph_type));
    ck_assert_uint_eq(read->type.params[1].size, sizeof(gph_param));
    ck_assert_str_eq(read->type.params[1].name, "two");
    ck_assert_float_eq(read->type.params[1].def, 0.75f);
    type.known.size = sizeof(gph_type) - 8;
    ck_assert_int_eq(gph_type_normalise(&type.known, NULL, arena, &read, &why), GPH_ARGUMENT);
    ck_assert_str_eq(why, "has a type of a wrong size");
    gph_arena_free(arena);
}
END_TEST

SUITE("catalog", builtins, finds_once, lists, folders, opens_files, arithmetic, growth)
