/* Chunks of a RIFF file, written one after the other into memory: a name of four bytes, a length, the
 * body, and a byte more where the length is odd. [writer] */
#ifndef GPH_DISK_CHUNK_H
#define GPH_DISK_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed it is empty. */
typedef struct gph_chunks {
    uint8_t *bytes;
    size_t used, room;
    bool failed; /* no memory, or a chunk beyond 4 GiB: what is there is not whole */
} gph_chunks;

/* Begins a chunk, within another if one is open; the result is for its end. */
size_t gph_chunk_begin(gph_chunks *chunks, const char *name);
void gph_chunk_end(gph_chunks *chunks, size_t begin);

/* Parts of a body; numbers are little-endian. */
void gph_chunk_bytes(gph_chunks *chunks, const void *bytes, size_t size);
void gph_chunk_zeros(gph_chunks *chunks, size_t size);
void gph_chunk_16(gph_chunks *chunks, uint32_t value);
void gph_chunk_32(gph_chunks *chunks, uint32_t value);
void gph_chunk_64(gph_chunks *chunks, uint64_t value);
/* Exactly `size` bytes of ASCII: cut or filled up with zeros, a '?' for each other character. */
void gph_chunk_ascii(gph_chunks *chunks, const char *text, size_t size);
void gph_chunk_format(gph_chunks *chunks, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void gph_chunks_finish(gph_chunks *chunks);

/* Copies at most size - 1 bytes of a text, cut between two characters: what is no UTF-8, or no
 * character of XML 1.0, becomes '?', a line's end, tabulator or other control character a blank. */
void gph_chunk_clean(const char *text, char *clean, size_t size);

#endif
