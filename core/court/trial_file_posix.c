/* The file as the loader sees it. That it exports our symbol alone, and that it loads, was seen before. [control] */
#include "trial.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

/* What would change, end or copy the whole process. Another program may be started, but not from process(): other trials
 * see to that. */
static const char *const forbidden[] = {
    "exit",      "_exit",  "_Exit",     "quick_exit",   "fork",      "vfork",
    "system",    "popen",  "execv",     "execve",       "execvp",    "execl",
    "execlp",    "signal", "sigaction", "chdir",        "fchdir",    "umask",
    "setlocale", "setenv", "unsetenv",  "putenv",       "setrlimit", "setuid",
    "setgid",    "chroot", "daemon",    "pthread_exit", "mlockall",  "munlockall",
};

typedef struct look {
    const char *path;
    const char *strings;
    bool found;
    bool has_libm;
} look;

static void
look_at_needed(look *l, const char *name)
{
    if (strstr(name, "graphophone"))
        verdict_fail("links %s; a module links nothing of ours", name);
    l->has_libm |= strncmp(name, "libm.", 5) == 0;
}

/* Whether a symbol is there because this program, or another library, links libm. */
static bool
is_of_libm(const char *name)
{
    void *libm = dlopen("libm.so.6", RTLD_LAZY | RTLD_NOLOAD);
    void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    const bool is = libm && libc && libm != libc && dlsym(libm, name) && !dlsym(libc, name);
    if (libm)
        dlclose(libm);
    if (libc)
        dlclose(libc);
    return is;
}

static void
look_at_symbol(const look *l, const char *name)
{
    for (size_t k = 0; k < sizeof forbidden / sizeof *forbidden; k++)
        if (strcmp(name, forbidden[k]) == 0)
            verdict_fail("calls %s(), which is for the whole process", name);
    if (!l->has_libm && is_of_libm(name))
        verdict_fail("calls %s() and does not link libm; add -lm", name);
}

static void
look_at_symbols(const look *l, const ElfW(Sym) * symbols, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        if (symbols[i].st_shndx == SHN_UNDEF)
            look_at_symbol(l, l->strings + symbols[i].st_name);
}

static void
look_at_dynamic(look *l, const ElfW(Dyn) * dynamic)
{
    const ElfW(Sym) *symbols = NULL;
    uint32_t n = 0;
    bool moves_text = false;
    for (const ElfW(Dyn) *d = dynamic; d->d_tag != DT_NULL; d++) {
        if (d->d_tag == DT_STRTAB)
            l->strings = (const char *)d->d_un.d_ptr;
        if (d->d_tag == DT_SYMTAB)
            symbols = (const void *)d->d_un.d_ptr;
        if (d->d_tag == DT_HASH)
            n = ((const uint32_t *)d->d_un.d_ptr)[1];
        /* Undefined symbols come before the first that is hashed. */
        if (d->d_tag == DT_GNU_HASH && n == 0)
            n = ((const uint32_t *)d->d_un.d_ptr)[1];
        moves_text |=
            d->d_tag == DT_TEXTREL || (d->d_tag == DT_FLAGS && (d->d_un.d_val & DF_TEXTREL));
    }
    if (moves_text)
        verdict_fail("has text relocations; compile it with -fPIC");
    for (const ElfW(Dyn) *d = dynamic; d->d_tag != DT_NULL && l->strings; d++)
        if (d->d_tag == DT_NEEDED)
            look_at_needed(l, l->strings + d->d_un.d_val);
    if (symbols && l->strings)
        look_at_symbols(l, symbols, n);
}

static int
each_object(struct dl_phdr_info *info, size_t size, void *user)
{
    look *l = user;
    (void)size;
    if (!info->dlpi_name || strcmp(info->dlpi_name, l->path) != 0)
        return 0;
    l->found = true;
    for (uint32_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_GNU_STACK && (header->p_flags & PF_X))
            verdict_fail("wants an executable stack");
        if (header->p_type == PT_DYNAMIC)
            look_at_dynamic(l, (const void *)(info->dlpi_addr + header->p_vaddr));
    }
    return 1;
}

void
trial_file(const trial_case *c)
{
    look l = {.path = c->module->path};
    dl_iterate_phdr(each_object, &l);
    if (!l.found)
        verdict_skip("the loader does not list the file");
}
