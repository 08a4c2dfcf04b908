/* Lets iniparser load the same bytes, and compares what it made of them. [control]
 *
 * iniparser 4.1 searches its dictionary from the start for each key it adds, so a file is given in
 * pieces of 64 sections and about 512 keys; a piece that begins inside a section gets its header. It is silent about failed allocations, and merges and drops what the scan
 * has refused: the number of slots, their order, names and values must all agree. */
#include "dictionary.h"

#include "letters.h"

#include "../platform/memfile.h"

#include <errno.h>
#include <iniparser/iniparser.h>
#include <string.h>

enum { MOST_SECTIONS = 64, MOST_KEYS = 512 /* loaded at a time */ };

/* Section `section` from its entry `entry` on, up to the same of the next piece. */
typedef struct place {
    size_t section;
    size_t entry;
} place;

/* Whether `key` is "section" or "section:key". iniparser makes lower case by the locale (in a
 * Turkish one 'I' stays), so case is not compared. */
static bool
same_key(const char *key, const gph_raw_section *section, const gph_raw_entry *entry)
{
    const size_t n = strlen(section->name);
    if (key == NULL || strlen(key) < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (gph_lower(key[i]) != section->name[i])
            return false;
    if (entry == NULL)
        return key[n] == '\0';
    if (key[n] != ':' || strlen(key + n + 1) != entry->n_key)
        return false;
    const char *written = entry->at.text->bytes + entry->at.offset;
    for (uint32_t i = 0; i < entry->n_key; i++)
        if (gph_lower(written[i]) != gph_lower(key[n + 1 + i]))
            return false;
    return true;
}

static bool
same_value(const char *value, const gph_raw_entry *entry)
{
    return value != NULL && strlen(value) == entry->n_value &&
           memcmp(value, entry->value, entry->n_value) == 0;
}

static void
tell(gph_diagnostics *diagnostics, gph_position at, const char *read)
{
    gph_diagnostics_error(diagnostics, at, "iniparser reads this line otherwise (as '%s')",
                          read != NULL ? read : "nothing");
}

/* Compares slot *slot with a section's header, then its entries [from, to). */
static bool
compare_section(const dictionary *loaded, size_t *slot, const gph_raw_section *section, size_t from,
                size_t to, gph_diagnostics *diagnostics)
{
    const size_t n_slots = (int)loaded->n < 0 ? 0 : (size_t)loaded->n;
    const char *key = *slot < n_slots ? loaded->key[*slot] : NULL;
    if (!same_key(key, section, NULL)) {
        tell(diagnostics, section->at, key);
        return false;
    }
    ++*slot;
    for (size_t e = from; e < to; e++, ++*slot) {
        const gph_raw_entry *entry = &section->entries[e];
        key = *slot < n_slots ? loaded->key[*slot] : NULL;
        if (!same_key(key, section, entry)) {
            tell(diagnostics, entry->at, key);
            return false;
        }
        if (!same_value(loaded->val[*slot], entry)) {
            tell(diagnostics, entry->value_at, loaded->val[*slot]);
            return false;
        }
    }
    return true;
}

/* The slots of a dictionary that only ever grew keep the order of the file. */
static void
compare(const dictionary *loaded, const gph_scan *scan, place from, place to,
        gph_diagnostics *diagnostics)
{
    size_t slot = 0;
    for (size_t s = from.section; s < to.section + (to.entry > 0); s++) {
        const gph_raw_section *section = &scan->sections[s];
        const size_t first = s == from.section ? from.entry : 0;
        const size_t end = s == to.section ? to.entry : section->n;
        if (!compare_section(loaded, &slot, section, first, end, diagnostics))
            return;
    }
    if ((int)loaded->n < 0 || slot != (size_t)loaded->n)
        tell(diagnostics, scan->sections[from.section].at, loaded->key[slot]);
}

/* The byte where the line of a place begins. */
static size_t
start_of(const gph_scan *scan, place at)
{
    if (at.section == 0 && at.entry == 0)
        return 0;
    if (at.section == scan->n)
        return scan->text->n_bytes;
    const gph_raw_section *section = &scan->sections[at.section];
    const gph_position first = at.entry > 0 ? section->entries[at.entry].at : section->at;
    return scan->text->lines[gph_position_line(first) - 1];
}

/* Where the piece that begins at `from` ends. */
static place
end_of(const gph_scan *scan, place from)
{
    place at = from;
    size_t left = MOST_KEYS;
    while (at.section < scan->n && at.section - from.section < MOST_SECTIONS) {
        const size_t n = scan->sections[at.section].n - at.entry;
        if (n > left) {
            at.entry += left;
            return at;
        }
        left -= n;
        at = (place){at.section + 1, 0};
        if (left == 0)
            break;
    }
    return at;
}

static gph_status
fill_file(gph_memfile *file, const gph_scan *scan, place from, place to)
{
    const size_t start = start_of(scan, from);
    char header[GPH_NAME_MAX_BYTES + 4];
    const int n = snprintf(header, sizeof(header), "[%s]\n", scan->sections[from.section].name);
    gph_status status = gph_memfile_init(file);
    if (status == GPH_OK && from.entry > 0)
        status = gph_memfile_append(file, header, (size_t)n);
    if (status == GPH_OK)
        status = gph_memfile_append(file, scan->text->bytes + start, start_of(scan, to) - start);
    return status;
}

gph_status
gph_dictionary_check(const gph_scan *scan, gph_diagnostics *diagnostics)
{
    place to;
    for (place from = {0, 0}; from.section < scan->n; from = to) {
        gph_memfile file;
        const gph_position at = scan->sections[from.section].at;
        to = end_of(scan, from);
        if (fill_file(&file, scan, from, to) != GPH_OK) {
            const int error = errno;
            gph_memfile_finish(&file);
            gph_diagnostics_error(diagnostics, at, "no memory file could be made for iniparser: %s",
                                  strerror(error));
            return GPH_IO;
        }
        errno = 0;
        dictionary *loaded = iniparser_load(file.path);
        const int error = errno;
        gph_memfile_finish(&file);
        if (loaded == NULL && error != 0)
            gph_diagnostics_error(diagnostics, at, "iniparser cannot read this: %s",
                                  strerror(error));
        else if (loaded == NULL)
            tell(diagnostics, at, NULL);
        else
            compare(loaded, scan, from, to, diagnostics);
        iniparser_freedict(loaded);
    }
    return GPH_OK;
}
