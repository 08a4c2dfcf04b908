/*
 * What the work of the benchmark costs at least: plain loops over plain files, with no graph, no ring, no check and
 * no care. speed.py measures them in the same run as the program. [benchmark program]
 *
 *     lower_bound make CHANNELS SECONDS OUT    a 16-bit file of noise, 48 kHz
 *     lower_bound S1 IN OUT                    stereo -> reverb -> 16 bit
 *     lower_bound S2 IN OUT                    any width -> 80 Hz high-pass, gain -> 24 bit
 *     lower_bound S3 CHANNELS SECONDS          silence into memory, with fades
 *     lower_bound S4 NODES FRAMES BLOCKS       gains in a chain
 *     lower_bound S6 FILE                      splits a patch into lines, allocates a block a section
 */
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATE   48000
#define HEADER 44
#define CHUNK  1024
#define WIDEST 128

static void
die(const char *what)
{
    perror(what);
    exit(1);
}

static void *
take(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    if (!memory)
        die("memory");
    return memory;
}

static void
put32(unsigned char *at, uint32_t value)
{
    for (int n = 0; n < 4; n++)
        at[n] = (unsigned char)(value >> (8 * n));
}

/* The 44 bytes before the samples of a WAV file. */
static void
write_header(FILE *file, uint32_t channels, uint32_t bits, uint64_t bytes)
{
    unsigned char header[HEADER] = "RIFF....WAVEfmt ";
    uint32_t data = bytes > UINT32_MAX - HEADER ? UINT32_MAX - HEADER : (uint32_t)bytes;
    put32(header + 4, data + HEADER - 8);
    put32(header + 16, 16);
    put32(header + 20, 1u | channels << 16);
    put32(header + 24, RATE);
    put32(header + 28, RATE * channels * bits / 8);
    put32(header + 32, channels * bits / 8 | bits << 16);
    memcpy(header + 36, "data", 4);
    put32(header + 40, data);
    fwrite(header, 1, HEADER, file);
}

typedef struct input {
    int file;
    uint32_t channels;
    uint64_t frames;
    int16_t *samples; /* the next CHUNK frames */
} input;

static input
open_input(const char *path)
{
    unsigned char header[HEADER];
    struct stat status;
    input in = {.file = open(path, O_RDONLY)};
    if (in.file < 0 || fstat(in.file, &status) != 0 || read(in.file, header, HEADER) != HEADER)
        die(path);
    in.channels = header[22];
    if (in.channels == 0 || in.channels > WIDEST)
        die("channels");
    in.frames = ((uint64_t)status.st_size - HEADER) / (2 * in.channels);
    in.samples = take((size_t)CHUNK * in.channels, sizeof *in.samples);
    return in;
}

static void
read_input(input *in, uint64_t frames)
{
    if (read(in->file, in->samples, (size_t)frames * in->channels * 2) < 0)
        die("read");
}

static int
make(uint32_t channels, uint32_t seconds, const char *path)
{
    FILE *file = fopen(path, "wb");
    uint64_t n = (uint64_t)channels * seconds * RATE;
    uint32_t state = 1;
    int16_t block[4096];
    if (!file)
        die(path);
    write_header(file, channels, 16, n * 2);
    while (n > 0) {
        size_t now = n < 4096 ? (size_t)n : 4096;
        for (size_t k = 0; k < now; k++) {
            state = state * 1664525u + 1013904223u;
            block[k] = (int16_t)((int32_t)state >> 19);
        }
        fwrite(block, 2, now, file);
        n -= now;
    }
    return fclose(file);
}

/* ---------------------------------------------------------------- S1: the reverb, one channel at a time */

typedef struct line {
    float *memory;
    int length, at;
    float low;
} line;

static const int comb_lengths[] = {1215, 1293, 1390, 1476, 1548, 1623, 1695, 1760};
static const int pass_lengths[] = {605, 480, 371, 245};

