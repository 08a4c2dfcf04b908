/* The faults of a rehearsal: read, named, judged. [control] */
#include "rehearsal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Bytes that a disk still takes before it is full: enough that a batch is cut in its midst, soon used up. */
#define ROOM 65536.0

/* In the order of GPH_REHEARSE_*. Times in seconds. */
static const struct {
    const char *word, *of;
    uint32_t flags; /* of its amount */
    double usual, most;
} kinds[] = {
    [GPH_REHEARSE_STALL] = {"stall", "of", 0, 3, 600},
    [GPH_REHEARSE_FULL] = {"full", "for", GPH_SPEC_OR_BYTES, 3, 600},
    [GPH_REHEARSE_XRUN] = {"xrun", "of", 0, 0.05, 10},
    [GPH_REHEARSE_UNPLUG] = {"unplug", "for", 0, 2, 600},
};
static const char *const words[] = {"stall", "full", "xrun", "unplug", NULL};
enum { N_KINDS = sizeof kinds / sizeof *kinds, MOST_WORD = 32 };

const char *
gph_rehearsal_word(uint32_t kind)
{
    return kinds[kind].word;
}

/* ---------------------------------------------------------------- reading */

static bool
find_kind(const char *text, size_t n, uint32_t *kind, char *why, size_t size)
{
    char word[MOST_WORD + 1];
    snprintf(word, sizeof word, "%.*s", n < MOST_WORD ? (int)n : MOST_WORD, text);
    for (*kind = 0; *kind < N_KINDS; ++*kind)
        if (!strcmp(kinds[*kind].word, word))
            return true;
    const char *nearest = gph_nearest(word, words);
    if (!n)
        snprintf(why, size, "a fault is missing; stall, full, xrun and unplug are possible");
    else if (nearest)
        snprintf(why, size, "there is no fault '%s'; did you mean '%s'?", word, nearest);
    else
        snprintf(why, size, "there is no fault '%s'; stall, full, xrun and unplug are possible",
                 word);
    return false;
}

static bool
read_fault(const char *text, size_t n, gph_rehearsal_fault *fault, char *why, size_t size)
{
    const char *equals = memchr(text, '=', n);
    size_t word = equals ? (size_t)(equals - text) : n;
    *fault = (gph_rehearsal_fault){.begun = -1, .ended = -1};
    if (!find_kind(text, word, &fault->kind, why, size))
        return false;
    fault->amount = (gph_quantity){kinds[fault->kind].usual, GPH_FORM_SECONDS};
    if (!equals)
        return true;
    const gph_spec spec = {.unit = GPH_UNIT_SECONDS,
                           .flags = kinds[fault->kind].flags | GPH_SPEC_OPEN_MIN,
                           .min = 0,
                           .max = kinds[fault->kind].most,
                           .name = kinds[fault->kind].word};
    gph_fault wrong = {.text = ""};
    if (gph_value_parse_number(equals + 1, n - word - 1, &spec, &fault->amount, &wrong) == GPH_OK)
        return true;
    snprintf(why, size, "%s", wrong.text);
    return false;
}

bool
gph_rehearsal_add(gph_rehearsal *rehearsal, const char *text, char *why, size_t size)
{
    for (;;) {
        size_t n = strcspn(text, ",");
        if (rehearsal->n_faults == GPH_REHEARSAL_MOST) {
            snprintf(why, size, "a rehearsal has at most %d faults", (int)GPH_REHEARSAL_MOST);
            return false;
        }
        if (!read_fault(text, n, &rehearsal->faults[rehearsal->n_faults], why, size))
            return false;
        rehearsal->n_faults++;
        if (!text[n])
            return true;
        text += n + 1;
    }
}

uint32_t
gph_rehearsal_kinds(const gph_rehearsal *rehearsal)
{
    uint32_t all = 0;
    for (uint32_t n = 0; n < rehearsal->n_faults; n++)
        all |= 1u << rehearsal->faults[n].kind;
    return all;
}

