/* rude: changes what a process has only once, when it is told to; with `when = witness` it refuses when anything of that
 * is not as it was. Built with LOAD it does so while it is loaded. [control; tests only] */
#include <graphophone/module.h>

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __x86_64__
#include <xmmintrin.h>
#endif

enum { CONFIGURE, ACTIVATE, NEVER, WITNESS };

struct gph_node {
    int when;
};

static void
behave(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
#ifdef __x86_64__
    _mm_setcsr(0x9fc0);
#endif
    setlocale(LC_ALL, "C.UTF-8");
    signal(SIGUSR1, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    umask(0777);
    if (chdir("/") != 0)
        abort();
}

#ifdef LOAD
__attribute__((constructor)) static void
loaded(void)
{
    behave();
}
#endif

/* What is not as in a program that has changed nothing, or NULL. */
static const char *
what_is_wrong(void)
{
    sigset_t set;
    struct sigaction action;
    char folder[4096] = "";
    mode_t mask = umask(022);
    umask(mask);
    sigprocmask(SIG_BLOCK, NULL, &set);
    sigaction(SIGUSR1, NULL, &action);
#ifdef __x86_64__
    if ((_mm_getcsr() & 0xffc0) != 0x1f80)
        return "MXCSR";
#endif
    if (strcmp(setlocale(LC_NUMERIC, NULL), "C") != 0)
        return "locale";
    if (action.sa_handler != SIG_DFL || sigismember(&set, SIGUSR2))
        return "signals";
    if (mask == 0777)
        return "umask";
    return getcwd(folder, sizeof folder) && strcmp(folder, "/") != 0 ? NULL : "folder";
}

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    (void)rt;
    if (strcmp(type->id, "early") == 0)
        behave();
    return calloc(1, sizeof(gph_node));
}

static void GPH_CALL
destroy(gph_node *node)
{
    free(node);
}

static gph_status GPH_CALL
configure(gph_node *node, gph_config *config)
{
    double when = NEVER;
    config->number(config, "when", 0, &when, NULL);
    node->when = (int)when;
    if (node->when == CONFIGURE)
        behave();
    const char *wrong = node->when == WITNESS ? what_is_wrong() : NULL;
    if (wrong)
        snprintf(config->error, config->error_size, "not as it was: %s", wrong);
    return wrong ? GPH_STATE : GPH_OK;
}

static gph_status GPH_CALL
activate(gph_node *node, gph_setup *setup)
{
    (void)setup;
    if (node->when == ACTIVATE)
        behave();
    return node->when == WITNESS && what_is_wrong() ? GPH_STATE : GPH_OK;
}

static gph_status GPH_CALL GPH_AUDIO
process(gph_node *node, const gph_io *io)
{
    (void)node;
    for (uint32_t c = 0; c < io->out[0].channels; c++)
        memcpy(io->out[0].ch[c], io->in[0].ch[c], io->frames * sizeof(float));
    return GPH_OK;
}

static const char *const times[] = {"configure", "activate", "never", "witness", NULL};
static const gph_port ports[] = {GPH_IN("in"), GPH_OUT("out")};
static const gph_setting settings[] = {GPH_CHOICE("when", times, "never", "When it is rude.")};
#define COMMON                                                                                     \
    GPH_PORTS(ports), GPH_SETTINGS(settings), .create = create, .destroy = destroy,                \
                                              .configure = configure, .activate = activate,        \
                                              .process = process
#ifdef LOAD
static const gph_type type = {GPH_TYPE("rude-load", "Rude", "Has no manners.", 0), COMMON};
GPH_MODULE("rude-load", "1", "nobody", "MIT", &type)
#else
static const gph_type type = {GPH_TYPE("rude", "Rude", "Has no manners.", 0), COMMON};
static const gph_type early = {GPH_TYPE("early", "Early", "Has none from the start.", 0), COMMON};
GPH_MODULE("rude", "1", "nobody", "MIT", &type, &early)
#endif
