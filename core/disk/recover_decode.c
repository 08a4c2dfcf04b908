/* FLAC and Ogg: what can be decoded before the first error goes into a new file, which then takes the
 * name; the old one stays until the new one is whole. [control] */
#include "output.h"
#include "recover_source.h"
#include "recover_state.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than this behind an error is not what a crash leaves: it is kept. */
enum { MOST_LEFT = 262144 };
enum { BLOCK = 1024, SAY_EVERY = 1 << 20, MOST_TAGS = 16 };

typedef struct decoding {
    gph_recovery *r;
    gph_recover_source source;
    gph_sample sample;
    gph_output *output;
    gph_tag tags[MOST_TAGS];
    void *block;
    int64_t frames, said;
    int64_t broken_at; /* byte that had been read when an error came; 0: none came */
} decoding;

/* What is in the file must be what its name says, in a way that we write. */
static bool
is_ours(decoding *d)
{
    const SF_INFO *info = &d->source.info;
    const gph_journal_facts *facts = d->r->facts;
    bool flac = d->r->format.container == GPH_FLAC;
    int major = info->format & SF_FORMAT_TYPEMASK;
    int minor = info->format & SF_FORMAT_SUBMASK;
    d->sample = !flac ? GPH_VORBIS : minor == SF_FORMAT_PCM_16 ? GPH_S16 : GPH_S24;
    if (facts &&
        (facts->channels != (uint32_t)info->channels || facts->rate != (uint32_t)info->samplerate))
        return false;
    return info->channels >= 1 && info->channels <= (flac ? 8 : 255) && info->samplerate >= 1 &&
           (flac ? major == SF_FORMAT_FLAC &&
                       (minor == SF_FORMAT_PCM_16 || minor == SF_FORMAT_PCM_24)
                 : major == SF_FORMAT_OGG && minor == SF_FORMAT_VORBIS);
}

static sf_count_t
read_frames(decoding *d, sf_count_t frames)
{
    SNDFILE *sound = d->source.sound;
    return d->sample == GPH_S16   ? sf_readf_short(sound, d->block, frames)
           : d->sample == GPH_S24 ? sf_readf_int(sound, d->block, frames)
                                  : sf_readf_float(sound, d->block, frames);
}

/* Decodes on by so many frames a call until an error or the end; false: an error, in the last call,
 * of which nothing was kept. */
static bool
decode(decoding *d, sf_count_t step, int64_t skip, int *error)
{
    const gph_recover_options *options = d->r->options;
    for (int64_t at = 0; !*error;) {
        sf_count_t n = read_frames(d, at >= skip ? step : skip - at < BLOCK ? skip - at : BLOCK);
        if (sf_error(d->source.sound)) {
            d->broken_at = d->source.at;
            return false;
        }
        if (n <= 0)
            return true;
        at += n;
        if (at <= skip)
            continue;
        if (d->output) {
            *error = gph_output_put(d->output, d->block, (uint32_t)n);
            *error = *error ? *error : gph_output_flush(d->output);
        }
        d->frames += n;
        if (d->frames - d->said >= SAY_EVERY && options->goes_on) {
            d->said = d->frames;
            if (!options->goes_on(options->user, d->r->path, d->r->name, d->frames))
                *error = -ECANCELED;
        }
    }
    return true;
}

/* The block with the error once more, frame by frame: what came before it is good. */
static int
decode_all(decoding *d)
{
    int error = 0;
    bool whole = decode(d, BLOCK, 0, &error);
    if (whole || error)
        return error;
    gph_recover_source_close(&d->source);
    if (!gph_recover_source_open(&d->source, d->r->format.container))
        return d->source.error ? d->source.error : -EIO;
    decode(d, 1, d->frames, &error);
    return error ? error : d->source.error;
}

static uint32_t
copy_tags(decoding *d)
{
    static const char *const keys[] = {"title", "artist", "album", "comment", "copyright",
                                       "genre", "date",   "track", "license"};
    uint32_t n_tags = 0;
    for (size_t n = 0; n < sizeof keys / sizeof *keys; n++) {
        const char *value = sf_get_string(d->source.sound, gph_tag_sndfile(keys[n]));
        if (value && *value)
            d->tags[n_tags++] = (gph_tag){.key = keys[n], .value = value};
    }
    return n_tags;
}

/* The new file is there, whole, and synced; or nothing is. */
static int
make_fresh(decoding *d, const char *fresh)
{
    gph_recovery *r = d->r;
    gph_output_spec spec = {
        .format = {r->format.container, d->sample},
        .channels = (uint32_t)d->source.info.channels,
        .rate = (uint32_t)d->source.info.samplerate,
        .has_quality = true,
        .quality = 0.4,
        .tags = d->tags,
        .n_tags = copy_tags(d),
    };
    gph_file file = r->files->create(r->files->user, r->folder, fresh);
    if (file < 0)
        return (int)file;
    int error = gph_output_new(r->files, file, &spec, &d->output);
    if (error)
        r->files->close(r->files->user, file);
    error = error ? error : decode_all(d);
    error = error ? error : gph_output_end(d->output, NULL, 0);
    error = error ? error : gph_output_flush(d->output);
    error = error ? error : gph_output_sync(d->output);
    gph_output_free(d->output);
    if (error || !d->frames)
        r->files->remove(r->files->user, r->folder, fresh);
    return error;
}

