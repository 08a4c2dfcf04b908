/* Hears OSC messages: our own socket, so that it listens where the patch says and nowhere else; liblo reads the
 * messages. [control]
 *
 * A bundle is taken apart here and its time tag not heeded: what comes is done now. Source of the formats: "The Open
 * Sound Control 1.0 Specification", opensoundcontrol.org. */
#include "osc.h"

#include "../platform/datagram.h"

#include <lo/lo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Longest datagram that is looked at: a bundle of some fifty messages. Longer ones are refused whole. */
enum { LONGEST = 4096, DEEPEST = 4, BUNDLE_HEAD = 16 };

struct gph_osc {
    gph_datagram *datagram;
    void (*heard)(void *user, const gph_osc_message *message);
    void *user;
    uint64_t n_refused;
    /* Words, as liblo turns numbers round in place and wants them aligned. */
    uint32_t bytes[(LONGEST + 4) / 4];
};

gph_status
gph_osc_new(const char *address, uint32_t port,
            void (*heard)(void *user, const gph_osc_message *message), void *user, char *why,
            size_t n, gph_osc **osc)
{
    *osc = calloc(1, sizeof **osc);
    if (!*osc)
        return GPH_MEMORY;
    (*osc)->heard = heard;
    (*osc)->user = user;
    gph_status status = gph_datagram_new(address, port, why, n, &(*osc)->datagram);
    if (status < 0) {
        free(*osc);
        *osc = NULL;
    }
    return status;
}

void
gph_osc_free(gph_osc *osc)
{
    if (osc)
        gph_datagram_free(osc->datagram);
    free(osc);
}

uint64_t
gph_osc_n_refused(gph_osc *osc)
{
    return osc->n_refused + gph_datagram_n_dropped(osc->datagram);
}

bool
gph_osc_matches(const char *path, const char *address)
{
    return lo_pattern_match(address, path) != 0;
}

/* The first argument as a number. */
static gph_osc_message
read_value(const char *path, lo_message message)
{
    gph_osc_message out = {path, false, 1};
    const char *types = lo_message_get_types(message);
    lo_arg **arguments = lo_message_get_argv(message);
    if (!types || !types[0])
        return out;
    out.has_value = true;
    if (lo_is_numerical_type((lo_type)types[0]))
        out.value = (float)lo_hires_val((lo_type)types[0], arguments[0]);
    else if (types[0] == LO_FALSE || types[0] == LO_NIL)
        out.value = 0;
    else if (types[0] != LO_TRUE && types[0] != LO_INFINITUM)
        out.has_value = false;
    return out;
}

static bool
take_message(gph_osc *osc, void *bytes, size_t n)
{
    char path[256];
    const char *end = memchr(bytes, 0, n < sizeof path ? n : sizeof path);
    if (!end || ((const char *)bytes)[0] != '/')
        return false;
    memcpy(path, bytes, (size_t)(end - (const char *)bytes) + 1);
    lo_message message = lo_message_deserialise(bytes, n, NULL);
    if (!message)
        return false;
    gph_osc_message out = read_value(path, message);
    lo_message_free(message);
    if (!isfinite(out.value))
        return false;
    osc->heard(osc->user, &out);
    return true;
}

static uint32_t
big_endian(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | (uint32_t)b[3];
}

/* A message, or a bundle of them. Lengths are multiples of 4, so elements stay aligned. */
static bool
take_packet(gph_osc *osc, unsigned char *bytes, size_t n, int depth)
{
    if (n < 8 || n % 4)
        return false;
    if (memcmp(bytes, "#bundle", 8) != 0)
        return take_message(osc, bytes, n);
    if (depth == DEEPEST || n < BUNDLE_HEAD)
        return false;
    bool good = true;
    size_t at = BUNDLE_HEAD;
    while (good && at + 4 <= n) {
        size_t length = big_endian(bytes + at);
        good = length <= n - at - 4 && take_packet(osc, bytes + at + 4, length, depth + 1);
        at += 4 + length;
    }
    return good;
}

bool
gph_osc_poll(gph_osc *osc)
{
    for (int i = 0; i < GPH_OSC_PER_POLL; i++) {
        int64_t n = gph_datagram_take(osc->datagram, osc->bytes, sizeof osc->bytes);
        if (n < 0)
            return false;
        if (n > LONGEST || !take_packet(osc, (unsigned char *)osc->bytes, (size_t)n, 0))
            osc->n_refused++;
    }
    return true;
}
