/* Prints a patch in canonical form: one file that loads to the same patch. [control] */
#include "build.h"

#include <stdlib.h>
#include <string.h>

/* First counts (bytes NULL), then writes. */
typedef struct printer {
    char *bytes;
    size_t n;
} printer;

static void
put(printer *p, const char *bytes, size_t n)
{
    if (p->bytes != NULL)
        memcpy(p->bytes + p->n, bytes, n);
    p->n += n;
}

static void
put_text(printer *p, const char *text)
{
    put(p, text, strlen(text));
}

static void
put_entry(printer *p, const gph_raw_entry *entry)
{
    const size_t n_key = strlen(entry->key);
    const size_t quotes = entry->quote != 0 ? 2 : 0;
    const bool fits = n_key + 3 + quotes + entry->n_value <= GPH_TEXT_MAX_LINE;
    put(p, entry->key, n_key);
    put_text(p, fits ? " = " : "=");
    put(p, &entry->quote, quotes / 2);
    put(p, entry->value, entry->n_value);
    put(p, &entry->quote, quotes / 2);
    put_text(p, "\n");
}

static void
put_section(printer *p, const gph_raw_section *section)
{
    for (size_t i = 0; i < section->n; i++)
        put_entry(p, &section->entries[i]);
}

static void
put_document(printer *p, const gph_document *document)
{
    const gph_raw_section *patch = gph_document_find(document, "patch");
    put_text(p, "[patch]\ndialect = 1\n");
    if (patch != NULL)
        put_section(p, patch);
    for (size_t i = 0; i < document->n; i++) {
        const gph_raw_section *section = &document->sections[i];
        if (section == patch)
            continue;
        put_text(p, "\n[");
        put_text(p, section->name);
        put_text(p, "]\n");
        put_section(p, section);
    }
}

char *
gph_patch_print(const gph_patch *patch)
{
    printer p = {NULL, 0};
    put_document(&p, &patch->inside->document);
    p.bytes = malloc(p.n + 1);
    if (p.bytes == NULL)
        return NULL;
    p.bytes[p.n] = '\0';
    p.n = 0;
    put_document(&p, &patch->inside->document);
    return p.bytes;
}
