/* The lengths that stand in the header of a sound file. [control] */
#include "lengths.h"

#include <graphophone/module.h>

#include <stdio.h>
#include <string.h>

/* The header being walked. */
typedef struct header {
    const uint8_t *bytes;
    size_t n;
    bool big; /* most significant byte first */
} header;

/* 0 beyond the end, which fits no check. */
static uint64_t
number(const header *h, size_t at, int bytes)
{
    uint64_t value = 0;
    if (at > h->n || (size_t)bytes > h->n - at)
        return 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)h->bytes[at + (size_t)i] << 8 * (h->big ? bytes - 1 - i : i);
    return value;
}

static bool
is(const header *h, size_t at, const char *name, size_t length)
{
    return at <= h->n && length <= h->n - at && !memcmp(h->bytes + at, name, length);
}

static void
set(uint8_t *at, uint64_t value, int bytes, bool big)
{
    for (int i = 0; i < bytes; i++)
        at[big ? bytes - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

bool
gph_lengths_has(gph_container container)
{
    return container == GPH_WAV || container == GPH_RF64 || container == GPH_W64 ||
           container == GPH_AU || container == GPH_CAF || container == GPH_AIFF;
}

/* How chunks stand in a container. */
typedef struct chunks {
    const char *form; /* what a file begins with */
    size_t first;     /* offset of the first chunk */
    size_t name, length, head;
    bool big;
    bool counts_head; /* the length of a chunk counts its head */
    uint64_t even;    /* chunks begin at multiples of it */
    const char *format, *count, *data;
} chunks;

#define W64_TAIL "\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A"
static const chunks riff = {"RIFF", 12, 4, 4, 8, false, false, 2, "fmt ", "fact", "data"};
static const chunks w64 = {"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00",
                           40,
                           16,
                           8,
                           24,
                           false,
                           true,
                           8,
                           "fmt " W64_TAIL,
                           "fact" W64_TAIL,
                           "data" W64_TAIL};
static const chunks aiff = {"FORM", 12, 4, 4, 8, true, false, 2, "COMM", "COMM", "SSND"};
static const chunks caf = {"caff", 8, 4, 8, 12, true, false, 1, "desc", "", "data"};

static const chunks *
chunks_of(gph_container container)
{
    return container == GPH_W64    ? &w64
           : container == GPH_AIFF ? &aiff
           : container == GPH_CAF  ? &caf
                                   : &riff;
}

/* Goes from chunk to chunk up to the one with the sound; its offset, or 0. */
static size_t
walk(const header *h, const chunks *c, size_t *format, gph_lengths *l)
{
    for (size_t at = c->first; at < h->n && c->head <= h->n - at;) {
        if (is(h, at, c->data, c->name))
            return at;
        if (is(h, at, c->format, c->name))
            *format = at;
        if (*c->count && is(h, at, c->count, c->name))
            l->count = at;
        uint64_t length = number(h, at + c->name, (int)c->length);
        if (c == &riff && at == c->first && length == 28 &&
            (is(h, at, "JUNK", 4) || is(h, at, "ds64", 4)))
            l->wide = at;
        /* Before sums that may not fit. */
        if (length > h->n || (c->counts_head && length < c->head))
            return 0;
        length += c->counts_head ? 0 : c->head;
        length = (length + c->even - 1) / c->even * c->even;
        if (length > h->n - at)
            return 0;
        at += (size_t)length;
    }
    return 0;
}

/* Hertz out of the 80-bit number of AIFF. */
static uint32_t
extended(const header *h, size_t at)
{
    uint64_t exponent = number(h, at, 2);
    uint64_t mantissa = number(h, at + 2, 8);
    return exponent < 0x3FFF || exponent > 0x3FFF + 31
               ? 0
               : (uint32_t)(mantissa >> (63 - (exponent - 0x3FFF)));
}

static void
read_format(const header *h, size_t at, gph_lengths *l)
{
    uint64_t rate = 0;
    uint64_t bits = 0;
    double hertz;
    size_t body = at + chunks_of(l->container)->head;
    if (l->container == GPH_AIFF) {
        l->channels = (uint32_t)number(h, body, 2);
        bits = number(h, body + 6, 2);
        rate = extended(h, body + 8);
        /* AIFF-C gives bits of what was compressed; its kinds that we write are these. */
        if (is(h, body + 18, "ulaw", 4) || is(h, body + 18, "alaw", 4))
            bits = 8;
        else if (is(h, body + 18, "FL64", 4) || is(h, body + 18, "fl64", 4))
            bits = 64;
        l->frame_bytes = (uint32_t)((bits + 7) / 8) * l->channels;
    } else if (l->container == GPH_CAF) {
        uint64_t word = number(h, body, 8);
        memcpy(&hertz, &word, sizeof hertz);
        rate = hertz >= 1 && hertz <= INT32_MAX ? (uint64_t)hertz : 0;
        l->frame_bytes = (uint32_t)number(h, body + 16, 4);
        l->channels = number(h, body + 20, 4) == 1 ? (uint32_t)number(h, body + 24, 4) : 0;
    } else {
        l->channels = (uint32_t)number(h, body + 2, 2);
        rate = number(h, body + 4, 4);
        l->frame_bytes = (uint32_t)number(h, body + 12, 2);
    }
    l->rate = (uint32_t)rate;
}

static int64_t
said_frames(const header *h, const gph_lengths *l)
{
    const chunks *c = chunks_of(l->container);
    uint64_t bytes = number(h, l->data + c->name, (int)c->length);
    if (l->large)
        bytes = number(h, l->wide + 16, 8);
    bytes -= l->container == GPH_AIFF ? 8 : l->container == GPH_CAF ? 4 : 0;
    bytes -= c->counts_head ? c->head : 0;
    return bytes > INT64_MAX ? -1 : (int64_t)(bytes / l->frame_bytes);
}

static bool
find_chunks(const header *h, gph_lengths *l)
{
    const chunks *c = chunks_of(l->container);
    size_t format = 0;
    l->large = l->container <= GPH_RF64 && is(h, 0, "RF64", 4);
    size_t form = c == &w64 ? 16 : 4;
    if (!l->large && !is(h, 0, c->form, form))
        return false;
    if ((c == &riff && !is(h, 8, "WAVE", 4)) ||
        (c == &aiff && !is(h, 8, "AIFF", 4) && !is(h, 8, "AIFC", 4)))
        return false;
    l->data = walk(h, c, &format, l);
    if (!l->data || !format)
        return false;
    read_format(h, format, l);
    size_t skip = c == &aiff ? 8 : c == &caf ? 4 : 0;
    l->sound = (int64_t)(l->data + c->head + skip);
    /* Nobody fills the first block of an AIFF file with something else. */
    return (c != &aiff || !number(h, l->data + 8, 4)) && (!l->large || l->wide);
}

static bool
find_au(const header *h, gph_lengths *l)
{
    static const uint8_t bytes[] = {[1] = 1, [3] = 2, [4] = 3, [5] = 4, [6] = 4, [7] = 8, [27] = 1};
    uint64_t encoding = number(h, 12, 4);
    if (!is(h, 0, ".snd", 4) || h->n < 24 || encoding >= sizeof bytes)
        return false;
    l->sound = (int64_t)number(h, 4, 4);
    l->rate = (uint32_t)number(h, 16, 4);
    l->channels = (uint32_t)number(h, 20, 4);
    l->frame_bytes = l->channels <= GPH_MAX_CHANNELS ? bytes[encoding] * l->channels : 0;
    return l->sound >= 24 && l->sound % 4 == 0;
}

bool
gph_lengths_find(gph_container container, const uint8_t *bytes, size_t n, gph_lengths *lengths,
                 char *text, size_t size)
{
    header h = {bytes, n, container == GPH_AU || chunks_of(container)->big};
    *lengths = (gph_lengths){.container = container};
    bool found = container == GPH_AU ? find_au(&h, lengths) : find_chunks(&h, lengths);
    if (!found) {
        snprintf(text, size, "its beginning is not that of a %s file",
                 gph_container_word(container));
        return false;
    }
    uint32_t channels = lengths->channels;
    if (!channels || channels > GPH_MAX_CHANNELS || !lengths->rate || !lengths->frame_bytes ||
        lengths->frame_bytes % channels || lengths->frame_bytes / channels > 8) {
        snprintf(text, size, "its header says what cannot be: %u channels, %u Hz, %u bytes a frame",
                 channels, lengths->rate, lengths->frame_bytes);
        return false;
    }
    if (container == GPH_AU)
        lengths->frames = (int64_t)(number(&h, 8, 4) / lengths->frame_bytes);
    else
        lengths->frames = said_frames(&h, lengths);
    return true;
}

int64_t
gph_lengths_file(const gph_lengths *l, int64_t frames)
{
    int64_t end = l->sound + frames * l->frame_bytes;
    bool even = l->container != GPH_W64 && l->container != GPH_AU;
    return even ? end + (end & 1) : end;
}

static bool
set_riff(const gph_lengths *l, uint8_t *bytes, int64_t frames)
{
    uint64_t data = (uint64_t)(frames * l->frame_bytes);
    uint64_t whole = (uint64_t)gph_lengths_file(l, frames) - 8;
    bool large = l->large || whole > UINT32_MAX;
    if (large && !l->wide)
        return false;
    if (large) {
        memcpy(bytes, "RF64", 4);
        memcpy(bytes + l->wide, "ds64", 4);
        set(bytes + l->wide + 8, whole, 8, false);
        set(bytes + l->wide + 16, data, 8, false);
        set(bytes + l->wide + 24, (uint64_t)frames, 8, false);
    }
    set(bytes + 4, large ? UINT32_MAX : whole, 4, false);
    set(bytes + l->data + 4, large ? UINT32_MAX : data, 4, false);
    if (l->count)
        set(bytes + l->count + 8, frames < UINT32_MAX ? (uint64_t)frames : UINT32_MAX, 4, false);
    return true;
}

bool
gph_lengths_set(const gph_lengths *l, uint8_t *bytes, int64_t frames)
{
    uint64_t data = (uint64_t)(frames * l->frame_bytes);
    uint64_t end = (uint64_t)gph_lengths_file(l, frames);
    switch (l->container) {
    case GPH_W64:
        set(bytes + 16, end, 8, false);
        set(bytes + l->data + 16, data + 24, 8, false);
        if (l->count)
            set(bytes + l->count + 24, (uint64_t)frames, 8, false);
        return true;
    case GPH_AU:
        set(bytes + 8, data <= INT32_MAX ? data : UINT32_MAX, 4, true);
        return true;
    case GPH_CAF:
        set(bytes + l->data + 4, data + 4, 8, true);
        return true;
    case GPH_AIFF:
        if (end > UINT32_MAX)
            return false;
        set(bytes + 4, end - 8, 4, true);
        set(bytes + l->data + 4, data + (uint64_t)l->sound - l->data - 8, 4, true);
        set(bytes + l->count + 10, (uint64_t)frames, 4, true);
        return true;
    default:
        return set_riff(l, bytes, frames);
    }
}
