/* Any text as wiring, sources and lists: a fault inside the text, or the same from its own print.
 * [fuzzer] */
#include "../../core/patch/wiring.h"
#include "../../core/patch/control.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(int truth)
{
    if (!truth)
        abort();
}

static void
check_fault(gph_status status, const gph_fault *fault, size_t n)
{
    demand(status == GPH_ARGUMENT && fault->text[0] != '\0');
    demand(fault->span.offset <= n && fault->span.length <= n - fault->span.offset);
}

static void
check_wiring(const char *text, size_t n, gph_arena *arena)
{
    gph_wiring wiring;
    gph_wiring again;
    gph_fault fault = {0};
    const gph_status status = gph_wiring_parse(text, n, arena, &wiring, &fault);
    if (status != GPH_OK) {
        check_fault(status, &fault, n);
        return;
    }
    for (uint32_t b = 0; b < wiring.n_bundles; b++)
        for (uint32_t t = 0; t < wiring.bundles[b].n_terms; t++) {
            const gph_term *term = &wiring.bundles[b].terms[t];
            demand(term->span.length > 0 && term->span.offset + term->span.length <= n);
            demand(term->gain == term->gain);
        }
    char *once = gph_wiring_print(&wiring, text, arena);
    demand(once != NULL && gph_wiring_parse(once, strlen(once), arena, &again, &fault) == GPH_OK);
    demand(again.n_bundles == wiring.n_bundles);
    char *twice = gph_wiring_print(&again, once, arena);
    demand(twice != NULL && strcmp(once, twice) == 0);
}

static void
check_list(const char *text, size_t n, gph_arena *arena)
{
    uint32_t indexes[64];
    uint32_t n_indexes = 0;
    gph_list list;
    gph_fault fault = {0};
    const gph_status status = gph_list_parse(text, 0, n, arena, &list, &fault);
    if (status != GPH_OK) {
        check_fault(status, &fault, n);
        return;
    }
    if (gph_list_resolve(&list, 32, indexes, 64, &n_indexes, &fault) != GPH_OK)
        return;
    demand(n_indexes <= 64);
    for (uint32_t i = 0; i < n_indexes; i++)
        demand(indexes[i] >= 1 && indexes[i] <= 32);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const gph_source *sources;
    uint32_t n_sources = 0;
    const char *host;
    uint32_t port;
    gph_fault fault = {0};
    gph_arena *arena = gph_arena_new(NULL);
    const size_t n = size < GPH_TEXT_MAX_LINE ? size : GPH_TEXT_MAX_LINE;
    demand(arena != NULL);
    const char *text = gph_arena_copy(arena, (const char *)data, n);
    demand(text != NULL);
    check_wiring(text, n, arena);
    check_list(text, n, arena);
    gph_status status = gph_sources_parse(text, n, arena, &sources, &n_sources, &fault);
    if (status != GPH_OK)
        check_fault(status, &fault, n);
    status = gph_endpoint_parse(text, n, arena, &host, &port, &fault);
    if (status != GPH_OK)
        check_fault(status, &fault, n);
    gph_arena_free(arena);
    return 0;
}
