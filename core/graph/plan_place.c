/* Gives the slots of a plan their buffers. [control]
 *
 * A slot lives from the step that writes it to the last step that reads it. The steps are walked in
 * order: what a step writes gets a free buffer, and buffers are freed behind the last step that
 * reads them, last freed first taken, as it is the one that the cache still has. */
#include "planning.h"

typedef struct placing {
    gph_plan_inside *inside;
    uint32_t *last_use; /* of each slot: the last step that reads it; GPH_NONE: none */
    uint32_t *free;     /* buffers that nobody uses */
    uint32_t n_free;
    uint32_t n_buffers;
} placing;

/* ---------------------------------------------------------------- life of slots */

static void
use(placing *at, uint32_t slot, uint32_t step)
{
    at->last_use[slot] = step;
}

static void
find_last_uses(placing *at)
{
    const gph_plan_inside *inside = at->inside;
    for (uint32_t s = 0; s < inside->n_steps; s++) {
        const gph_plan_step *step = &inside->steps[s];
        for (uint32_t m = 0; m < step->n_mixes; m++) {
            const gph_plan_mix *mix = &inside->mixes[step->first_mix + m];
            for (uint32_t t = 0; t < mix->n; t++)
                use(at, inside->terms[mix->first + t].slot, s);
        }
        for (uint32_t p = 0; p < step->n_in; p++) {
            const gph_plan_port *port = &inside->ports[step->first_in + p];
            for (uint32_t c = 0; c < port->channels; c++)
                use(at, inside->channels[port->first + c], s);
        }
    }
}

/* ---------------------------------------------------------------- buffers */

static void
take_buffer(placing *at, uint32_t slot)
{
    at->inside->slots[slot].index = at->n_free > 0 ? at->free[--at->n_free] : at->n_buffers++;
}

/* Frees the buffer of a slot, if it has one of its own; once. */
static void
free_buffer(placing *at, uint32_t slot, bool *freed)
{
    const gph_plan_slot *place = &at->inside->slots[slot];
    if (place->kind != GPH_SLOT_BUFFER || freed[slot])
        return;
    freed[slot] = true;
    at->free[at->n_free++] = place->index;
}

/* How often a step reads a slot. */
static uint32_t
count_reads(const gph_plan_inside *inside, const gph_plan_step *step, uint32_t slot)
{
    uint32_t n = 0;
    for (uint32_t p = 0; p < step->n_in; p++) {
        const gph_plan_port *port = &inside->ports[step->first_in + p];
        for (uint32_t c = 0; c < port->channels; c++)
            n += inside->channels[port->first + c] == slot;
    }
    return n;
}

/* Whether the type may write where it reads, and the ports are of equal width. */
static bool
may_share(const gph_plan_inside *inside, const gph_plan_step *step, uint32_t port)
{
    const gph_graph_node *node = &inside->graph->nodes[step->node];
    return step->kind == GPH_STEP_PROCESS && (node->type->type.flags & GPH_TYPE_IN_PLACE) != 0 &&
           port < step->n_in &&
           inside->ports[step->first_in + port].channels ==
               inside->ports[step->first_out + port].channels;
}

/* Channel c of an output takes the buffer of channel c of the input of equal number if nobody reads
 * that again; `in` is its slot. */
static bool
share_buffer(placing *at, uint32_t s, uint32_t in, uint32_t out, bool *freed)
{
    gph_plan_slot *slots = at->inside->slots;
    if (slots[in].kind != GPH_SLOT_BUFFER || at->last_use[in] != s || freed[in] ||
        count_reads(at->inside, &at->inside->steps[s], in) != 1)
        return false;
    slots[out].index = slots[in].index;
    freed[in] = true; /* it lives on as `out` */
    return true;
}

static void
place_outputs(placing *at, uint32_t s, bool *freed)
{
    const gph_plan_inside *inside = at->inside;
    const gph_plan_step *step = &inside->steps[s];
    for (uint32_t p = 0; p < step->n_out; p++) {
        const gph_plan_port *out = &inside->ports[step->first_out + p];
        const bool share = may_share(inside, step, p);
        for (uint32_t c = 0; c < out->channels; c++) {
            const uint32_t slot = inside->channels[out->first + c];
            const gph_plan_port *in = share ? &inside->ports[step->first_in + p] : NULL;
            if (!share || !share_buffer(at, s, inside->channels[in->first + c], slot, freed))
                take_buffer(at, slot);
        }
    }
}

/* What nobody reads behind step `s`. */
static void
free_ended(placing *at, uint32_t s, bool *freed)
{
    const gph_plan_inside *inside = at->inside;
    const gph_plan_step *step = &inside->steps[s];
    for (uint32_t m = 0; m < step->n_mixes; m++) {
        const gph_plan_mix *mix = &inside->mixes[step->first_mix + m];
        for (uint32_t t = 0; t < mix->n; t++)
            if (at->last_use[inside->terms[mix->first + t].slot] == s)
                free_buffer(at, inside->terms[mix->first + t].slot, freed);
    }
    for (uint32_t p = 0; p < step->n_in + step->n_out; p++) {
        const gph_plan_port *port = &inside->ports[step->first_in + p];
        for (uint32_t c = 0; c < port->channels; c++) {
            const uint32_t slot = inside->channels[port->first + c];
            if (at->last_use[slot] == s || (p >= step->n_in && at->last_use[slot] == GPH_NONE))
                free_buffer(at, slot, freed);
        }
    }
}

gph_status
gph_plan_place(gph_plan_inside *inside)
{
    const size_t n = inside->n_slots;
    placing at = {
        .inside = inside,
        .last_use = gph_arena_allocate(inside->scratch, n, sizeof *at.last_use),
        .free = gph_arena_allocate(inside->scratch, n, sizeof *at.free),
    };
    bool *freed = gph_arena_allocate(inside->scratch, n, sizeof *freed);
    if (at.last_use == NULL || at.free == NULL || freed == NULL)
        return GPH_MEMORY;
    for (size_t i = 0; i < n; i++)
        at.last_use[i] = GPH_NONE;
    find_last_uses(&at);
    for (uint32_t s = 0; s < inside->n_steps; s++) {
        const gph_plan_step *step = &inside->steps[s];
        for (uint32_t m = 0; m < step->n_mixes; m++)
            take_buffer(&at, inside->mixes[step->first_mix + m].slot);
        place_outputs(&at, s, freed);
        free_ended(&at, s, freed);
    }
    inside->plan.n_buffers = at.n_buffers;
    return GPH_OK;
}
