/* A sorted index of names: heap sort and binary search. [control] */
#include "names.h"

#include "letters.h"

#include <string.h>

static int
compare(const gph_name *a, const gph_name *b)
{
    const int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->value > b->value) - (a->value < b->value);
}

static void
sink(gph_name *names, size_t root, size_t n)
{
    const gph_name moving = names[root];
    for (size_t child = 2 * root + 1; child < n; child = 2 * root + 1) {
        if (child + 1 < n && compare(&names[child], &names[child + 1]) < 0)
            child++;
        if (compare(&moving, &names[child]) >= 0)
            break;
        names[root] = names[child];
        root = child;
    }
    names[root] = moving;
}

void
gph_names_sort(gph_name *names, size_t n)
{
    for (size_t i = n / 2; i > 0; i--)
        sink(names, i - 1, n);
    for (size_t end = n; end > 1; end--) {
        const gph_name greatest = names[0];
        names[0] = names[end - 1];
        names[end - 1] = greatest;
        sink(names, 0, end - 1);
    }
}

const gph_name *
gph_names_find(const gph_name *names, size_t n, const char *name, size_t length)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (gph_compare_names(name, length, names[middle].name) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < n && gph_compare_names(name, length, names[low].name) == 0)
        return &names[low];
    return NULL;
}
