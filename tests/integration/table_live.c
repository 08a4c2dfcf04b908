/* A live table for readers that are not ours: obeys lines on stdin, says `ok` to each. [test program]
 *
 *     write N VALUE   the next N frames of every channel are VALUE + channel, wrapping
 *     swap            exchanges the banks
 *     clear           nothing is filled any more
 *     die             ends at once, as a crash does
 *
 * Its first line of output is the path of the shared memory. It uses the functions that modules reach
 * through gph.tables/1. With `--recover FOLDER` or `--list FOLDER` it saves or lists what dead ones
 * have left instead. */
#include "../../core/run/table.h"
#include "../../core/run/table_recover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static gph_table_mark mark;

static void
write_frames(gph_table *table, unsigned long frames, float value)
{
    const gph_table_view *view = gph_table_look(table);
    for (unsigned long f = 0; f < frames; f++) {
        for (uint32_t c = 0; c < view->channels; c++)
            view->ch[c][mark.head] = value + (float)c;
        mark.filled = mark.head >= mark.filled ? mark.head + 1 : mark.filled;
        mark.written++;
        mark.clock++;
        if (++mark.head == view->frames) {
            mark.head = 0;
            mark.pass++;
        }
    }
    mark.state = GPH_TABLE_RECORDING;
    gph_table_put_mark(table, &mark);
}

static void
obey(gph_table *table, const char *line)
{
    char *end;
    if (strncmp(line, "write ", 6) == 0) {
        unsigned long frames = strtoul(line + 6, &end, 10);
        write_frames(table, frames, strtof(end, NULL));
    } else if (strncmp(line, "swap", 4) == 0) {
        gph_table_swap(table);
    } else if (strncmp(line, "clear", 5) == 0) {
        mark.filled = mark.head = 0;
        gph_table_put_mark(table, &mark);
    } else if (strncmp(line, "die", 3) == 0) {
        _exit(1);
    }
}

static void
tell(void *user, const gph_table_left *left)
{
    static const char *const fates[] = {"saved", "left", "bare", "not saved"};
    (void)user;
    printf("%s %s [%s] %u x %llu at %g %s%s\n", fates[left->fate], left->memory, left->table,
           left->channels, (unsigned long long)left->frames, left->rate, left->path, left->why);
}

int
main(int argc, char **argv)
{
    if (argc > 2 && strncmp(argv[1], "--", 2) == 0)
        return gph_table_recover(argv[2], strcmp(argv[1], "--list") == 0, tell, NULL) == GPH_OK
                   ? EXIT_SUCCESS
                   : EXIT_FAILURE;
    gph_table_set *set = gph_table_set_new(argc > 1 ? argv[1] : "live", 48000, NULL, NULL);
    gph_table_spec spec = {
        .name = "loop", .channels = 2, .frames = 1000, .spare = true, .share = true};
    gph_table *table = NULL;
    if (set && gph_table_set_add(set, &spec) == GPH_OK)
        table = gph_table_open(set, "loop", "rec", GPH_TABLE_WRITE);
    if (!table || gph_table_set_allocate(set) != GPH_OK) {
        gph_table_set_free(set);
        return EXIT_FAILURE;
    }
    gph_table_info info;
    gph_table_set_get(set, 0, &info);
    printf("/dev/shm/%s\n", info.shared_name);
    fflush(stdout);
    char line[128];
    while (fgets(line, sizeof line, stdin)) {
        obey(table, line);
        printf("ok\n");
        fflush(stdout);
    }
    gph_table_set_free(set);
    return EXIT_SUCCESS;
}
