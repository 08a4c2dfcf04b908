/* Names, forks and journal of a file that is being recovered. [control] */
#include "output.h"
#include "recover_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPEATS = 100000 };

/* Longest: `._` NAME `.part`. */
typedef char longer_name[GPH_NAME_PART + 16];

int
gph_recover_say(gph_recovery *r, gph_recover_state state, const char *reason)
{
    r->found.state = state;
    if (reason != r->reason)
        snprintf(r->reason, sizeof r->reason, "%s", reason);
    return 0;
}

int
gph_recover_fail(gph_recovery *r, int error, const char *what)
{
    char words[100];
    snprintf(r->reason, sizeof r->reason, "%s: %s", what,
             gph_file_error(error, words, sizeof words));
    r->found.state = GPH_RECOVER_FAILED;
    return error;
}

int
gph_recover_open_journal(gph_recovery *r, uint32_t channels, uint32_t rate)
{
    if (*r->journal)
        return 0;
    char base[GPH_NAME_PART + 1];
    const gph_journal_about about = {
        .format = r->format, .channels = channels, .rate = rate, .part = 1, .boot = ""};
    int error = -EEXIST;
    for (int n = 1; error == -EEXIST && n < 100; n++) {
        int length = (int)strlen(r->name) - 5;
        snprintf(base, sizeof base, n == 1 ? "%.*s" : "%.*s-%d", length > 230 ? 230 : length,
                 r->name, n);
        error = gph_journal_new(r->files, r->journal_folder, base, &about, r->journal);
    }
    if (error) {
        *r->journal = NULL;
        return error;
    }
    gph_journal_file(*r->journal, "", r->name, 0);
    error = gph_journal_begin(*r->journal);
    if (error) {
        gph_journal_undo(*r->journal);
        *r->journal = NULL;
    }
    return error;
}

/* 1: there is such a file in the folder. */
static int
there(const gph_recovery *r, const char *before, const char *name, const char *after)
{
    longer_name whole;
    snprintf(whole, sizeof whole, "%s%.*s%s", before, GPH_NAME_PART, name, after);
    return r->files->exists(r->files->user, r->folder, whole);
}

/* "x.wav.part" gives "x.wav", "x-2.wav", "x-3.wav". */
static void
try_name(gph_recovery *r, uint32_t repeat)
{
    char base[GPH_NAME_PART + 1];
    snprintf(base, sizeof base, "%.*s", (int)strlen(r->name) - 5, r->name);
    const char *dot = strrchr(base, '.');
    int stem = (int)(dot && dot != base ? dot - base : (ptrdiff_t)strlen(base));
    if (repeat == 1)
        snprintf(r->became, sizeof r->became, "%s", base);
    else
        snprintf(r->became, sizeof r->became, "%.*s-%u%s", stem > 240 ? 240 : stem, base, repeat,
                 base + stem);
}

int
gph_recover_name(gph_recovery *r, uint32_t *repeat)
{
    for (; *repeat < MOST_REPEATS; ++*repeat) {
        try_name(r, *repeat);
        int taken = there(r, "", r->became, "");
        if (!taken && r->has_fork)
            taken = there(r, "._", r->became, "");
        if (taken <= 0)
            return taken;
    }
    return -EEXIST;
}

/* The fork goes first: a data file that has its name is done. */
static int
rename_fork(gph_recovery *r)
{
    longer_name from;
    longer_name to;
    if (!r->has_fork)
        return 0;
    snprintf(from, sizeof from, "._%.*s", GPH_NAME_PART, r->name);
    snprintf(to, sizeof to, "._%.*s", GPH_NAME_PART, r->became);
    int error = r->files->rename_new(r->files->user, r->folder, from, to);
    r->has_fork = error != 0;
    return error;
}

int
gph_recover_rename(gph_recovery *r, const char *from)
{
    uint32_t repeat = 1;
    int error;
    do {
        error = gph_recover_name(r, &repeat);
        error = error ? error : rename_fork(r);
        if (!error)
            error = r->files->rename_new(r->files->user, r->folder, from, r->became);
        repeat++;
    } while (error == -EEXIST && repeat < MOST_REPEATS);
    return error ? error : r->files->sync(r->files->user, r->folder);
}

int
gph_recover_write(const gph_recovery *r, gph_file file, const uint8_t *bytes, size_t n, int64_t at)
{
    for (size_t done = 0; done < n;) {
        int64_t count =
            r->files->write_at(r->files->user, file, bytes + done, n - done, at + (int64_t)done);
        if (count <= 0)
            return count ? (int)count : -ENOSPC;
        done += (size_t)count;
    }
    return 0;
}

void
gph_recover_find_fork(gph_recovery *r)
{
    if (r->format.container == GPH_SD2)
        r->has_fork = there(r, "._", r->name, "") == 1;
}

void
gph_recover_remove_fork(gph_recovery *r)
{
    longer_name fork;
    snprintf(fork, sizeof fork, "._%.*s", GPH_NAME_PART, r->name);
    if (r->has_fork)
        r->files->remove(r->files->user, r->folder, fork);
}

/* A fork that the crash has cost: the journal knows what stood in it. */
int
gph_recover_mend_fork(gph_recovery *r)
{
    char base[GPH_NAME_PART + 1];
    longer_name name;
    void *bytes;
    size_t size;
    snprintf(base, sizeof base, "%.*s", (int)strlen(r->name) - 5, r->name);
    if (r->format.container != GPH_SD2 || !r->facts || r->has_fork || there(r, "._", base, ""))
        return 0;
    const gph_output_spec spec = {
        .format = r->format, .channels = r->facts->channels, .rate = r->facts->rate};
    int error = gph_output_fork(&spec, &bytes, &size);
    if (error)
        return error;
    snprintf(name, sizeof name, "._%.*s", GPH_NAME_PART, r->name);
    gph_file fork = r->files->create(r->files->user, r->folder, name);
    error = fork < 0 ? (int)fork : gph_recover_write(r, fork, bytes, size, 0);
    free(bytes);
    if (fork >= 0) {
        error = error ? error : r->files->sync(r->files->user, fork);
        r->files->close(r->files->user, fork);
        if (error)
            r->files->remove(r->files->user, r->folder, name);
    }
    r->has_fork = !error;
    return error;
}
