/* One file that a crash left as `.part`: how much of it is sound, its header, its name. [control] */
#include "lengths.h"
#include "recover_source.h"
#include "recover_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { APART = 16, MOST_SAVED = 1024 };

/* A file being measured. */
typedef struct measured {
    gph_file file;
    int64_t size;
    uint8_t *header, *changed; /* NULL without lengths in a header */
    size_t n_header;
    gph_lengths lengths;
    uint32_t frame_bytes; /* 0: not known */
    int64_t wanted;       /* size that it is to have */
} measured;

/* How many of the frames that are there stay, by what the journal and the boot say. */
static int64_t
decide(gph_recovery *r, int64_t frames_there)
{
    gph_recover_found *found = &r->found;
    const gph_journal_facts *facts = r->facts;
    int64_t synced = facts ? facts->synced : -1;
    int64_t frames = frames_there;
    if (facts && facts->ended >= 0 && frames > facts->ended)
        frames = facts->ended;
    if (r->options->most_frames >= 0) {
        found->cut = frames > r->options->most_frames ? frames - r->options->most_frames : 0;
    } else if (!facts || strcmp(facts->boot, r->options->boot) != 0 || !*facts->boot) {
        int64_t unsure = frames > synced ? frames - (synced > 0 ? synced : 0) : 0;
        bool keeps = synced < 0 || r->options->tail;
        found->doubt = keeps ? unsure : 0;
        found->cut = keeps ? 0 : unsure;
    }
    frames -= found->cut;
    found->missing = synced > frames + found->cut ? synced - frames - found->cut : 0;
    return frames;
}

static int
read_header(gph_recovery *r, measured *m)
{
    m->n_header = (size_t)(m->size < GPH_LENGTHS_MOST ? m->size : GPH_LENGTHS_MOST);
    m->header = malloc(m->n_header);
    if (!m->header)
        return gph_recover_fail(r, -ENOMEM, "cannot look at its header");
    for (size_t done = 0; done < m->n_header;) {
        int64_t n = r->files->read_at(r->files->user, m->file, m->header + done, m->n_header - done,
                                      (int64_t)done);
        if (n < 0)
            return gph_recover_fail(r, (int)n, "cannot be read");
        if (!n)
            m->n_header = done;
        done += (size_t)n;
    }
    return 0;
}

/* Whether header and journal speak of the same sound. */
static bool
agree(gph_recovery *r, const gph_lengths *lengths)
{
    const gph_journal_facts *facts = r->facts;
    uint32_t frame = facts ? facts->channels * gph_sample_bytes(facts->format.sample) : 0;
    if (!facts || (frame == lengths->frame_bytes && facts->channels == lengths->channels &&
                   facts->rate == lengths->rate))
        return true;
    snprintf(r->reason, sizeof r->reason,
             "its header says %u channels, %u Hz, %u bytes a frame, its journal %u, %u, %u",
             lengths->channels, lengths->rate, lengths->frame_bytes, facts->channels, facts->rate,
             frame);
    return false;
}

/* Whether it can be read once its header is changed, as the sound that the journal speaks of. */
static bool
will_open(gph_recovery *r, const measured *m)
{
    gph_recover_source source = {.files = r->files,
                                 .file = m->file,
                                 .size = m->wanted,
                                 .head = m->changed,
                                 .n_head = m->n_header};
    bool opens = gph_recover_source_open(&source, r->format.container);
    const SF_INFO *info = &source.info;
    int wanted = r->facts ? gph_format_sndfile(r->format, 1) & SF_FORMAT_SUBMASK : 0;
    bool same = opens && info->channels == (int)m->lengths.channels &&
                info->samplerate == (int)m->lengths.rate && info->frames >= r->found.frames &&
                info->frames <= r->found.frames + 1 &&
                (!wanted || (info->format & SF_FORMAT_SUBMASK) == wanted);
    gph_recover_source_close(&source);
    if (source.error)
        gph_recover_fail(r, source.error, "cannot be read");
    else if (!same)
        gph_recover_say(r, GPH_RECOVER_REFUSED, "its header is not one that can be read");
    return same && !source.error;
}

/* Fills in what there is and what is to stay; false: `found` says why it is left alone. */
static bool
measure(gph_recovery *r, measured *m)
{
    gph_recover_found *found = &r->found;
    m->wanted = m->size;
    if (!gph_lengths_has(r->format.container)) {
        if (!r->facts) {
            found->frames = -1;
            return true;
        }
        m->frame_bytes = r->facts->channels * gph_sample_bytes(r->facts->format.sample);
        found->frames = decide(r, m->size / m->frame_bytes);
        m->wanted = found->frames * m->frame_bytes;
        return true;
    }
    if (read_header(r, m))
        return false;
    if (!gph_lengths_find(r->format.container, m->header, m->n_header, &m->lengths, r->reason,
                          sizeof r->reason) ||
        !agree(r, &m->lengths)) {
        gph_recover_say(r, GPH_RECOVER_REFUSED, r->reason);
        return false;
    }
    if (m->lengths.sound > m->size) {
        gph_recover_say(r, GPH_RECOVER_REFUSED, "its header is longer than the file");
        return false;
    }
    m->frame_bytes = m->lengths.frame_bytes;
    found->frames = decide(r, (m->size - m->lengths.sound) / m->frame_bytes);
    m->wanted = gph_lengths_file(&m->lengths, found->frames);
    m->n_header = (size_t)m->lengths.sound < m->n_header ? (size_t)m->lengths.sound : m->n_header;
    m->changed = malloc(m->n_header);
    if (!m->changed) {
        gph_recover_fail(r, -ENOMEM, "cannot make its header");
        return false;
    }
    memcpy(m->changed, m->header, m->n_header);
    if (gph_lengths_set(&m->lengths, m->changed, found->frames))
        return will_open(r, m);
    gph_recover_say(r, GPH_RECOVER_REFUSED, "its header has no room for so long a sound");
    return false;
}

