/* Lets iniparser load the same bytes, and compares what it made of them. [control]
 *
 * iniparser 4.1 searches its dictionary from the start for each key it adds, so a file is given in
 * pieces of 64 sections. It is silent about failed allocations, and merges and drops what the scan
 * has refused: the number of slots, their order, names and values must all agree. */
#include "dictionary.h"

#include "letters.h"

#include "../platform/memfile.h"

#include <iniparser/iniparser.h>
#include <string.h>

enum { PIECE = 64 /* sections loaded at a time */ };

/* Whether `key` is "section" or "section:key" in lower case. */
static bool
same_key(const char *key, const gph_raw_section *section, const gph_raw_entry *entry)
{
    const size_t n = strlen(section->name);
    if (key == NULL || strncmp(key, section->name, n) != 0)
        return false;
    if (entry == NULL)
        return key[n] == '\0';
    if (key[n] != ':' || strlen(key + n + 1) != entry->n_key)
        return false;
    const char *written = entry->at.text->bytes + entry->at.offset;
    for (uint32_t i = 0; i < entry->n_key; i++)
        if (gph_lower(written[i]) != key[n + 1 + i])
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

/* The slots of a dictionary that only ever grew keep the order of the file. */
static void
compare(const dictionary *loaded, const gph_raw_section *sections, size_t n,
        gph_diagnostics *diagnostics)
{
    size_t slot = 0;
    const size_t n_slots = loaded->n < 0 ? 0 : (size_t)loaded->n;
    for (size_t s = 0; s < n; s++) {
        const gph_raw_section *section = &sections[s];
        const char *key = slot < n_slots ? loaded->key[slot] : NULL;
        if (!same_key(key, section, NULL)) {
            tell(diagnostics, section->at, key);
            return;
        }
        slot++;
        for (size_t e = 0; e < section->n; e++, slot++) {
            const gph_raw_entry *entry = &section->entries[e];
            key = slot < n_slots ? loaded->key[slot] : NULL;
            if (!same_key(key, section, entry)) {
                tell(diagnostics, entry->at, key);
                return;
            }
            if (!same_value(loaded->val[slot], entry)) {
                tell(diagnostics, entry->value_at, loaded->val[slot]);
                return;
            }
        }
    }
    if (slot != n_slots)
        tell(diagnostics, sections[n - 1].at, loaded->key[slot]);
}

/* Where piece `first` begins: the start of its first section's line, or of the file. */
static size_t
start_of(const gph_scan *scan, size_t first)
{
    if (first == 0)
        return 0;
    if (first >= scan->n)
        return scan->text->n_bytes;
    return scan->text->lines[gph_position_line(scan->sections[first].at) - 1];
}

gph_status
gph_dictionary_check(const gph_scan *scan, gph_diagnostics *diagnostics)
{
    for (size_t first = 0; first < scan->n; first += PIECE) {
        const size_t n = scan->n - first < PIECE ? scan->n - first : PIECE;
        const size_t from = start_of(scan, first);
        gph_memfile file;
        if (gph_memfile_init(&file, scan->text->bytes + from, start_of(scan, first + n) - from) !=
            GPH_OK) {
            gph_diagnostics_error(diagnostics, scan->sections[first].at,
                                  "no memory file could be made for iniparser");
            return GPH_IO;
        }
        dictionary *loaded = iniparser_load(file.path);
        gph_memfile_finish(&file);
        if (loaded == NULL)
            tell(diagnostics, scan->sections[first].at, NULL);
        else
            compare(loaded, scan->sections + first, n, diagnostics);
        iniparser_freedict(loaded);
    }
    return GPH_OK;
}
