/* Containers and sample formats: which exist, which go together, what their names are. [any] */
#include "format.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Samples as bits, for the table below. */
enum {
    INTEGERS = 1 << GPH_S16 | 1 << GPH_S24 | 1 << GPH_S32,
    FLOATS = 1 << GPH_F32 | 1 << GPH_F64,
    LAWS = 1 << GPH_ULAW | 1 << GPH_ALAW,
    ALL = INTEGERS | FLOATS | LAWS,
    SHORTER = 1 << GPH_S16 | 1 << GPH_S24
};

/* 3.6 GiB: what 32-bit lengths hold with room for every header. */
#define SHORT_FILE INT64_C(3865470566)

static const struct {
    const char *word;
    const char *endings; /* each between two blanks */
    int major;           /* of libsndfile */
    int wide;            /* of libsndfile, beyond 2 channels */
    int samples;         /* that it can hold */
    gph_sample usual;    /* where nobody says */
    uint32_t channels;   /* at most */
    double rate;         /* at most */
    int64_t limit;       /* bytes of sound */
} containers[GPH_N_CONTAINERS] = {
    {"wav", " wav wave ", SF_FORMAT_WAV, SF_FORMAT_WAVEX, ALL, GPH_F32, 1024, INT32_MAX, INT64_MAX},
    {"rf64", " rf64 ", SF_FORMAT_RF64, SF_FORMAT_RF64, ALL, GPH_F32, 1024, INT32_MAX, INT64_MAX},
    {"w64", " w64 ", SF_FORMAT_W64, SF_FORMAT_W64, ALL, GPH_F32, 1024, INT32_MAX, INT64_MAX},
    {"au", " au snd ", SF_FORMAT_AU, SF_FORMAT_AU, ALL, GPH_F32, 1024, INT32_MAX, INT64_MAX},
    {"caf", " caf ", SF_FORMAT_CAF, SF_FORMAT_CAF, ALL, GPH_F32, 1024, INT32_MAX, INT64_MAX},
    {"raw", " raw pcm ", SF_FORMAT_RAW | SF_ENDIAN_LITTLE, SF_FORMAT_RAW | SF_ENDIAN_LITTLE, ALL,
     GPH_F32, 1024, INT32_MAX, INT64_MAX},
    {"aiff", " aif aiff aifc ", SF_FORMAT_AIFF, SF_FORMAT_AIFF, ALL, GPH_F32, 1024, INT32_MAX,
     SHORT_FILE},
    {"sd2", " sd2 ", SF_FORMAT_SD2, SF_FORMAT_SD2, INTEGERS, GPH_S24, 1024, INT32_MAX, INT64_MAX},
    {"flac", " flac ", SF_FORMAT_FLAC, SF_FORMAT_FLAC, SHORTER, GPH_S24, 8, 655350, INT64_MAX},
    {"ogg", " ogg oga ", SF_FORMAT_OGG, SF_FORMAT_OGG, 0, GPH_VORBIS, 255, 200000, INT64_MAX},
};

static const struct {
    const char *word;
    int subtype; /* of libsndfile */
    uint32_t bytes;
} samples[] = {
    {"s16", SF_FORMAT_PCM_16, 2}, {"s24", SF_FORMAT_PCM_24, 3},    {"s32", SF_FORMAT_PCM_32, 4},
    {"f32", SF_FORMAT_FLOAT, 4},  {"f64", SF_FORMAT_DOUBLE, 8},    {"ulaw", SF_FORMAT_ULAW, 1},
    {"alaw", SF_FORMAT_ALAW, 1},  {"vorbis", SF_FORMAT_VORBIS, 0},
};

const char *
gph_container_word(gph_container container)
{
    return containers[container].word;
}

const char *
gph_sample_word(gph_sample sample)
{
    return samples[sample].word;
}

void
gph_format_text(gph_format format, char *text, size_t size)
{
    if (format.sample == GPH_VORBIS)
        snprintf(text, size, "%s", containers[format.container].word);
    else
        snprintf(text, size, "%s-%s", containers[format.container].word,
                 samples[format.sample].word);
}

bool
gph_container_of_name(const char *name, gph_container *container)
{
    const char *slash = strrchr(name, '/');
    const char *dot = strrchr(slash ? slash : name, '.');
    size_t length = dot ? strlen(dot + 1) : 0;
    if (!length || length > 8)
        return false;
    char wanted[12];
    snprintf(wanted, sizeof wanted, " %s ", dot + 1);
    for (char *at = wanted; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
    for (size_t n = 0; n < GPH_N_CONTAINERS; n++)
        if (strstr(containers[n].endings, wanted)) {
            *container = (gph_container)n;
            return true;
        }
    return false;
}

/* Whether the first `length` bytes of `text` are `word`. */
static bool
is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && !strncasecmp(text, word, length);
}