/* The next bytes that differ, small distances counted in; false: there are none. */
static bool
next_run(const measured *m, size_t *at, size_t *n)
{
    size_t from = *at + *n;
    while (from < m->n_header && m->header[from] == m->changed[from])
        from++;
    if (from == m->n_header)
        return false;
    size_t last = from;
    for (size_t i = from; i < m->n_header && i - last < APART && i - from < MOST_SAVED; i++)
        last = m->header[i] != m->changed[i] ? i : last;
    *at = from;
    *n = last + 1 - from;
    return true;
}

/* The old bytes go to the journal first. */
static int
change_header(gph_recovery *r, const measured *m)
{
    size_t at = 0;
    size_t n = 0;
    int error = 0;
    if (!m->changed)
        return 0;
    while (next_run(m, &at, &n))
        gph_journal_header(*r->journal, r->below, r->name, (int64_t)at, m->header + at, n);
    if (at + n == 0)
        return 0;
    error = gph_journal_flush(*r->journal);
    at = n = 0;
    while (!error && next_run(m, &at, &n))
        error = gph_recover_write(r, m->file, m->changed + at, n, (int64_t)at);
    return error;
}

/* Cuts after the last frame; the byte that makes the length even is a zero of its own. */
static int
cut(const gph_recovery *r, const measured *m)
{
    int64_t end = m->changed ? m->lengths.sound + r->found.frames * m->frame_bytes : m->wanted;
    int error = 0;
    if (m->size == m->wanted)
        return 0;
    if (m->size > end)
        error = r->files->resize(r->files->user, m->file, end);
    if (error || end == m->wanted)
        return error;
    /* Whoever goes on after a crash is not to take it for a frame. */
    gph_journal_end(*r->journal, r->found.frames);
    error = gph_journal_flush(*r->journal);
    return error ? error : r->files->resize(r->files->user, m->file, m->wanted);
}

static int
finish(gph_recovery *r, measured *m)
{
    uint32_t repeat = 1;
    uint32_t channels = r->facts ? r->facts->channels : m->changed ? m->lengths.channels : 1;
    uint32_t rate = r->facts ? r->facts->rate : m->changed ? m->lengths.rate : 1;
    gph_recover_say(r, GPH_RECOVER_DONE, "");
    if (r->options->dry_run) {
        int error = gph_recover_name(r, &repeat);
        return error ? gph_recover_fail(r, error, "finds no name") : 0;
    }
    int error = gph_recover_open_journal(r, channels, rate);
    if (error)
        return gph_recover_fail(r, error, "its journal cannot be written");
    error = change_header(r, m);
    error = error ? error : cut(r, m);
    error = error ? error : r->files->sync(r->files->user, m->file);
    error = error ? error : gph_recover_mend_fork(r);
    if (error)
        return gph_recover_fail(r, error, "cannot be completed");
    error = gph_recover_rename(r, r->name);
    if (error)
        return gph_recover_fail(r, error, "cannot be given its name");
    error = gph_journal_deed(*r->journal, "recovered", r->below, r->name, r->became,
                             r->found.frames, r->found.doubt, r->found.cut);
    return error ? gph_recover_fail(r, error, "its journal cannot be written") : 0;
}

/* Nothing was ever written to it. */
static int
remove_empty(gph_recovery *r)
{
    gph_recover_say(r, GPH_RECOVER_EMPTY, "there is no sound in it");
    if (r->options->dry_run)
        return 0;
    gph_recover_remove_fork(r);
    int error = r->files->remove(r->files->user, r->folder, r->name);
    return error ? gph_recover_fail(r, error, "cannot be removed") : 0;
}

int
gph_recover_file(gph_recovery *r)
{
    measured m = {.file =
                      r->files->open_in(r->files->user, r->folder, r->name, !r->options->dry_run)};
    r->found.frames = -1;
    if (m.file < 0)
        return m.file == -EAGAIN ? gph_recover_say(r, GPH_RECOVER_LIVE, "somebody writes to it")
               : m.file == -ELOOP
                   ? gph_recover_say(r, GPH_RECOVER_REFUSED, "it is a link, not a file")
               : m.file == -EINVAL ? gph_recover_say(r, GPH_RECOVER_REFUSED, "it is no file")
                                   : gph_recover_fail(r, (int)m.file, "cannot be opened");
    int error = 0;
    m.size = r->files->size(r->files->user, m.file);
    gph_recover_find_fork(r);
    if (m.size < 0)
        error = gph_recover_fail(r, (int)m.size, "cannot be looked at");
    else if (m.size == 0 && r->facts)
        error = remove_empty(r);
    else if (m.size == 0)
        gph_recover_say(r, GPH_RECOVER_REFUSED, "there is nothing in it");
    else if (r->format.container == GPH_FLAC || r->format.container == GPH_OGG)
        error = gph_recover_decode(r, m.file, m.size);
    else if (measure(r, &m))
        error = finish(r, &m);
    else
        error = r->found.state == GPH_RECOVER_FAILED ? -EIO : 0;
    free(m.header);
    free(m.changed);
    r->files->close(r->files->user, m.file);
    return error;
}