/* ---------------------------------------------------------------- amounts */

static bool
is_of_bytes(const gph_rehearsal_fault *fault)
{
    return fault->amount.form == GPH_FORM_BYTES;
}

double
gph_rehearsal_seconds(const gph_rehearsal_fault *fault, double rate)
{
    if (is_of_bytes(fault))
        return kinds[fault->kind].usual;
    /* Where frames were asked for, the bound could not be seen before. */
    return fmin(gph_quantity_seconds(fault->amount, rate), kinds[fault->kind].most);
}

int64_t
gph_rehearsal_bytes(const gph_rehearsal_fault *fault)
{
    return llround(is_of_bytes(fault) ? fmin(fault->amount.value, 9e15) : ROOM);
}

char *
gph_rehearsal_name(const gph_rehearsal_fault *fault, char *text, size_t size)
{
    char amount[64];
    uint32_t unit = is_of_bytes(fault)                      ? GPH_UNIT_BYTES
                    : fault->amount.form == GPH_FORM_FRAMES ? GPH_UNIT_FRAMES
                                                            : GPH_UNIT_SECONDS;
    gph_value_print(fault->amount.value, unit, amount, sizeof amount);
    snprintf(text, size, "%s %s %s", kinds[fault->kind].word,
             is_of_bytes(fault) ? "after" : kinds[fault->kind].of, amount);
    return text;
}

/* ---------------------------------------------------------------- verdicts */

/* A ring that would have held what this one did not. */
static void
advise(const gph_rehearsal_fault *fault, double rate, char *text, size_t size)
{
    double missing = (double)fault->lost / rate;
    double enough = ceil((fault->ring_seconds + missing) * 1.2);
    snprintf(text, size, "; 'buffer = %.0fs' would have held them", enough);
}

static void
judge_disk(gph_rehearsal_fault *fault, double rate, char *text, size_t size)
{
    char held[96] = "";
    char advice[96] = "";
    if (fault->ring_seconds > 0)
        snprintf(held, sizeof held, "; the ring holds %.1f s and was filled to %.0f %%",
                 fault->ring_seconds, fault->ring_peak * 100);
    if (fault->lost > 0 && fault->ring_seconds > 0)
        advise(fault, rate, advice, sizeof advice);
    snprintf(text, size, "%s%s%s", held, fault->took_over ? "; failover took over" : "", advice);
}

static void
judge_host(const gph_rehearsal_fault *fault, char *text, size_t size)
{
    double away = (double)(fault->over_ns - fault->begun_ns) / 1e9;
    *text = '\0';
    if (fault->kind == GPH_REHEARSE_UNPLUG && fault->state != GPH_REHEARSAL_UNDER_WAY)
        snprintf(text, size, "; it was back after %.1f s", away);
}

void
gph_rehearsal_judge(gph_rehearsal_fault *fault, double rate)
{
    char name[96];
    char what[256];
    gph_rehearsal_name(fault, name, sizeof name);
    if (fault->state == GPH_REHEARSAL_WAITS) {
        snprintf(fault->verdict, sizeof fault->verdict,
                 "%s: did not take place, as no take was written long enough", name);
        return;
    }
    bool disk = fault->kind == GPH_REHEARSE_STALL || fault->kind == GPH_REHEARSE_FULL;
    if (disk)
        judge_disk(fault, rate, what, sizeof what);
    else
        judge_host(fault, what, sizeof what);
    snprintf(fault->verdict, sizeof fault->verdict, "%s: %lld frames lost%s%.63s%s%s%s", name,
             (long long)fault->lost, fault->lost ? " in [" : "", fault->lost ? fault->loser : "",
             fault->lost ? "]" : "", what,
             fault->state == GPH_REHEARSAL_UNDER_WAY ? "; the run ended before it was over"
             : fault->state == GPH_REHEARSAL_OVER    ? "; the rig has not recovered from it"
                                                     : "");
}
