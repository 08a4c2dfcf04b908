/* The services of a runtime, which do what they promise or, as the test wants it, fail as they may. [control; audio] */
#ifndef GPH_COURT_FAKES_H
#define GPH_COURT_FAKES_H

#include "cell.h"

#include <graphophone/module.h>

#define FAKES_SWAP      (1u << 0) /* tables move between blocks; where they were is a wall then */
#define FAKES_FULL      (1u << 1) /* the worker's queue and the disk's ring take nothing */
#define FAKES_DISK      (1u << 2) /* the disk fails in the middle of a take */
#define FAKES_NO_STREAM (1u << 3) /* no stream and no table can be opened */
#define FAKES_SLOW      (1u << 4) /* the disk takes three blocks of four, and says that it is behind */
#define FAKES_CLOSE     (1u << 5) /* the disk fails when a take is finished */

typedef struct fakes fakes;

/* `user` of the runtime given to the module finds them: fakes_of. */
fakes *fakes_new(uint32_t trouble, double rate);
const void *fakes_get(fakes *f, const char *id);
/* Before each call of process: jobs of the worker are done, tables move, news of streams are due. Returns how many events
 * it put into `events` (room for `most`). */
uint32_t fakes_turn(fakes *f, const gph_type *type, gph_node *node, int64_t clock,
                    gph_event *events, uint32_t most);
/* Whether any of them was asked for. */
bool fakes_are_used(const fakes *f);
void fakes_free(fakes *f);

/* The stage's: from a runtime to its fakes. */
fakes *fakes_of(const gph_runtime *rt);

#endif
