/* An effect that writes down what is asked of it, and fails at one of these steps. [control]
 *
 * GPH_TEST_STEPS is the file that gets a line a step, "create 1", "activate 1", with the number of the instance;
 * GPH_TEST_FAIL the step that fails, counted from 1 over create, configure and activate. */
#include <graphophone/module.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gph_node {
    int number;
    float *memory; /* from activate to deactivate */
};

/* All instances count together. */
static int n_steps;
static int n_nodes;

static void
note(const char *step, int number)
{
    const char *path = getenv("GPH_TEST_STEPS");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;
    if (file == NULL)
        return;
    fprintf(file, "%s %d\n", step, number);
    fclose(file);
}

/* Whether this step is the one that fails. */
static int
fails(const char *step, int number)
{
    const char *which = getenv("GPH_TEST_FAIL");
    const int failing = which != NULL && atoi(which) == ++n_steps;
    note(step, number);
    if (failing)
        note("failed", number);
    return failing;
}

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    gph_node *node = calloc(1, sizeof *node);
    (void)rt;
    (void)type;
    if (node == NULL)
        return NULL;
    node->number = ++n_nodes;
    if (!fails("create", node->number))
        return node;
    free(node);
    return NULL;
}

static void GPH_CALL
destroy(gph_node *node)
{
    note("destroy", node->number);
    free(node);
}

static gph_status GPH_CALL
configure(gph_node *node, gph_config *config)
{
    (void)config;
    return fails("configure", node->number) ? GPH_STATE : GPH_OK;
}

static gph_status GPH_CALL
activate(gph_node *node, gph_setup *setup)
{
    if (fails("activate", node->number))
        return GPH_STATE;
    node->memory = calloc(setup->max_frames, sizeof *node->memory);
    return node->memory != NULL ? GPH_OK : GPH_MEMORY;
}

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    (void)self;
    for (uint32_t c = 0; c < io->in[0].channels; c++)
        memmove(io->out[0].ch[c], io->in[0].ch[c], io->frames * sizeof(float));
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *node)
{
    note("deactivate", node->number);
    free(node->memory);
    node->memory = NULL;
}

static const gph_port ports[] = {GPH_IN_N("in", 1, 1), GPH_OUT("out")};
static const gph_type steps = {
    GPH_TYPE("steps", "Steps", "Writes down what is asked of it.", GPH_TYPE_INDEPENDENT),
    GPH_PORTS(ports),
    .create = create,
    .destroy = destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .deactivate = deactivate,
};

GPH_MODULE("steps", "1", "nobody", "MIT", &steps)
