/* The take counter. [control, writer] */
#include "takes.h"

#include "../platform/thread.h"

#include <stdlib.h>
#include <string.h>

enum { REMEMBERED = 256 }; /* takes; a writer that asks later than that is minutes behind */

struct gph_take_counter {
    gph_lock *lock;
    gph_take_names *first;
    uint32_t last; /* number that was given last */
    uint32_t n_given;
    struct {
        int64_t when;
        int64_t wall_ns;
        uint32_t take;
    } given[REMEMBERED];
};

gph_status
gph_take_counter_new(gph_take_counter **result)
{
    gph_take_counter *counter = calloc(1, sizeof *counter);
    if (!counter || gph_lock_new(&counter->lock)) {
        free(counter);
        return GPH_MEMORY;
    }
    *result = counter;
    return GPH_OK;
}

void
gph_take_counter_free(gph_take_counter *counter)
{
    if (!counter)
        return;
    gph_lock_free(counter->lock);
    free(counter);
}

bool
gph_take_counter_add(gph_take_counter *counter, gph_take_names *names)
{
    gph_lock_take(counter->lock);
    gph_take_names *other = counter->first;
    while (other && (strcmp(other->name->root, names->name->root) ||
                     strcmp(other->name->below, names->name->below)))
        other = other->next;
    if (!other) {
        names->next = counter->first;
        counter->first = names;
    }
    gph_lock_give(counter->lock);
    return !other;
}

void
gph_take_counter_remove(gph_take_counter *counter, gph_take_names *names)
{
    gph_lock_take(counter->lock);
    for (gph_take_names **at = &counter->first; *at; at = &(*at)->next)
        if (*at == names) {
            *at = names->next;
            break;
        }
    gph_lock_give(counter->lock);
}

typedef struct search {
    const char *component;
    uint32_t greatest;
} search;

static void
look_at(void *user, const char *name)
{
    search *found = user;
    uint32_t take = gph_name_take_of(found->component, name);
    if (take > found->greatest)
        found->greatest = take;
}

/* The greatest take on disk that one file of a recorder could collide with. */
static uint32_t
search_folder(const gph_take_names *names, gph_file root, const gph_name_values *values)
{
    char folder[GPH_NAME_PATH];
    char component[GPH_NAME_PATH];
    if (!gph_name_folder_of_takes(names->name, values, folder, component, sizeof folder))
        return 0;
    gph_file here = names->files->open_beneath(names->files->user, root, folder, false);
    search found = {component, 0};
    if (here >= 0) {
        names->files->list(names->files->user, here, look_at, &found);
        names->files->close(names->files->user, here);
    }
    return found.greatest;
}

static uint32_t
greatest_on_disk(const gph_take_names *names, int64_t wall_ns)
{
    if (!(names->name->tokens & GPH_NAME_TAKE))
        return 0;
    gph_file root = names->files->open_folder(names->files->user, names->name->root);
    if (root < 0)
        return 0;
    gph_name_values values = {.channels = names->channels, .part = 1};
    gph_clock_calendar(wall_ns, names->name->utc, &values.time);
    uint32_t greatest = 0;
    uint32_t n_files = names->name->per_channel ? names->channels : 1;
    for (uint32_t n = 0; n < n_files; n++) {
        values.channel = names->name->per_channel ? n + 1 : 0;
        values.label = names->labels ? names->labels[n] : NULL;
        uint32_t take = search_folder(names, root, &values);
        greatest = take > greatest ? take : greatest;
        /* The other channels differ in what stands for anything, unless it is in the folder. */
        const char *token = strstr(names->name->below, "{take}");
        const char *slash = token;
        while (slash > names->name->below && slash[-1] != '/')
            slash--;
        if (!memchr(names->name->below, '{', (size_t)(slash - names->name->below)))
            break;
    }
    names->files->close(names->files->user, root);
    return greatest;
}

static void
give(gph_take_counter *counter, int64_t when, uint32_t take, int64_t wall_ns)
{
    uint32_t n = counter->n_given++ % REMEMBERED;
    counter->last = take > counter->last ? take : counter->last;
    counter->given[n].when = when;
    counter->given[n].wall_ns = wall_ns;
    counter->given[n].take = take;
}

/* The place of a take that begins there, or REMEMBERED. */
static uint32_t
find(const gph_take_counter *counter, int64_t when)
{
    uint32_t known = counter->n_given < REMEMBERED ? counter->n_given : REMEMBERED;
    uint32_t n = 0;
    while (n < known && counter->given[n].when != when)
        n++;
    return n < known ? n : REMEMBERED;
}

void
gph_take_counter_get(gph_take_counter *counter, int64_t when, int64_t wall_ns, uint32_t *take,
                     int64_t *take_wall_ns)
{
    gph_lock_take(counter->lock);
    if (find(counter, when) == REMEMBERED) {
        uint32_t greatest = counter->last;
        for (const gph_take_names *names = counter->first; names; names = names->next) {
            uint32_t there = greatest_on_disk(names, wall_ns);
            greatest = there > greatest ? there : greatest;
        }
        give(counter, when, greatest + 1, wall_ns);
    }
    uint32_t n = find(counter, when);
    *take = counter->given[n].take;
    *take_wall_ns = counter->given[n].wall_ns;
    gph_lock_give(counter->lock);
}

void
gph_take_counter_remember(gph_take_counter *counter, int64_t when, uint32_t take, int64_t wall_ns)
{
    gph_lock_take(counter->lock);
    if (find(counter, when) == REMEMBERED)
        give(counter, when, take, wall_ns);
    gph_lock_give(counter->lock);
}
