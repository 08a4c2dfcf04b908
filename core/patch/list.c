/* Index lists: `1-8, 17-24`, `odd`, `3-`. [control] */
#include "list.h"

#include "letters.h"
#include "number.h"

enum { MOST_INDEX = 1000000 };

static gph_status
parse_word(const char *text, size_t from, size_t to, gph_range *range, gph_fault *fault)
{
    const size_t n = gph_name_length(text, from, to);
    if (gph_compare_names(text + from, n, "odd") == 0 && n == 3)
        range->kind = GPH_RANGE_ODD;
    else if (gph_compare_names(text + from, n, "even") == 0 && n == 4)
        range->kind = GPH_RANGE_EVEN;
    else {
        gph_fault_set(fault, from, n, "'%.*s' is not an index; possible: 3, 1-8, 3-, odd, even",
                      (int)(n > 40 ? 40 : n), text + from);
        return GPH_ARGUMENT;
    }
    range->span.length = (uint32_t)n;
    return GPH_OK;
}

static gph_status
parse_numbers(const char *text, size_t from, size_t to, gph_range *range, gph_fault *fault)
{
    size_t length = 0;
    gph_status status =
        gph_number_parse_index(text, from, to, MOST_INDEX, &range->first, &length, fault);
    if (status != GPH_OK)
        return status;
    range->kind = GPH_RANGE_FROM_TO;
    range->last = range->first;
    range->span.length = (uint32_t)length;
    const size_t dash = gph_skip_blanks(text, from + length, to);
    if (dash == to || text[dash] != '-')
        return GPH_OK;
    range->span.length = (uint32_t)(dash + 1 - from);
    const size_t next = gph_skip_blanks(text, dash + 1, to);
    if (next == to || text[next] == ',') {
        range->kind = GPH_RANGE_OPEN;
        return GPH_OK;
    }
    status = gph_number_parse_index(text, next, to, MOST_INDEX, &range->last, &length, fault);
    range->span.length = (uint32_t)(next + length - from);
    return status;
}

gph_status
gph_list_parse(const char *text, size_t from, size_t to, gph_arena *arena, gph_list *list,
               gph_fault *fault)
{
    gph_range *ranges = NULL;
    size_t n = 0;
    size_t capacity = 0;
    size_t i = gph_skip_blanks(text, from, to);
    to = gph_trim_blanks(text, i, to);
    const size_t start = i;
    for (;;) {
        gph_range range = {.span = {(uint32_t)i, 0}};
        const gph_status status = i < to && gph_is_letter(text[i])
                                      ? parse_word(text, i, to, &range, fault)
                                      : parse_numbers(text, i, to, &range, fault);
        if (status != GPH_OK)
            return status;
        if (!gph_arena_grow(arena, &ranges, n, &capacity, sizeof(*ranges)))
            return GPH_MEMORY;
        ranges[n++] = range;
        i = gph_skip_blanks(text, i + range.span.length, to);
        if (i == to)
            break;
        if (text[i] != ',') {
            gph_fault_set(fault, i, 1, "an index list goes on with ',' or '-' here");
            return GPH_ARGUMENT;
        }
        i = gph_skip_blanks(text, i + 1, to);
    }
    *list = (gph_list){ranges, (uint32_t)n, {(uint32_t)start, (uint32_t)(to - start)}};
    return GPH_OK;
}

/* First, last and step of a range in something that is `width` wide. */
static void
bounds(const gph_range *range, uint32_t width, int64_t *first, int64_t *last, int64_t *step)
{
    *first = range->first;
    *last = range->last;
    *step = 1;
    if (range->kind == GPH_RANGE_OPEN) {
        *last = width;
    } else if (range->kind != GPH_RANGE_FROM_TO) {
        *first = range->kind == GPH_RANGE_ODD ? 1 : 2;
        *last = width;
        *step = 2;
    } else if (range->last < range->first) {
        *step = -1;
    }
}

gph_status
gph_list_resolve(const gph_list *list, uint32_t width, uint32_t *indexes, uint32_t capacity,
                 uint32_t *n_indexes, gph_fault *fault)
{
    uint32_t n = 0;
    for (uint32_t r = 0; r < list->n_ranges; r++) {
        const gph_range *range = &list->ranges[r];
        int64_t first;
        int64_t last;
        int64_t step;
        bounds(range, width, &first, &last, &step);
        const int64_t highest = first > last && step < 0 ? first : last;
        if (highest > width || first > width) {
            gph_fault_set(fault, range->span.offset, range->span.length,
                          "%lld is beyond the last of them, %u",
                          (long long)(highest > width ? highest : first), width);
            if (range->kind == GPH_RANGE_FROM_TO || range->kind == GPH_RANGE_OPEN)
                return GPH_ARGUMENT;
        }
        for (int64_t i = first; step > 0 ? i <= last : i >= last; i += step) {
            if (n == capacity) {
                gph_fault_set(fault, range->span.offset, range->span.length,
                              "this list has more than %u indexes", capacity);
                return GPH_LIMIT;
            }
            indexes[n++] = (uint32_t)i;
        }
    }
    *n_indexes = n;
    return GPH_OK;
}

bool
gph_list_is_closed(const gph_list *list, uint64_t *n_indexes, uint32_t *highest)
{
    *n_indexes = 0;
    *highest = 0;
    for (uint32_t r = 0; r < list->n_ranges; r++) {
        const gph_range *range = &list->ranges[r];
        if (range->kind != GPH_RANGE_FROM_TO)
            return false;
        const uint32_t low = range->first < range->last ? range->first : range->last;
        const uint32_t high = range->first < range->last ? range->last : range->first;
        *n_indexes += (uint64_t)high - low + 1;
        *highest = high > *highest ? high : *highest;
    }
    return true;
}
