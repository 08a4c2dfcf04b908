/* What a writer notes beside its ring, and how another reads it. [writer] */
#include "writer_memo.h"

#include "journal_line.h"

#include <stdlib.h>
#include <string.h>

/* What stands before a memo. */
typedef struct memo_head {
    uint32_t size;
    uint32_t sum;
} memo_head;

_Static_assert(sizeof(memo_head) <= GPH_RING_LINE, "there is room for it");

static char *
slot(const gph_writer *writer, uint64_t version)
{
    return writer->ring.shared->memo[version % 2];
}

/* ---------------------------------------------------------------- noting */

static void
put_part(gph_packet *packet, const gph_writer *writer, const gph_part *part, gph_memo_role role,
         const gph_take *take, int64_t pending)
{
    if (!part)
        return;
    gph_packet_u32(packet, (uint32_t)role);
    gph_packet_u32(packet, gph_part_plan_of(part) == &writer->plan.spare);
    gph_packet_i64(packet, gph_part_first(part));
    gph_packet_i64(packet, gph_part_frames(part) - pending);
    gph_take_gap head;
    gph_take_gap tail;
    gph_part_ends(part, &head, &tail);
    gph_packet_bytes(packet, &head, sizeof head);
    gph_packet_bytes(packet, &tail, sizeof tail);
    gph_packet_bytes(packet, take, sizeof *take);
    gph_packet_text(packet, gph_part_below(part));
    gph_packet_text(packet, gph_part_part_name(part));
}

static uint32_t
count_parts(const gph_writer *writer)
{
    return writer->n_closing + (writer->part != NULL) + (writer->ahead != NULL) +
           (writer->away_part != NULL);
}

static void
put_parts(gph_packet *packet, const gph_writer *writer)
{
    const gph_take *take = &writer->take;
    gph_packet_u32(packet, count_parts(writer));
    for (uint32_t n = 0; n < writer->n_closing; n++)
        put_part(packet, writer, writer->closing[n].part, GPH_MEMO_CLOSED, &writer->closing[n].end,
                 0);
    put_part(packet, writer, writer->part, GPH_MEMO_WRITTEN, take, take->graph - take->flushed);
    put_part(packet, writer, writer->away_part, GPH_MEMO_PARKED, &writer->away_take,
             writer->away_take.graph - writer->away_take.flushed);
    put_part(packet, writer, writer->ahead, GPH_MEMO_AHEAD, take, 0);
}

/* What is known of the samples of a part, unless the disk has yet to take some of them or there is no room. Behind all
 * that another must know. */
static void
put_sums(gph_packet *packet, const gph_writer *writer, const gph_part *part, int64_t pending)
{
    uint32_t channels = writer->ring.geometry.channels;
    size_t bytes = channels * sizeof(gph_channel_sums);
    int64_t left;
    if (!part)
        return;
    /* What somebody cut is shorter than what was added up. */
    bool known = !pending && !gph_part_is_lost(part, &left);
    /* Behind it there may be a count for each other part. */
    known = known && packet->size + bytes + GPH_MEMO_PARTS * sizeof(uint32_t) <=
                         GPH_RING_MEMO - GPH_RING_LINE;
    gph_packet_u32(packet, known ? channels : 0);
    for (uint32_t c = 0; known && c < channels; c++)
        gph_packet_bytes(packet, gph_part_channel_sums(part, c), sizeof(gph_channel_sums));
}

/* In the order of put_parts. */
static void
put_all_sums(gph_packet *packet, const gph_writer *writer)
{
    for (uint32_t n = 0; n < writer->n_closing; n++)
        put_sums(packet, writer, writer->closing[n].part, 0);
    put_sums(packet, writer, writer->part, writer->take.graph - writer->take.flushed);
    put_sums(packet, writer, writer->away_part,
             writer->away_take.graph - writer->away_take.flushed);
    if (writer->ahead)
        gph_packet_u32(packet, 0);
}

static void
put_list(gph_packet *packet, const void *list, uint32_t n, size_t each)
{
    gph_packet_u32(packet, n);
    gph_packet_bytes(packet, list, n * each);
}

static void
put_all(gph_packet *packet, const gph_writer *writer)
{
    gph_packet_i64(packet, (int64_t)writer->marks);
    gph_packet_i64(packet, (int64_t)writer->out);
    gph_packet_i64(packet, writer->gaps);
    gph_packet_u32(packet, writer->ended);
    gph_packet_i64(packet, writer->end_clock);
    gph_packet_u32(packet, writer->away);
    gph_packet_bytes(packet, &writer->status, sizeof writer->status);
    gph_packet_bytes(packet, &writer->take, sizeof writer->take);
    gph_packet_bytes(packet, &writer->away_take, sizeof writer->away_take);
    put_list(packet, writer->rescues, writer->n_rescues, sizeof *writer->rescues);
    put_list(packet, writer->commands, writer->n_commands, sizeof *writer->commands);
    put_list(packet, writer->timeline.breaks, writer->timeline.n_breaks,
             sizeof *writer->timeline.breaks);
    put_parts(packet, writer);
    put_all_sums(packet, writer);
}