/* What an interrupted recovery has left: done but for the old file, or to be done again. */
static int
take_up(gph_recovery *r, const char *fresh, bool *done)
{
    const gph_journal_entry *entry = r->entry;
    int there = r->files->exists(r->files->user, r->folder, fresh);
    *done = false;
    if (there < 0 || (there && (!entry || !entry->fresh || strcmp(entry->fresh, fresh) != 0)))
        return there < 0 ? there : -EEXIST;
    if (there)
        return r->files->remove(r->files->user, r->folder, fresh);
    if (!entry || !entry->becomes)
        return 0;
    there = r->files->exists(r->files->user, r->folder, entry->becomes);
    *done = there == 1;
    if (*done)
        snprintf(r->became, sizeof r->became, "%s", entry->becomes);
    return there < 0 ? there : 0;
}

/* It says what the new file will be called before it is: then one that is interrupted in between
 * is known for what it is. */
static int
give_name(gph_recovery *r, const char *fresh)
{
    int error;
    uint32_t repeat = 1;
    do {
        error = gph_recover_name(r, &repeat);
        error = error ? error
                      : gph_journal_deed(*r->journal, "becomes", r->below, r->name, r->became, -1,
                                         0, 0);
        if (!error)
            error = r->files->rename_new(r->files->user, r->folder, fresh, r->became);
        repeat++;
    } while (error == -EEXIST);
    return error ? error : r->files->sync(r->files->user, r->folder);
}

/* What there is to say of what was decoded; true: the old file has more to it, and stays. */
static bool
tell(decoding *d)
{
    gph_recovery *r = d->r;
    bool more = d->broken_at && d->source.size - d->broken_at > MOST_LEFT;
    r->found.frames = d->frames;
    if (!d->frames && (more || d->broken_at)) {
        r->found.frames = -1;
        gph_recover_say(r, GPH_RECOVER_REFUSED, "no sound can be decoded from it");
        return true;
    }
    if (!d->frames)
        gph_recover_say(r, GPH_RECOVER_EMPTY, "there is no sound in it");
    else if (more)
        gph_recover_say(r, GPH_RECOVER_DONE, "it breaks off; what is behind is still in the .part");
    return more;
}

static int
finish(decoding *d, const char *fresh)
{
    gph_recovery *r = d->r;
    bool done = false;
    const SF_INFO *info = &d->source.info;
    int error = gph_recover_open_journal(r, (uint32_t)info->channels, (uint32_t)info->samplerate);
    error = error ? error : take_up(r, fresh, &done);
    if (!error && !done)
        error = gph_journal_deed(*r->journal, "fresh", r->below, r->name, fresh, -1, 0, 0);
    error = error || done ? error : make_fresh(d, fresh);
    if (!error && !done && d->frames)
        error = give_name(r, fresh);
    if (!error && (done || !tell(d)))
        error = r->files->remove(r->files->user, r->folder, r->name);
    if (error)
        return gph_recover_fail(r, error, "cannot be decoded into a new file");
    if (done || !d->frames)
        return 0;
    error =
        gph_journal_deed(*r->journal, "recovered", r->below, r->name, r->became, d->frames, 0, 0);
    return error ? gph_recover_fail(r, error, "its journal cannot be written") : 0;
}

/* Looks whether there is a first frame, before anything is changed for it; then goes back. */
static bool
has_sound(decoding *d)
{
    bool has = read_frames(d, 1) == 1 && !sf_error(d->source.sound);
    d->broken_at = sf_error(d->source.sound) ? d->source.at : 0;
    gph_recover_source_close(&d->source);
    return has && gph_recover_source_open(&d->source, d->r->format.container);
}

static int
leave_or_remove(decoding *d)
{
    gph_recovery *r = d->r;
    if (d->source.error)
        return gph_recover_fail(r, d->source.error, "cannot be read");
    if (tell(d) || r->options->dry_run)
        return 0;
    int error = r->files->remove(r->files->user, r->folder, r->name);
    return error ? gph_recover_fail(r, error, "cannot be removed") : 0;
}

static int
rehearse(decoding *d)
{
    uint32_t repeat = 1;
    int error = decode_all(d);
    error = error ? error : gph_recover_name(d->r, &repeat);
    if (error)
        return gph_recover_fail(d->r, error, "cannot be decoded");
    tell(d);
    return 0;
}

int
gph_recover_decode(gph_recovery *r, gph_file file, int64_t size)
{
    char fresh[GPH_NAME_PART + 1];
    decoding d = {.r = r, .source = {.files = r->files, .file = file, .size = size}};
    snprintf(fresh, sizeof fresh, "%.*s.new", GPH_NAME_PART - 4, r->name);
    if (!gph_recover_source_open(&d.source, r->format.container) || !is_ours(&d)) {
        gph_recover_source_close(&d.source);
        if (d.source.error)
            return gph_recover_fail(r, d.source.error, "cannot be read");
        return gph_recover_say(r, GPH_RECOVER_REFUSED, "no sound can be decoded from it");
    }
    d.block = malloc((size_t)BLOCK * (size_t)d.source.info.channels * sizeof(float));
    gph_recover_say(r, GPH_RECOVER_DONE, "");
    int error = !d.block              ? gph_recover_fail(r, -ENOMEM, "cannot be decoded")
                : !has_sound(&d)      ? leave_or_remove(&d)
                : r->options->dry_run ? rehearse(&d)
                                      : finish(&d, fresh);
    int64_t synced = r->facts ? r->facts->synced : -1;
    if (r->found.frames >= 0 && synced > r->found.frames)
        r->found.missing = synced - r->found.frames;
    gph_recover_source_close(&d.source);
    free(d.block);
    return error;
}
