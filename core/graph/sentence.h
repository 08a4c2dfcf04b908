/* Sentences for people, kept in an arena. [control] */
#ifndef GPH_GRAPH_SENTENCE_H
#define GPH_GRAPH_SENTENCE_H

#include "../patch/arena.h"
#include "../patch/diagnostics.h"

/* printf into the arena; NULL when memory is out. */
char *gph_sentence(gph_arena *arena, const char *format, ...) GPH_FORMAT(2, 3);

#endif
