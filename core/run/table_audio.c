/* Looks at tables and moves their marks, without a lock. [audio]
 *
 * Plain memory is enough inside the run: the plan runs writer and readers one after the other. The
 * header is for other programs, and so is written with atomics. */
#include "table_audio.h"

const gph_table_view *
gph_table_look(gph_table *table)
{
    const gph_table_live *live = table->live;
    gph_table_view *view = &table->view;
    view->channels = live->channels;
    view->bank = live->bank;
    view->frames = live->frames;
    view->generation = live->generation;
    view->rate = live->rate;
    view->ch = live->header ? live->banks[live->bank] : NULL;
    view->spare = NULL;
    if (live->header && table->access == GPH_TABLE_WRITE && !live->lent)
        view->spare = live->banks[live->bank ^ 1];
    view->mark = live->mark;
    return view;
}

void
gph_table_publish(gph_table_live *live)
{
    gph_table_header *header = live->header;
    const gph_table_mark *mark = &live->mark;
    atomic_store_explicit(&header->filled, mark->filled, memory_order_release);
    atomic_store_explicit(&header->head, mark->head, memory_order_release);
    atomic_store_explicit(&header->written, live->written_before + mark->written,
                          memory_order_release);
    atomic_store_explicit(&header->clock, mark->clock, memory_order_release);
    atomic_store_explicit(&header->state, mark->state, memory_order_release);
    atomic_store_explicit(&header->pass, mark->pass, memory_order_release);
    atomic_store_explicit(&header->bank, live->bank, memory_order_release);
    atomic_store_explicit(&header->generation, live->generation, memory_order_release);
}

void
gph_table_put_mark(gph_table *table, const gph_table_mark *mark)
{
    gph_table_live *live = table->live;
    if (!live->header || table->access != GPH_TABLE_WRITE)
        return;
    if (mark->filled < live->mark.filled)
        live->generation++;
    live->mark = *mark;
    if (live->mark.filled > live->frames)
        live->mark.filled = live->frames;
    gph_table_publish(live);
}

gph_status
gph_table_swap(gph_table *table)
{
    gph_table_live *live = table->live;
    if (!live->header || table->access != GPH_TABLE_WRITE || !live->banks[1] || live->lent)
        return GPH_STATE;
    live->bank ^= 1;
    live->generation++;
    gph_table_publish(live);
    return GPH_OK;
}
