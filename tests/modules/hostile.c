/* Types whose descriptors make no sense, one a module: `WRONG` says which. [control] */
#include <graphophone/module.h>

#include <math.h>

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    (void)self;
    (void)io;
    return GPH_OK;
}

#define DOUBLE   0
#define RANGE    1
#define DEFAULT  2
#define STRIDE   3
#define SIZE     4
#define MANY     5
#define NAME     6
#define WIDTH    7
#define REF      8
#define CHOICE   9
#define NANS     10
#define SETTING  11
#define FAULTS   12
#define NOTHING  13
#define TWINS    14
#define RESERVED 15
#define TRIGGERS 16

static const char *const none[] = {NULL};
static const char *const faults[] = {"fine", NULL};

static const gph_port ports[] = {
    {sizeof(gph_port), 0, GPH_PORT_IN, 0, GPH_WIDTH_RANGE, WRONG == WIDTH ? 9 : 1,
     WRONG == WIDTH ? 5 : 8, 0, "in", NULL},
    {sizeof(gph_port), 0, GPH_PORT_OUT, 0, GPH_WIDTH_SAME_AS, 0, 0, WRONG == REF ? 7 : 0, "out",
     NULL},
};

static const gph_param params[] = {
    {WRONG == SIZE ? 8 : sizeof(gph_param), WRONG == CHOICE ? GPH_PARAM_CHOICE : 0, GPH_UNIT_NONE,
     GPH_INDEX_ONE, 0, WRONG == RANGE ? 2 : 0,
     WRONG == DEFAULT ? 5
     : WRONG == NANS  ? NAN
                      : 0.5f,
     1, 0, 0,
     WRONG == NAME       ? "Mix!"
     : WRONG == RESERVED ? "from"
                         : "mix",
     NULL, none},
    GPH_PARAM("depth", GPH_UNIT_NONE, 0, 0, 1, "Depth."),
};

static const gph_setting settings[] = {
    GPH_INTEGER(WRONG == DOUBLE ? "mix" : "count", 1, 4, WRONG == SETTING ? "5" : "2", "Count."),
};

static const gph_trigger triggers[] = {
    GPH_TRIGGER(WRONG == TRIGGERS ? "depth" : "play", NULL),
    GPH_GIVES("play", NULL),
};

static const gph_type type = {
    GPH_TYPE("hostile", "Hostile", "Wrong.", 0),
    GPH_PORTS(ports),
    .params = params,
    .n_params = WRONG == MANY ? 4000000000u : 2,
    .param_stride = WRONG == STRIDE ? 16 : sizeof(gph_param),
    GPH_SETTINGS(settings),
    GPH_TRIGGERS(triggers),
    .faults = faults,
    .n_faults = WRONG == FAULTS ? 2 : 1,
    .process = WRONG == NOTHING ? NULL : process,
};

#if WRONG == TWINS
GPH_MODULE("hostile", "1", "nobody", "MIT", &type, &type)
#else
GPH_MODULE("hostile", "1", "nobody", "MIT", &type)
#endif
