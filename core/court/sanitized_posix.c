/* A module that is built with a sanitizer, on POSIX systems. [control; any]
 *
 * Such a runtime stands in front of malloc and of the thread functions, so it must be there before any library is: it
 * cannot be loaded with the module. Hence the program is replaced by itself, with the runtime preloaded instead of the
 * guard, which would stand in the same place. Its reports go to a file in memory, out of which they are told. */
#include "sanitized.h"

#include "../platform/library_elf.h"
#include "../platform/wholefile.h"
#include "sanitized_report.h"
#include "verdict.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_FILE = 256 << 20, MAX_REPORTS = 256 * 1024, KEPT = 8, RANDOM_BITS = 28 };
/* Ends of processes: COURT_IDLE is that of this program without words. */
enum { FOUND = 0, COURT_IDLE = 2, MISSING = 9 };

static const char own_program[] = "/proc/self/exe";

typedef struct sanitizer {
    const char *name, *symbol;
    const char *library; /* in the name of each of its runtimes */
    const char *usual;   /* gcc's: clang names none in a shared object */
    const char *variable;
    const char *options; /* after the user's, as the last of a name counts */
} sanitizer;

static const sanitizer known[] = {
    {"ThreadSanitizer", "__tsan_init", "tsan", "libtsan.so.2", "TSAN_OPTIONS",
     "halt_on_error=0:history_size=4:atexit_sleep_ms=0:report_thread_leaks=0"},
    {"AddressSanitizer", "__asan_init", "asan", "libasan.so.8", "ASAN_OPTIONS",
     "halt_on_error=1:detect_leaks=0"},
};

/* Says to the new beginning that it is one. */
static const char again[] = "GPH_COURT_SANITIZED";

typedef void annotation(const char *file, int line);

static const sanitizer *at_work;
static annotation *look_away, *look_again; /* of locks; NULL where it does not look at them */
static const char *module;
static int reports = -1;
static off_t told;
static sanitized_report kept[KEPT];
static unsigned n_kept;

const char *
sanitized_by(void)
{
    return at_work ? at_work->name : NULL;
}

bool
sanitized_sees_threads(void)
{
    return at_work == &known[0];
}

void
sanitized_pause(bool on)
{
    annotation *said = on ? look_away : look_again;
    if (said)
        said(__FILE__, __LINE__);
}

/* ---------------------------------------------------------------- what the file wants */

/* NULL: nothing; else *runtime is the library, for free(). */
static const sanitizer *
find(const uint8_t *bytes, size_t n, char **runtime)
{
    for (size_t s = 0; s < sizeof known / sizeof *known; s++)
        if (gph_elf_lacks(bytes, n, known[s].symbol)) {
            const char *named = gph_elf_needed(bytes, n, known[s].library);
            *runtime = strdup(named ? named : known[s].usual);
            return *runtime ? &known[s] : NULL;
        }
    return NULL;
}

static const sanitizer *
look_into(const char *path, char **runtime)
{
    gph_wholefile file = {0};
    const sanitizer *found = NULL;
    if (gph_wholefile_open(&file, path, MAX_FILE) != GPH_OK)
        return NULL;
    size_t n = 0;
    char *bytes = malloc(file.size + 1);
    if (bytes && gph_wholefile_read(&file, bytes, &n) == GPH_OK)
        found = find((const uint8_t *)bytes, n, runtime);
    free(bytes);
    gph_wholefile_close(&file);
    return found;
}

/* ---------------------------------------------------------------- beginning anew */

/* What a process of its own ends with, without a word: such a runtime may end whoever tries it. */
static int
end_of(void (*attempt)(const char *runtime), const char *runtime)
{
    int status = 0;
    const pid_t id = fork();
    if (id == 0) {
        const int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        attempt(runtime);
        _exit(FOUND);
    }
    const bool has_ended = id > 0 && waitpid(id, &status, 0) == id && WIFEXITED(status);
    return has_ended ? WEXITSTATUS(status) : -1;
}

static void
load(const char *runtime)
{
    const char *error = dlopen(runtime, RTLD_LAZY) ? NULL : dlerror();
    if (error && strstr(error, "cannot open shared object file"))
        _exit(MISSING);
}

/* This program, which has nothing to do without its words. */
static void
start(const char *runtime)
{
    char *words[] = {(char[]){"court"}, NULL};
    (void)runtime;
    execv(own_program, words);
}

/* gcc 12's runtimes know no address space that is laid out more randomly than 28 bits allow. */
static bool
lay_out_memory(void)
{
    int bits = 0;
    FILE *file = fopen("/proc/sys/vm/mmap_rnd_bits", "re");
    if (file && fscanf(file, "%d", &bits) != 1)
        bits = 0;
    if (file)
        fclose(file);
    const int now = bits > RANDOM_BITS ? personality(0xffffffff) : 0;
    return bits <= RANDOM_BITS ||
           (now >= 0 && personality((unsigned long)now | ADDR_NO_RANDOMIZE) >= 0);
}