static void
comb(line *l, const float *in, float *sum, int n)
{
    const float feedback = 0.7f + 0.29f * 0.5f, damp = 0.25f;
    for (int k = 0; k < n; k++) {
        float out = l->memory[l->at];
        l->low = out + (l->low - out) * damp;
        l->memory[l->at] = in[k] + l->low * feedback;
        if (++l->at == l->length)
            l->at = 0;
        sum[k] += out;
    }
}

static void
pass(line *l, float *signal, int n)
{
    for (int k = 0; k < n; k++) {
        float out = l->memory[l->at];
        l->memory[l->at] = signal[k] + out * 0.5f;
        if (++l->at == l->length)
            l->at = 0;
        signal[k] = out - signal[k];
    }
}

static int
s1(const char *from, const char *to)
{
    input in = open_input(from);
    FILE *file = fopen(to, "wb");
    line combs[2][8], passes[2][4];
    float dry[CHUNK], wet[CHUNK];
    int16_t out[CHUNK * 2];
    if (!file || in.channels != 2)
        die(to);
    for (int c = 0; c < 2; c++) {
        for (int n = 0; n < 8; n++)
            combs[c][n] = (line){take((size_t)comb_lengths[n], 4), comb_lengths[n], 0, 0};
        for (int n = 0; n < 4; n++)
            passes[c][n] = (line){take((size_t)pass_lengths[n], 4), pass_lengths[n], 0, 0};
    }
    write_header(file, 2, 16, in.frames * 4);
    for (uint64_t at = 0; at < in.frames; at += CHUNK) {
        int n = in.frames - at < CHUNK ? (int)(in.frames - at) : CHUNK;
        read_input(&in, (uint64_t)n);
        for (int c = 0; c < 2; c++) {
            for (int k = 0; k < n; k++)
                dry[k] = in.samples[2 * k + c] * (1 / 32768.0f);
            memset(wet, 0, sizeof wet);
            for (int l = 0; l < 8; l++)
                comb(&combs[c][l], dry, wet, n);
            for (int l = 0; l < 4; l++)
                pass(&passes[c][l], wet, n);
            for (int k = 0; k < n; k++) {
                float y = (wet[k] * 0.0106f + dry[k] * 0.7071f) * 32767;
                y = y > 32767 ? 32767 : y < -32768 ? -32768 : y;
                out[2 * k + c] = (int16_t)lrintf(y);
            }
        }
        fwrite(out, 4, (size_t)n, file);
    }
    return fclose(file);
}

/* ---------------------------------------------------------------- S2: high-pass and gain, all channels */

static int
s2(const char *from, const char *to)
{
    input in = open_input(from);
    FILE *file = fopen(to, "wb");
    const uint32_t width = in.channels;
    const double w = 2 * M_PI * 80 / RATE, alpha = sin(w) / (2 * 0.7071), norm = 1 / (1 + alpha);
    const float b0 = (float)((1 + cos(w)) / 2 * norm), b1 = -2 * b0;
    const float a1 = (float)(-2 * cos(w) * norm), a2 = (float)((1 - alpha) * norm);
    float z1[WIDEST] = {0}, z2[WIDEST] = {0};
    unsigned char *out = take((size_t)CHUNK * width * 3, 1);
    if (!file)
        die(to);
    write_header(file, width, 24, in.frames * width * 3);
    for (uint64_t at = 0; at < in.frames; at += CHUNK) {
        uint64_t n = in.frames - at < CHUNK ? in.frames - at : CHUNK;
        unsigned char *byte = out;
        read_input(&in, n);
        for (uint64_t k = 0; k < n; k++) {
            float y[WIDEST];
            const int16_t *frame = in.samples + k * width;
            for (uint32_t c = 0; c < width; c++) {
                float x = frame[c] * (1 / 32768.0f);
                y[c] = b0 * x + z1[c];
                z1[c] = b1 * x - a1 * y[c] + z2[c];
                z2[c] = b0 * x - a2 * y[c];
            }
            for (uint32_t c = 0; c < width; c++, byte += 3) {
                float scaled = y[c] * 0.5f * 8388607;
                scaled = scaled > 8388607 ? 8388607 : scaled < -8388608 ? -8388608 : scaled;
                int32_t value = (int32_t)lrintf(scaled);
                byte[0] = (unsigned char)value;
                byte[1] = (unsigned char)(value >> 8);
                byte[2] = (unsigned char)(value >> 16);
            }
        }
        fwrite(out, 3, (size_t)n * width, file);
    }
    free(out);
    return fclose(file);
}

