/* A module with one thing wrong with it, chosen by the build (see meson.build). Its constructor leaves
 * a mark: no code of a refused file may run. [control] */
#include <graphophone/module.h>

#include <stdio.h>
#include <stdlib.h>

#ifndef MAGIC
#define MAGIC GPH_MAGIC
#endif
#ifndef MAJOR
#define MAJOR GPH_ABI_MAJOR
#endif
#ifndef MINOR
#define MINOR GPH_ABI_MINOR
#endif
#ifndef MIN_MINOR
#define MIN_MINOR 0
#endif
#ifndef SYMBOL
#define SYMBOL gph_module_1
#endif

__attribute__((constructor)) static void
leave_a_mark(void)
{
    const char *path = getenv("GPH_TEST_MARK");
    FILE *mark = path != NULL ? fopen(path, "a") : NULL;
    if (mark != NULL)
        fclose(mark);
}

#ifdef FAST
/* As a library does that was linked with -ffast-math. */
#include <xmmintrin.h>
__attribute__((constructor)) static void
flush_to_zero(void)
{
    _mm_setcsr(_mm_getcsr() | 0x8040);
}
#endif

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *self, const gph_io *io)
{
    (void)self;
    (void)io;
    return GPH_OK;
}

static const gph_port ports[] = {GPH_IN("in"), GPH_OUT("out")};
static const gph_type type = {
    GPH_TYPE("plate", "Plate", "A type of a module with something wrong.", 0),
    GPH_PORTS(ports),
    .process = process,
};
static const gph_type *const types[] = {&type};

#ifdef SECOND
GPH_EXPORT int second_export(void);
int
second_export(void)
{
    return 2;
}
#endif

extern GPH_EXPORT const gph_module SYMBOL;
const gph_module SYMBOL = {
    sizeof(gph_module), MAGIC, MAJOR, MINOR, MIN_MINOR, 0,    "plate", "1",
    "nobody",           "MIT", types, 1,     0,         NULL,
};