typedef struct halves {
    bool has_container, has_sample;
    gph_format format;
} halves;

static bool
read_word(const char *word, size_t length, halves *found)
{
    for (size_t n = 0; n < GPH_N_CONTAINERS && !found->has_container; n++)
        if (is_word(word, length, containers[n].word)) {
            found->format.container = (gph_container)n;
            found->has_container = true;
            return !found->has_sample;
        }
    for (size_t n = 0; n < GPH_N_SAMPLES && !found->has_sample; n++)
        if (is_word(word, length, samples[n].word)) {
            found->format.sample = (gph_sample)n;
            found->has_sample = true;
            return true;
        }
    return false;
}

static bool
read_halves(const char *format, halves *found)
{
    size_t first = strcspn(format, "-");
    if (!read_word(format, first, found))
        return false;
    return !format[first] || (found->has_container &&
                              read_word(format + first + 1, strlen(format + first + 1), found));
}

/* The words of a container's sample formats: "s16, s24". */
static void
list_samples(gph_container container, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t n = 0; n < GPH_N_SAMPLES && used < size; n++)
        if (containers[container].samples & 1 << n)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                                     samples[n].word);
}

static bool
settle_container(const char *name, bool codes, halves *found, char *text, size_t size)
{
    gph_container ending;
    bool known = gph_container_of_name(name, &ending);
    if (!found->has_container)
        found->format.container = known ? ending : GPH_WAV;
    /* RF64 is a WAV for many programs, which look for that ending. */
    bool same = !known || ending == found->format.container ||
                (ending == GPH_WAV && found->format.container == GPH_RF64);
    if (same)
        return true;
    if (!codes) {
        snprintf(text, size, "the ending of '%s' says %s, the format says %s; let them agree", name,
                 containers[ending].word, containers[found->format.container].word);
        return false;
    }
    snprintf(text, size, "'fileformat' says %s, the ending of '%s' says %s, which counts",
             containers[found->format.container].word, name, containers[ending].word);
    found->format.container = ending;
    return true;
}

bool
gph_format_find(const char *format, const char *name, bool codes, gph_format *result, char *text,
                size_t size)
{
    halves found = {false, false, {GPH_WAV, GPH_F32}};
    text[0] = '\0';
    if (format && *format && !read_halves(format, &found)) {
        snprintf(text, size,
                 "'%s' is not a format; a container (wav rf64 w64 au caf raw aiff sd2 flac ogg), a "
                 "sample format (s16 s24 s32 f32 f64 ulaw alaw) or both, as in wav-s24, are",
                 format);
        return false;
    }
    if (!settle_container(name, codes, &found, text, size))
        return false;
    gph_container container = found.format.container;
    if (container == GPH_OGG && found.has_sample && !codes) {
        snprintf(text, size, "ogg has one sample format; leave '%s' out",
                 samples[found.format.sample].word);
        return false;
    }
    if (!found.has_sample || container == GPH_OGG)
        found.format.sample = containers[container].usual;
    if (container != GPH_OGG && !(containers[container].samples & 1 << found.format.sample)) {
        char possible[64];
        list_samples(container, possible, sizeof possible);
        snprintf(text, size, "%s cannot hold %s; it holds %s", containers[container].word,
                 samples[found.format.sample].word, possible);
        return false;
    }
    *result = found.format;
    return true;
}

bool
gph_format_carries(gph_format format, uint32_t channels, double rate, char *text, size_t size)
{
    const char *word = containers[format.container].word;
    if (channels < 1 || channels > containers[format.container].channels) {
        snprintf(text, size, "%s holds 1 to %u channels, not %u", word,
                 containers[format.container].channels, channels);
        return false;
    }
    if (rate > containers[format.container].rate) {
        snprintf(text, size, "%s goes up to %.0f Hz, not %.0f", word,
                 containers[format.container].rate, rate);
        return false;
    }
    if (rate > 0 && rate != rint(rate)) {
        snprintf(text, size, "files say their rate in whole hertz, which %g is not", rate);
        return false;
    }
    return true;
}

uint32_t
gph_sample_bytes(gph_sample sample)
{
    return samples[sample].bytes;
}

bool
gph_sample_is_integer(gph_sample sample)
{
    return sample <= GPH_S32;
}

bool
gph_sample_is_float(gph_sample sample)
{
    return sample == GPH_F32 || sample == GPH_F64;
}

bool
gph_format_has_cues(gph_format format)
{
    return format.container == GPH_WAV || format.container == GPH_RF64;
}

int
gph_format_sndfile(gph_format format, uint32_t channels)
{
    int major =
        channels > 2 ? containers[format.container].wide : containers[format.container].major;
    return major | samples[format.sample].subtype;
}

int64_t
gph_format_limit(gph_format format)
{
    return containers[format.container].limit;
}
