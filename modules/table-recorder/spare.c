/* How a table-recorder keeps what was there before a punch. [audio]
 *
 * At each punch a copy of the table into the spare bank begins where the punch does and runs
 * COPY_SPEED times as fast as the head, so nothing is overwritten that was not copied before. When
 * the copy is whole, undo is a swap of the banks (and so is a second undo: redo). All of it is
 * counted in frames, never in blocks. */
#include "pass.h"

#include <string.h>

enum { COPY_SPEED = 64 };

bool GPH_AUDIO
gph_table_copy_is_whole(const gph_node *self)
{
    return self->copied == self->copy_size;
}

void GPH_AUDIO
gph_table_begin_copy(gph_node *self, uint64_t from)
{
    if (self->undo_wanted)
        self->rt->fault(self->rt, UNDO_DROPPED, 0, 0);
    self->undo_wanted = false;
    if (self->tables->view(self->table)->spare == NULL) {
        if (self->has_spare)
            self->rt->fault(self->rt, SPARE_AWAY, 0, 0);
        self->may_undo = false;
        self->copied = self->copy_size = 0;
        return;
    }
    self->other = self->now;
    self->copy_size = self->now.filled;
    self->copy_from = from < self->copy_size ? from : 0;
    self->copied = 0;
    self->may_undo = true;
}

/* What is due in `frames` frames, from the punch to the end of the bank and on from its start. */
void GPH_AUDIO
gph_table_copy_on(gph_node *self, const gph_table_view *view, uint64_t frames)
{
    uint64_t left = self->copy_size - self->copied;
    uint64_t due = frames * COPY_SPEED < left ? frames * COPY_SPEED : left;
    while (due > 0) {
        uint64_t at = self->copy_from + self->copied;
        if (at >= self->copy_size)
            at -= self->copy_size;
        uint64_t n = self->copy_size - at < due ? self->copy_size - at : due;
        for (uint32_t c = 0; c < view->channels; c++)
            memcpy(view->spare[c] + at, view->ch[c] + at, (size_t)n * sizeof(float));
        self->copied += n;
        due -= n;
    }
}

uint64_t GPH_AUDIO
gph_table_copy_lasts(const gph_node *self)
{
    return (self->copy_size - self->copied + COPY_SPEED - 1) / COPY_SPEED;
}

bool GPH_AUDIO
gph_table_swap_banks(gph_node *self)
{
    bank was = self->now;
    if (self->tables->swap(self->table) != GPH_OK)
        return false;
    self->now = self->other;
    self->other = was;
    self->undo_wanted = false;
    return true;
}
