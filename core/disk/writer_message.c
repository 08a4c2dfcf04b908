/* What an engine and its writer process say to each other. [control, writer] */
#include "writer_message.h"

#include "part_file.h"

#include <stdlib.h>
#include <string.h>

const char *
gph_writer_version(void)
{
    return GPH_VERSION " 2";
}

/* ---------------------------------------------------------------- request */

void
gph_writer_put_request(gph_packet *packet, const gph_stream_site *site,
                       const gph_stream_write *what)
{
    gph_packet_text(packet, site->node);
    gph_packet_text(packet, site->patch);
    gph_packet_text(packet, site->folder);
    gph_packet_text(packet, site->below);
    gph_packet_bytes(packet, what, sizeof *what);
    gph_packet_text(packet, what->file);
    gph_packet_text(packet, what->format);
    gph_packet_text(packet, what->failover);
    gph_packet_u32(packet, what->labels ? what->n_labels : 0);
    for (uint32_t n = 0; what->labels && n < what->n_labels; n++)
        gph_packet_text(packet, what->labels[n]);
    gph_packet_u32(packet, what->tags ? what->n_tags : 0);
    for (uint32_t n = 0; what->tags && n < what->n_tags; n++) {
        gph_packet_text(packet, what->tags[n].key);
        gph_packet_text(packet, what->tags[n].value);
    }
}

static bool
read_labels(gph_packet_reader *reader, gph_writer_request *request)
{
    uint32_t n = gph_packet_read_count(reader, sizeof(uint32_t));
    request->labels = calloc((size_t)n + 1, sizeof *request->labels);
    if (!request->labels)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        request->labels[i] = gph_packet_read_text(reader);
        reader->failed = reader->failed || !request->labels[i];
    }
    request->what.n_labels = n;
    request->what.labels = n ? request->labels : NULL;
    return !reader->failed;
}

static bool
read_tags(gph_packet_reader *reader, gph_writer_request *request)
{
    uint32_t n = gph_packet_read_count(reader, 2 * sizeof(uint32_t));
    request->tags = calloc((size_t)n + 1, sizeof *request->tags);
    if (!request->tags)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        request->tags[i].key = gph_packet_read_text(reader);
        request->tags[i].value = gph_packet_read_text(reader);
        reader->failed = reader->failed || !request->tags[i].key || !request->tags[i].value;
    }
    request->what.n_tags = n;
    request->what.tags = n ? request->tags : NULL;
    return !reader->failed;
}

bool
gph_writer_read_request(gph_packet_reader *reader, gph_writer_request *request)
{
    *request = (gph_writer_request){.labels = NULL};
    request->site.node = gph_packet_read_text(reader);
    request->site.patch = gph_packet_read_text(reader);
    request->site.folder = gph_packet_read_text(reader);
    request->site.below = gph_packet_read_text(reader);
    gph_packet_read(reader, &request->what, sizeof request->what);
    request->what.size = sizeof request->what;
    request->what.file = gph_packet_read_text(reader);
    request->what.format = gph_packet_read_text(reader);
    request->what.failover = gph_packet_read_text(reader);
    if (read_labels(reader, request) && read_tags(reader, request) && request->site.node &&
        request->site.folder && request->what.file)
        return true;
    gph_writer_request_finish(request);
    return false;
}

void
gph_writer_request_finish(gph_writer_request *request)
{
    free(request->labels);
    free(request->tags);
    *request = (gph_writer_request){.labels = NULL};
}

/* ---------------------------------------------------------------- fault */

void
gph_writer_put_fault(gph_packet *packet, const gph_disk_order *order)
{
    gph_packet_u32(packet, (uint32_t)order->fault);
    gph_packet_i64(packet, order->ns);
    gph_packet_i64(packet, order->bytes);
}

bool
gph_writer_read_fault(gph_packet_reader *reader, gph_disk_order *order)
{
    uint32_t fault = gph_packet_read_u32(reader);
    order->ns = gph_packet_read_i64(reader);
    order->bytes = gph_packet_read_i64(reader);
    order->fault = (gph_disk_fault)fault;
    return !reader->failed && fault <= GPH_DISK_FULL && order->ns >= 0 &&
           order->ns <= GPH_DISK_MOST_NS && order->bytes >= 0;
}

