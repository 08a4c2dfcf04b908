/* decay: a filter that halves what is in it with each frame, so that after silence only numbers too small for a float
 * are left; out is whether anything is (1 or 0). [audio; tests only] */
#include <graphophone/module.h>

#include <stdlib.h>

struct gph_node {
    float left;
};

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    (void)rt;
    (void)type;
    gph_node *node = calloc(1, sizeof *node);
    if (node)
        node->left = 1;
    return node;
}

static void GPH_CALL
destroy(gph_node *node)
{
    free(node);
}

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *node, const gph_io *io)
{
    for (uint32_t f = 0; f < io->frames; f++) {
        node->left *= 0.5f;
        io->out[0].ch[0][f] = node->left != 0 ? 1.0f : 0.0f;
    }
    return GPH_OK;
}

static const gph_port ports[] = {GPH_OUT_N("out", 1, 1)};
static const gph_type type = {
    GPH_TYPE("decay", "Decay", "Dies away.", 0),
    GPH_PORTS(ports),
    .create = create,
    .destroy = destroy,
    .process = process,
};
GPH_MODULE("decay", "1", "nobody", "MIT", &type)
