/* Surroundings of a process on Windows. [control] */
#include "surroundings.h"

#include "float_mode.h"

#include <windows.h>

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gph_surroundings {
    uint64_t float_mode;
    char *locale;
    wchar_t *folder; /* NULL: it is not known */
};

/* To be freed. */
static wchar_t *
current_folder(void)
{
    DWORD n = GetCurrentDirectoryW(0, NULL);
    wchar_t *folder = n > 0 ? malloc(n * sizeof *folder) : NULL;
    if (folder && GetCurrentDirectoryW(n, folder) >= n) {
        free(folder);
        return NULL;
    }
    return folder;
}

gph_surroundings *
gph_surroundings_new(void)
{
    gph_surroundings *s = calloc(1, sizeof *s);
    const char *locale = setlocale(LC_ALL, NULL);
    if (!s)
        return NULL;
    s->locale = strdup(locale ? locale : "C");
    if (!s->locale) {
        free(s);
        return NULL;
    }
    s->float_mode = gph_float_mode_get() & ~(uint64_t)GPH_FLOAT_STICKY;
    s->folder = current_folder();
    return s;
}

void
gph_surroundings_free(gph_surroundings *s)
{
    if (!s)
        return;
    free(s->folder);
    free(s->locale);
    free(s);
}

static bool
restore_locale(const gph_surroundings *s)
{
    const char *now = setlocale(LC_ALL, NULL);
    if (now && strcmp(now, s->locale) == 0)
        return false;
    setlocale(LC_ALL, s->locale);
    return true;
}

static bool
restore_folder(const gph_surroundings *s)
{
    wchar_t *now = current_folder();
    bool changed = s->folder && now && wcscmp(now, s->folder) != 0;
    free(now);
    return changed && SetCurrentDirectoryW(s->folder);
}

void
gph_surroundings_restore(gph_surroundings *s, char *changed, size_t size)
{
    bool modes = (gph_float_mode_get() & ~(uint64_t)GPH_FLOAT_STICKY) != s->float_mode;
    if (modes)
        gph_float_mode_set(s->float_mode);
    const struct {
        bool is;
        const char *name;
    } what[] = {
        {modes, "the floating-point control word"},
        {restore_locale(s), "the locale"},
        {restore_folder(s), "the current folder"},
    };
    size_t n = 0;
    changed[0] = 0;
    for (size_t w = 0; w < sizeof what / sizeof *what; w++)
        if (what[w].is && n < size)
            n += (size_t)snprintf(changed + n, size - n, "%s%s", n ? ", " : "", what[w].name);
}