void
gph_memo_note(gph_writer *writer)
{
    gph_ring_shared *shared = writer->ring.shared;
    gph_packet *packet = &writer->memo;
    packet->size = 0;
    put_all(packet, writer);
    memo_head head = {(uint32_t)packet->size, 0};
    if (packet->failed || packet->size > GPH_RING_MEMO - GPH_RING_LINE)
        head.size = 0;
    else
        head.sum = gph_journal_crc(packet->bytes, packet->size);
    uint64_t version = atomic_load_explicit(&shared->memo_version, memory_order_relaxed) + 1;
    char *to = slot(writer, version);
    memcpy(to, &head, sizeof head);
    memcpy(to + GPH_RING_LINE, packet->bytes, head.size);
    atomic_store_explicit(&shared->memo_version, version, memory_order_release);
}

/* ---------------------------------------------------------------- reading */

static uint32_t
read_list(gph_packet_reader *reader, void *list, uint32_t most, size_t each)
{
    uint32_t n = gph_packet_read_count(reader, each);
    reader->failed = reader->failed || n > most;
    if (reader->failed)
        return 0;
    gph_packet_read(reader, list, n * each);
    return n;
}

static void
copy_text(gph_packet_reader *reader, char *to, size_t size)
{
    const char *text = gph_packet_read_text(reader);
    size_t length = text ? strlen(text) : size;
    reader->failed = reader->failed || length >= size;
    if (reader->failed)
        *to = '\0';
    else
        memcpy(to, text, length + 1);
}

static void
read_parts(gph_packet_reader *reader, gph_memo_parts *parts)
{
    uint32_t n = gph_packet_read_u32(reader);
    reader->failed = reader->failed || n > GPH_MEMO_PARTS;
    parts->n = reader->failed ? 0 : n;
    for (uint32_t p = 0; p < parts->n; p++) {
        gph_memo_part *part = &parts->parts[p];
        part->role = gph_packet_read_u32(reader);
        part->spare = gph_packet_read_u32(reader) != 0;
        part->first = gph_packet_read_i64(reader);
        part->frames = gph_packet_read_i64(reader);
        gph_packet_read(reader, &part->head, sizeof part->head);
        gph_packet_read(reader, &part->tail, sizeof part->tail);
        gph_packet_read(reader, &part->take, sizeof part->take);
        copy_text(reader, part->below, sizeof part->below);
        copy_text(reader, part->name, sizeof part->name);
        reader->failed = reader->failed || part->role > GPH_MEMO_AHEAD || part->frames < 0;
    }
}

static void
read_sums(gph_packet_reader *reader, const gph_writer *writer, gph_memo_parts *parts)
{
    for (uint32_t p = 0; p < parts->n && !reader->failed; p++) {
        uint32_t n = gph_packet_read_count(reader, sizeof(gph_channel_sums));
        reader->failed = reader->failed || (n && n != writer->ring.geometry.channels);
        if (!n || reader->failed)
            continue;
        gph_channel_sums *sums = malloc(n * sizeof *sums);
        if (sums)
            gph_packet_read(reader, sums, n * sizeof *sums);
        else
            reader->at += n * sizeof *sums; /* not known, then */
        parts->sums[p] = sums;
    }
}

void
gph_memo_parts_free(gph_memo_parts *parts)
{
    for (uint32_t p = 0; parts && p < GPH_MEMO_PARTS; p++)
        free(parts->sums[p]);
    free(parts);
}

static void
read_all(gph_packet_reader *reader, gph_writer *writer, gph_memo_parts *parts)
{
    writer->marks = (uint64_t)gph_packet_read_i64(reader);
    writer->out = (uint64_t)gph_packet_read_i64(reader);
    writer->gaps = gph_packet_read_i64(reader);
    writer->ended = gph_packet_read_u32(reader) != 0;
    writer->end_clock = gph_packet_read_i64(reader);
    writer->away = gph_packet_read_u32(reader) != 0;
    gph_packet_read(reader, &writer->status, sizeof writer->status);
    gph_packet_read(reader, &writer->take, sizeof writer->take);
    gph_packet_read(reader, &writer->away_take, sizeof writer->away_take);
    writer->n_rescues =
        read_list(reader, writer->rescues, GPH_WRITER_RESCUES, sizeof *writer->rescues);
    writer->n_commands =
        read_list(reader, writer->commands, GPH_RING_MARKS, sizeof *writer->commands);
    writer->timeline.n_breaks = read_list(reader, writer->timeline.breaks, GPH_TIMELINE_BREAKS,
                                          sizeof *writer->timeline.breaks);
    read_parts(reader, parts);
    read_sums(reader, writer, parts);
}

bool
gph_memo_read(gph_writer *writer, gph_memo_parts *parts)
{
    memo_head head;
    uint64_t version =
        atomic_load_explicit(&writer->ring.shared->memo_version, memory_order_acquire);
    parts->n = 0;
    if (!version) /* it died before its first step */
        return true;
    const char *from = slot(writer, version);
    memcpy(&head, from, sizeof head);
    if (!head.size || head.size > GPH_RING_MEMO - GPH_RING_LINE ||
        head.sum != gph_journal_crc(from + GPH_RING_LINE, head.size))
        return false;
    gph_packet_reader reader = {.bytes = from + GPH_RING_LINE, .size = head.size};
    read_all(&reader, writer, parts);
    return !reader.failed && reader.at == reader.size;
}