static bool
set_options(const sanitizer *s)
{
    char folder[4096], all[3 * 4096];
    const char *theirs = getenv(s->variable);
    /* An author knows files by their names from here. */
    const bool is_known = getcwd(folder, sizeof folder) && !strchr(folder, '\'');
    const int n = snprintf(
        all, sizeof all,
        "%s:%s:exitcode=1:log_path=stderr:strip_path_prefix='%s%s':stack_trace_format='%s'",
        theirs ? theirs : "", s->options, is_known ? folder : "", is_known ? "/" : "",
        SANITIZED_FRAME);
    return n > 0 && n < (int)sizeof all && setenv(s->variable, all, 1) == 0;
}

/* Does not return if all goes well. */
static void
begin_anew(char **argv, const sanitizer *s, const char *runtime, char *why, size_t size)
{
    if (end_of(load, runtime) == MISSING)
        snprintf(why, size,
                 "is built with %s, and its runtime %s is not there: install it, or name its "
                 "folder in LD_LIBRARY_PATH",
                 s->name, runtime);
    else if (!lay_out_memory())
        snprintf(why, size,
                 "is built with %s, which does not work here: vm.mmap_rnd_bits is larger than %d, "
                 "and the memory may not be laid out otherwise",
                 s->name, RANDOM_BITS);
    else if (!set_options(s) || setenv("LD_PRELOAD", runtime, 1) != 0 ||
             setenv(again, s->name, 1) != 0 || end_of(start, runtime) != COURT_IDLE ||
             execv(own_program, argv) != 0)
        snprintf(why, size, "is built with %s, and its runtime %s does not start here", s->name,
                 runtime);
}

/* ---------------------------------------------------------------- reports */

static bool
open_reports(const sanitizer *s)
{
    void (*set_file)(void *file);
    void (*set_death)(void (*last)(void));
    void *symbols[] = {dlsym(RTLD_DEFAULT, "__sanitizer_set_report_fd"),
                       dlsym(RTLD_DEFAULT, "__sanitizer_set_death_callback"),
                       dlsym(RTLD_DEFAULT, "AnnotateIgnoreSyncBegin"),
                       dlsym(RTLD_DEFAULT, "AnnotateIgnoreSyncEnd")};
    if (!dlsym(RTLD_DEFAULT, s->symbol) || !symbols[0] || !symbols[1])
        return false;
    reports = memfd_create("reports", MFD_CLOEXEC);
    if (reports < 0)
        return false;
    memcpy(&set_file, &symbols[0], sizeof set_file);
    memcpy(&set_death, &symbols[1], sizeof set_death);
    memcpy(&look_away, &symbols[2], sizeof look_away);
    memcpy(&look_again, &symbols[3], sizeof look_again);
    set_file((void *)(intptr_t)reports);
    set_death(sanitized_tell);
    return true;
}

static bool
is_of_module(const sanitized_report *report)
{
    return report->accesses[0].at.is_there || report->accesses[1].at.is_there ||
           report->at.is_there;
}

static void
tell(const sanitized_report *report)
{
    char text[900];
    /* What it saw of this program and its libraries alone; but what ends the process is told, whoever did it. */
    if (!report->is_last && !is_of_module(report))
        return;
    for (unsigned k = 0; k < n_kept; k++)
        if (sanitized_report_same(report, &kept[k]))
            return;
    if (n_kept < KEPT)
        kept[n_kept++] = *report;
    sanitized_report_say(report, text, sizeof text);
    verdict_fail("%s", text);
}

void
sanitized_tell(void)
{
    static char text[MAX_REPORTS];
    if (!at_work)
        return;
    const ssize_t n = pread(reports, text, sizeof text - 1, told);
    if (n <= 0)
        return;
    text[n] = '\0';
    told += n;
    sanitized_report report;
    for (const char *rest = text; sanitized_report_read(&rest, module, &report);)
        tell(&report);
}

bool
sanitized_begin(char **argv, const char *path, char *why, size_t size)
{
    char *runtime = NULL;
    const sanitizer *s = look_into(path, &runtime);
    const char *begun = getenv(again);
    /* A program that is built with it itself has it there, and ends at its first report. */
    const bool is_own = s && !begun && dlsym(RTLD_DEFAULT, s->symbol);
    if (!s || is_own) {
        free(runtime);
        return true;
    }
    if (!begun || strcmp(begun, s->name) != 0)
        begin_anew(argv, s, runtime, why, size);
    else if (!open_reports(s))
        snprintf(why, size, "is built with %s, and its runtime %s cannot be loaded before others",
                 s->name, runtime);
    else
        at_work = s;
    free(runtime);
    module = strdup(path);
    return at_work && module;
}