/* ---------------------------------------------------------------- terms */

void
gph_writer_put_terms(gph_packet *packet, const gph_writer_terms *terms)
{
    gph_packet_real(packet, terms->rate);
    gph_packet_u32(packet, terms->max_frames);
    gph_packet_u32(packet, terms->resume);
    gph_packet_i64(packet, (int64_t)terms->bytes);
    gph_packet_bytes(packet, &terms->ring, sizeof terms->ring);
    gph_packet_u32(packet, terms->ring.channels);
    gph_packet_bytes(packet, terms->latency, terms->ring.channels * sizeof *terms->latency);
}

bool
gph_writer_read_terms(gph_packet_reader *reader, gph_writer_terms *terms, uint32_t *latency)
{
    *terms = (gph_writer_terms){.latency = latency};
    terms->rate = gph_packet_read_real(reader);
    terms->max_frames = gph_packet_read_u32(reader);
    terms->resume = gph_packet_read_u32(reader) != 0;
    terms->bytes = (uint64_t)gph_packet_read_i64(reader);
    gph_packet_read(reader, &terms->ring, sizeof terms->ring);
    uint32_t n = gph_packet_read_count(reader, sizeof *latency);
    if (n > GPH_MAX_CHANNELS)
        return false;
    gph_packet_read(reader, latency, n * sizeof *latency);
    gph_ring_geometry sane;
    size_t bytes;
    return !reader->failed && terms->rate > 0 && terms->rate <= 10e6 && terms->max_frames &&
           terms->max_frames <= GPH_MAX_FRAMES && n && n == terms->ring.channels &&
           gph_ring_plan(n, terms->ring.frames, &sane, &bytes) &&
           !memcmp(&sane, &terms->ring, sizeof sane) && bytes == terms->bytes;
}

/* ---------------------------------------------------------------- file */

void
gph_writer_put_file(gph_packet *packet, const gph_take_file *file)
{
    gph_packet_bytes(packet, file, sizeof *file);
    gph_packet_text(packet, file->path);
    gph_packet_text(packet, file->error);
    gph_packet_u32(packet, file->channels);
    gph_packet_bytes(packet, file->peak, file->channels * sizeof *file->peak);
    gph_packet_u32(packet, file->channels);
    gph_packet_bytes(packet, file->rms, file->channels * sizeof *file->rms);
    gph_packet_u32(packet, file->n_gaps);
    gph_packet_bytes(packet, file->gaps, file->n_gaps * sizeof *file->gaps);
    gph_packet_u32(packet, file->n_cues);
    gph_packet_bytes(packet, file->cues, file->n_cues * sizeof *file->cues);
}

/* As many things as a count says, in memory of their own; at least one, so that NULL is a failure. */
static void *
read_list(gph_packet_reader *reader, size_t each, uint32_t *n)
{
    *n = gph_packet_read_count(reader, each);
    void *list = calloc((size_t)*n + 1, each);
    if (list)
        gph_packet_read(reader, list, *n * each);
    return list;
}

static char *
read_copy(gph_packet_reader *reader)
{
    const char *text = gph_packet_read_text(reader);
    return text ? strdup(text) : NULL;
}

gph_take_file *
gph_writer_read_file(gph_packet_reader *reader)
{
    gph_take_file *file = calloc(1, sizeof *file);
    if (!file)
        return NULL;
    gph_packet_read(reader, file, sizeof *file);
    file->format[sizeof file->format - 1] = '\0';
    uint32_t channels = file->channels;
    file->path = read_copy(reader);
    file->error = read_copy(reader);
    file->peak = read_list(reader, sizeof *file->peak, &file->channels);
    file->rms = read_list(reader, sizeof *file->rms, &file->channels);
    file->gaps = read_list(reader, sizeof *file->gaps, &file->n_gaps);
    file->cues = read_list(reader, sizeof *file->cues, &file->n_cues);
    if (!reader->failed && file->path && file->peak && file->rms && file->gaps && file->cues &&
        file->channels == channels)
        return file;
    gph_take_file_free(file);
    return NULL;
}
