/* Any bytes as a `.part` and its journal: recovery changes no byte of sound, promises no frame that is not
 * there, writes over nothing, and what it makes can be opened. [fuzzer]
 *
 * The input is text, then bytes:
 *
 *     NAME BOOT ...            file's name without `.part`; `here` or `away`; perhaps `tail`, `named`
 *     line of a journal        as many as there are, each gets the check that it needs
 *     !line                    one that stands as it is
 *     ---
 *     the `.part`
 */
#include "../../core/disk/recover.h"
#include "../../core/disk/journal_line.h"
#include "../../core/disk/lengths.h"
#include "../support/memory_disk.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_INPUT = 1 << 20, MOST_JOURNAL = 1 << 16 };

/* What must never be. */
#define demand(truth)                                                                              \
    do {                                                                                           \
        if (!(truth)) {                                                                            \
            fprintf(stderr, "line %d: not so: %s\n", __LINE__, #truth);                            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

typedef struct input {
    char name[64];
    bool away, tail, named;
    char journal[MOST_JOURNAL];
    size_t n_journal;
    const uint8_t *part;
    size_t n_part;
} input;

static void
add_line(input *in, const char *line, size_t n)
{
    char text[1100];
    int length = *line == '!' ? snprintf(text, sizeof text, "%.*s\n", (int)n - 1, line + 1)
                              : snprintf(text, sizeof text, "%.*s ~%08x\n", (int)n, line,
                                         gph_journal_crc(line, n));
    if (in->n_journal + (size_t)length < sizeof in->journal) {
        memcpy(in->journal + in->n_journal, text, (size_t)length);
        in->n_journal += (size_t)length;
    }
}

static bool
take_apart(const uint8_t *data, size_t size, input *in)
{
    const char *at = (const char *)data;
    const char *end = at + size;
    const char *line_end = memchr(at, '\n', size);
    char words[200];
    if (!line_end || (size_t)(line_end - at) >= sizeof words)
        return false;
    snprintf(words, sizeof words, "%.*s", (int)(line_end - at), at);
    if (sscanf(words, "%40s", in->name) != 1 || strchr(in->name, '/'))
        return false;
    in->away = strstr(words, " away") != NULL;
    in->tail = strstr(words, " tail") != NULL;
    in->named = strstr(words, " named") != NULL;
    for (at = line_end + 1; at < end; at = line_end + 1) {
        line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end)
            return false;
        size_t n = (size_t)(line_end - at);
        if (n == 3 && !memcmp(at, "---", 3))
            break;
        if (n && n < 1000)
            add_line(in, at, n);
    }
    in->part = (const uint8_t *)line_end + 1;
    in->n_part = at < end ? (size_t)(end - line_end - 1) : 0;
    return at < end;
}

/* ---- what came of it */

typedef struct outcome {
    uint32_t n, failed;
    gph_recover_state state; /* of the file itself */
    char became[300];
    char format[32];
    int64_t frames, doubt, cut, missing;
} outcome;

static void
hear(void *user, const gph_recover_found *found)
{
    outcome *o = user;
    demand((found->state == GPH_RECOVER_DONE) == (*found->became != '\0'));
    demand(found->state == GPH_RECOVER_DONE || *found->reason);
    demand(found->doubt >= 0 && found->cut >= 0 && found->missing >= 0);
    o->n++;
    o->failed += found->state == GPH_RECOVER_FAILED;
    o->state = found->state;
    snprintf(o->became, sizeof o->became, "%s", found->became);
    snprintf(o->format, sizeof o->format, "%s", found->format);
    o->frames = found->frames;
    o->doubt = found->doubt;
    o->cut = found->cut;
    o->missing = found->missing;
}

static outcome
recover(memory_disk *disk, const input *in, bool dry_run)
{
    outcome o = {.n = 0};
    char path[80];
    gph_recover_options options = {.files = memory_disk_files(disk),
                                   .dry_run = dry_run,
                                   .tail = in->tail,
                                   .most_frames = -1,
                                   .boot = in->away ? "away" : "here",
                                   .found = hear,
                                   .user = &o};
    snprintf(path, sizeof path, "/%s.part", in->name);
    gph_recover_path(&options, in->named ? path : "/");
    return o;
}

typedef struct view {
    const uint8_t *bytes;
    sf_count_t size, at;
} view;

static sf_count_t
view_length(void *user)
{
    return ((view *)user)->size;
}

static sf_count_t
view_seek(sf_count_t offset, int whence, void *user)
{
    view *v = user;
    v->at = offset + (whence == SEEK_CUR ? v->at : whence == SEEK_END ? v->size : 0);
    return v->at;
}

static sf_count_t
view_read(void *bytes, sf_count_t count, void *user)
{
    view *v = user;
    sf_count_t n = v->at >= 0 && v->at < v->size ? v->size - v->at : 0;
    n = n < count ? n : count;
    memcpy(bytes, v->bytes + (n ? v->at : 0), (size_t)n);
    v->at += n;
    return n;
}

static sf_count_t
view_write(const void *bytes, sf_count_t count, void *user)
{
    (void)bytes, (void)count, (void)user;
    return 0;
}

static sf_count_t
view_tell(void *user)
{
    return ((view *)user)->at;
}

static void
check_opens(const uint8_t *bytes, size_t size)
{
    SF_VIRTUAL_IO io = {view_length, view_seek, view_read, view_write, view_tell};
    view v = {bytes, (sf_count_t)size, 0};
    SF_INFO info = {.format = 0};
    SNDFILE *sound = sf_open_virtual(&io, SFM_READ, &info, &v);
    demand(sound != NULL);
    sf_close(sound);
}

/* What the name says, or else the journal ("wav-s16"). */
static bool
container_of(const input *in, const outcome *o, gph_container *container)
{
    if (gph_container_of_name(in->name, container))
        return true;
    for (uint32_t n = 0; n < GPH_N_CONTAINERS; n++) {
        const char *word = gph_container_word((gph_container)n);
        size_t length = strlen(word);
        *container = (gph_container)n;
        if (!strncmp(o->format, word, length) && (!o->format[length] || o->format[length] == '-'))
            return true;
    }
    return false;
}

/* Sound as it was, as far as it goes; not more than there was. */
static void
check_file(const memory_disk *disk, const input *in, const outcome *o)
{
    size_t size;
    char text[200];
    gph_container container = GPH_RAW;
    gph_lengths lengths = {.sound = 0, .frame_bytes = 0};
    const uint8_t *bytes = memory_disk_bytes(disk, o->became, &size);
    demand(bytes && container_of(in, o, &container));
    if (container == GPH_FLAC || container == GPH_OGG) {
        check_opens(bytes, size);
        return;
    }
    if (gph_lengths_has(container)) {
        check_opens(bytes, size);
        demand(gph_lengths_find(container, bytes, size, &lengths, text, sizeof text));
        demand(lengths.frames == o->frames || container == GPH_AU);
    }
    if (o->frames >= 0 && lengths.frame_bytes) {
        int64_t end = lengths.sound + o->frames * lengths.frame_bytes;
        demand(end <= (int64_t)in->n_part);
        demand(!memcmp(bytes + lengths.sound, in->part + lengths.sound,
                       (size_t)(end - lengths.sound)));
    } else {
        demand(size <= in->n_part && !memcmp(bytes, in->part, size));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char foreign[] = "mine";
    input *in = calloc(1, sizeof *in);
    char path[80];
    demand(in != NULL);
    if (size > MOST_INPUT || !take_apart(data, size, in)) {
        free(in);
        return 0;
    }
    memory_disk *disk = memory_disk_new();
    memory_disk_put(disk, "taken.wav", foreign, 4);
    snprintf(path, sizeof path, "%s.part", in->name);
    memory_disk_put(disk, path, in->part, in->n_part);
    if (in->n_journal) {
        snprintf(path, sizeof path, "%s.journal", in->name);
        memory_disk_put(disk, path, in->journal, in->n_journal);
    }
    outcome dry = recover(disk, in, true);
    demand(memory_disk_n_changes(disk) == 0);
    outcome wet = recover(disk, in, false);
    /* What a journal calls by a roundabout way a dry run meets again. */
    demand(dry.n >= wet.n && dry.failed >= wet.failed);
    demand(dry.n > wet.n || (dry.frames == wet.frames && !strcmp(dry.became, wet.became)));
    if (wet.n && wet.state == GPH_RECOVER_DONE)
        check_file(disk, in, &wet);
    size_t there;
    const uint8_t *taken = memory_disk_bytes(disk, "taken.wav", &there);
    demand(there == 4 && !memcmp(taken, foreign, 4));
    if (!wet.failed && !in->named) {
        size_t changes = memory_disk_n_changes(disk);
        outcome again = recover(disk, in, false);
        demand(again.state != GPH_RECOVER_DONE || again.n == 0);
        demand(memory_disk_n_changes(disk) == changes);
    }
    memory_disk_free(disk);
    free(in);
    return 0;
}