/* ---------------------------------------------------------------- S3, S4, S6 */

static int
s3(uint32_t channels, uint32_t seconds)
{
    const size_t frames = (size_t)seconds * RATE, fade = RATE / 100;
    const size_t bytes = frames * channels * sizeof(float);
    float *table = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static float silence[64];
    if (table == MAP_FAILED)
        die("memory");
    madvise(table, bytes, MADV_HUGEPAGE);
    for (size_t at = 0; at < frames; at += 64) {
        for (uint32_t c = 0; c < channels; c++) {
            float *to = table + c * frames + at;
            if (at >= fade && at + 64 <= frames - fade) {
                memcpy(to, silence, sizeof silence);
                continue;
            }
            for (size_t k = 0; k < 64; k++) {
                size_t p = at + k, q = frames - 1 - p;
                float gain = p < fade   ? (float)p / (float)fade
                             : q < fade ? (float)q / (float)fade
                                        : 1;
                to[k] = silence[k] * gain;
            }
        }
    }
    return table[frames / 2] != 0;
}

static int
s4(uint32_t nodes, uint32_t frames, uint32_t blocks)
{
    float *buffer = take(frames, sizeof *buffer);
    float *gains = take(nodes, sizeof *gains);
    for (uint32_t n = 0; n < nodes; n++)
        gains[n] = n % 2 ? 0.999f : 1.001f;
    for (uint32_t k = 0; k < frames; k++)
        buffer[k] = 0.5f;
    for (uint32_t b = 0; b < blocks; b++)
        for (uint32_t n = 0; n < nodes; n++) {
            const float gain = gains[n];
            for (uint32_t k = 0; k < frames; k++)
                buffer[k] *= gain;
        }
    printf("%g\n", (double)buffer[0]);
    free(gains);
    free(buffer);
    return 0;
}

static int
s6(const char *path)
{
    FILE *file = fopen(path, "rb");
    char text[1024];
    size_t n_sections = 0, n_keys = 0;
    if (!file)
        die(path);
    while (fgets(text, sizeof text, file)) {
        char *equals = strchr(text, '=');
        if (text[0] == '[')
            memset(take(64, sizeof(float)), 1, 64 * sizeof(float)), n_sections++;
        else if (equals)
            memcpy(take(1, strlen(text) + 1), text, strlen(text)), n_keys++;
    }
    printf("%zu sections, %zu keys\n", n_sections, n_keys);
    return fclose(file);
}

static uint32_t
number(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 10);
}

int
main(int argc, char **argv)
{
    const char *work = argc > 1 ? argv[1] : "";
    if (argc == 5 && strcmp(work, "make") == 0)
        return make(number(argv[2]), number(argv[3]), argv[4]) != 0;
    if (argc == 4 && strcmp(work, "S1") == 0)
        return s1(argv[2], argv[3]) != 0;
    if (argc == 4 && strcmp(work, "S2") == 0)
        return s2(argv[2], argv[3]) != 0;
    if (argc == 4 && strcmp(work, "S3") == 0)
        return s3(number(argv[2]), number(argv[3]));
    if (argc == 5 && strcmp(work, "S4") == 0)
        return s4(number(argv[2]), number(argv[3]), number(argv[4]));
    if (argc == 3 && strcmp(work, "S6") == 0)
        return s6(argv[2]) != 0;
    fprintf(stderr, "lower_bound: see the top of tests/bench/lower_bound.c\n");
    return 2;
}
