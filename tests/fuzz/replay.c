/* Gives each file of a folder to a fuzz target, one TAP line a file. [test program] */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    int failed = size < 0 || !data || fread(data, 1, (size_t)size, file) != (size_t)size;
    fclose(file);
    if (!failed)
        LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    return failed ? -1 : 0;
}

static int
is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    int n_entries = argc == 2 ? scandir(argv[1], &entries, is_input, alphasort) : -1;
    int n_failed = 0;

    printf("1..%d\n", n_entries < 0 ? 0 : n_entries);
    for (int n = 0; n < n_entries; n++) {
        char path[4096];
        fflush(stdout);
        snprintf(path, sizeof path, "%s/%s", argv[1], entries[n]->d_name);
        int failed = replay(path);
        printf("%s %d - %s\n", failed ? "not ok" : "ok", n + 1, entries[n]->d_name);
        n_failed += failed != 0;
        free(entries[n]);
    }
    free(entries);
    return n_entries <= 0 || n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
