/* Finds the name that was probably meant. [control] */
#include "near.h"

#include "letters.h"

#include <string.h>

enum { LONGEST = 63 };

void
gph_near_init(gph_near *near, const char *wanted, size_t n_wanted)
{
    *near = (gph_near){.wanted = wanted, .n_wanted = n_wanted};
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t
gph_near_edits(const char *a, size_t n_a, const char *b, size_t n_b, size_t limit)
{
    if (n_a > LONGEST || n_b > LONGEST || n_a > n_b + limit || n_b > n_a + limit)
        return limit + 1;
    /* Three rows of the usual table: rows[2] is being made, rows[0] is for swapped neighbours. */
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= n_b; j++)
        rows[1][j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t least = rows[2][0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            const char x = gph_lower(a[i - 1]);
            const char y = gph_lower(b[j - 1]);
            size_t edits = smaller(rows[1][j] + 1, rows[2][j - 1] + 1);
            edits = smaller(edits, rows[1][j - 1] + (x != y));
            if (i > 1 && j > 1 && x == gph_lower(b[j - 2]) && gph_lower(a[i - 2]) == y)
                edits = smaller(edits, rows[0][j - 2] + 1);
            rows[2][j] = edits;
            least = smaller(least, edits);
        }
        if (least > limit + 1)
            return limit + 1;
        memcpy(rows[0], rows[1], sizeof(rows[0]));
        memcpy(rows[1], rows[2], sizeof(rows[1]));
    }
    return rows[1][n_b];
}

void
gph_near_offer(gph_near *near, const char *candidate, const void *user)
{
    const size_t limit = smaller(2, near->n_wanted / 2);
    const size_t edits =
        gph_near_edits(near->wanted, near->n_wanted, candidate, strlen(candidate), limit);
    if (edits > limit || (near->best != NULL && edits >= near->best_edits))
        return;
    near->best = candidate;
    near->best_edits = edits;
    near->best_user = user;
}
