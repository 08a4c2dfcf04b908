/* Finds, checks and loads modules, and keeps what they say of themselves. [control]
 *
 * `type = gain` is type gain in gain.so; `strings/chorus` is chorus in strings.so. Folders are
 * searched in this order, the first hit wins, nothing is scanned but for `graphophone modules` and
 * for the name that was probably meant:
 *
 *     the caller's folders (--module-dir)
 *     GRAPHOPHONE_MODULE_PATH (not in a privileged process)
 *     ~/.local/lib/graphophone/modules
 *     LIBDIR/graphophone/modules, or the build tree that the library lies in (installation.h)
 *
 * A file is loaded when its owner and permissions, its export table, its first 16 bytes and its pin
 * are right, and never unloaded. Its descriptors are copied into structs of our own size (module.h,
 * "Growth") and checked; a descriptor that makes no sense is refused by name. */
#ifndef GPH_GRAPH_CATALOG_H
#define GPH_GRAPH_CATALOG_H

#include "../patch/arena.h"

#include <graphophone/module.h>

#include <stdbool.h>

typedef struct gph_module_info gph_module_info;

/* What a node is to the plan. */
typedef enum gph_node_kind {
    GPH_NODE_MODULE,
    GPH_NODE_INPUT,
    GPH_NODE_OUTPUT,
    GPH_NODE_TABLE,
    GPH_NODE_FEEDBACK
} gph_node_kind;

/* A type as this program understood it. Lives as long as the catalog (or, made of what `describe`
 * gave, as the graph). */
typedef struct gph_type_info {
    /* Full size; every table present has our own stride, every text is there (doc may be NULL);
     * port.min and port.max are never 0; index plainly: type.params[3]. The functions are the
     * module's, NULL where it has none. */
    gph_type type;
    const gph_type *given;         /* as the module has it: what `create` gets. NULL: built in */
    const gph_module_info *module; /* NULL: built in */
    gph_node_kind kind;
    uint32_t n_in;             /* input ports */
    uint32_t n_out;            /* output ports */
    const uint32_t *in_ports;  /* their places in type.ports: in_ports[k] is input port k */
    const uint32_t *out_ports; /* likewise */
} gph_type_info;

/* A module file that was found, usable or not. */
struct gph_module_info {
    const char *path; /* absolute */
    const char *folder;
    const char *stem;        /* of the file's name: "gain" */
    const char *refused;     /* why it cannot be used, or NULL; a sentence without its path */
    const char *changed;     /* of the process while it was loaded, and put back; NULL: nothing */
    const char *shadowed_by; /* path of the one that is used instead, or NULL */
    /* NULL and 0 in what was refused or is shadowed (a shadowed file is checked, not loaded). */
    const char *name;
    const char *version;
    const char *author;
    const char *license;
    const char *url;
    const gph_type_info *const *types;
    uint32_t n_types;
};

typedef struct gph_catalog gph_catalog;

typedef struct gph_catalog_options {
    const char *const *folders; /* searched first, in order; relative ones are made absolute */
    uint32_t n_folders;
    /* Value of an environment variable, or NULL; NULL: getenv, but nothing in a privileged
     * process. */
    const char *(*environment)(void *user, const char *name);
    void *environment_user;
    const gph_allocator *allocator; /* NULL: the C library's */
} gph_catalog_options;

/* `options` may be NULL. GPH_MEMORY is the only failure: a folder that cannot be used is told by
 * gph_catalog_folder and skipped. */
gph_status gph_catalog_new(const gph_catalog_options *options, gph_catalog **catalog);

/* Frees what the catalog keeps; loaded modules stay loaded. */
void gph_catalog_free(gph_catalog *catalog);

/* The type that `type = NAME` gives, built-in ones included; loads its module when it must. The
 * same name gives the same pointer. On failure *type is NULL and *why is a sentence for a person
 * that lives as long as the catalog:
 *
 *   GPH_ARGUMENT     there is no such type: "no type 'revreb'; did you mean 'reverb'?"
 *   GPH_UNSUPPORTED  its module was refused: "'plate' needs module ABI 1.4, this program has 1.0
 *                    (/usr/lib/graphophone/modules)"
 *   GPH_MEMORY
 *
 * `sha256` (32 bytes) pins the file; NULL: no pin. */
gph_status gph_catalog_find(gph_catalog *catalog, const char *name, const uint8_t *sha256,
                            const gph_type_info **type, const char **why);

/* The nearest of all type names there are (built in, loaded, names of files), or NULL. */
const char *gph_catalog_nearest(gph_catalog *catalog, const char *name);

/* The built-in types: input, output, table, feedback. NULL past the end. */
const gph_type_info *gph_catalog_builtin(const gph_catalog *catalog, uint32_t index);

/* Loads everything there is to find, in the order of the search, files of a folder by name. May be
 * called again. The list lives as long as the catalog. */
gph_status gph_catalog_list(gph_catalog *catalog, const gph_module_info *const **modules,
                            uint32_t *n_modules);

/* One module by the path of its file (absolute or relative), for `describe FILE`: checked like any
 * other, whatever folder it is in. */
gph_status gph_catalog_open_file(gph_catalog *catalog, const char *path,
                                 const gph_module_info **module, const char **why);

/* The folders of the search, in order. *refused is why a folder is skipped, or NULL. NULL past the
 * end. */
const char *gph_catalog_folder(const gph_catalog *catalog, uint32_t index, const char **refused);

/* ------------------------------------------------------------------ looking into a type */

/* Index in the tables of `type`, or UINT32_MAX. Names are lower case. */
uint32_t gph_type_find_param(const gph_type_info *type, const char *name);
uint32_t gph_type_find_setting(const gph_type_info *type, const char *name);
uint32_t gph_type_find_meter(const gph_type_info *type, const char *name);
/* Triggers of `direction` (GPH_TRIGGER_IN, GPH_TRIGGER_OUT). */
uint32_t gph_type_find_trigger(const gph_type_info *type, const char *name, uint32_t direction);
/* Number among the ports of `direction` (not the place in type.ports). */
uint32_t gph_type_find_port(const gph_type_info *type, const char *name, uint32_t direction);

/* Copies and checks a descriptor into `arena`. GPH_ARGUMENT: *why says what is wrong with it:
 * "parameter 'mix' has a default outside of its range". `module` and `given` are kept. */
gph_status gph_type_normalise(const gph_type *given, const gph_module_info *module,
                              gph_arena *arena, gph_type_info **type, const char **why);

#endif
