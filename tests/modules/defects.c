/* An effect with one thing wrong, as -DDEFECT=name says: `graphophone validate` must convict each, and NOTHING of none.
 * [test module] */
#include <graphophone/module.h>

#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef _WIN32
#include <windows.h>
#endif
#ifdef __SSE__
#include <xmmintrin.h>
#endif

enum {
    NOTHING,
    /* file, descriptor */
    EXITS,
    NO_LICENSE,
    NO_DOC,
    NO_VERSION,
    NO_DESTROY,
    OTHER_NAME,
    /* lifecycle */
    LEAKS,
    LEAVES_THREAD,
    LEAVES_FILE,
    UNCHECKED,
    IGNORES_FAILURE,
    LEAKS_ON_FAILURE,
    /* memory */
    PAST_END,
    BEFORE_START,
    FAR_PAST_END,
    READS_PAST_INPUT,
    WRITES_INPUT,
    NOT_WRITTEN,
    PAST_CHANNELS,
    PAST_RAMP,
    PAST_METERS,
    /* blocks, widths */
    PER_BLOCK,
    AT_BLOCK_END,
    NOT_IN_PLACE,
    FORGETS_NOT,
    STEREO_ONLY,
    MIXES,
    /* signals, parameters */
    KEEPS_NAN,
    SLOW_DENORMALS,
    DIVIDES,
    JUMPS,
    /* real time, kernel */
    ALLOCATES,
    LOCKS,
    SLEEPS,
    RAW_KERNEL,
    RAW_SLEEP,
    DEEP_STACK,
    /* surroundings */
    LOCALE,
    FOLDER,
    UMASK,
    HANDLER,
    FLOAT_MODE,
    SHARED,
    /* services */
    KEEPS_POINTER,
    GOES_ON_WITHOUT,
    /* claims */
    WRONG_LATENCY,
    SHORT_TAIL,
    BY_CHANCE,
    /* what ends it */
    CRASHES,
    HANGS,
    WRONG_TRIGGER,
    WRONG_FAULT,
    NO_STATUS
};
#define IS(name) (DEFECT == (name))
/* Used whatever the defect is, so that no compiler finds it unused. */
static volatile unsigned shared_state; /* may wrap */
static char *volatile leaked;

enum { MEMORY = 30000 };

/* The same things by the means of this system. What changes the process goes a way there that no table of imports shows,
 * as that alone would be told. */
#ifdef _WIN32
#define unseen(function, name)                                                                     \
    ((__typeof__(&function))(void *)GetProcAddress(GetModuleHandleA("msvcrt.dll"), name))
#define change_locale()   unseen(setlocale, "setlocale")(LC_ALL, "")
#define change_folder()   unseen(chdir, "_chdir")("/")
#define change_umask()    unseen(umask, "_umask")(_S_IREAD)
#define change_handler()  unseen(signal, "signal")(SIGTERM, SIG_IGN)
#define NOWHERE           "NUL"
#define wait_a_while()    Sleep(1000)
#define sleep_for(moment) Sleep((DWORD)(moment)->tv_nsec / 1000000 + 1)
#define lock_t            SRWLOCK
#define UNLOCKED          SRWLOCK_INIT
#define take_lock(lock)   AcquireSRWLockExclusive(lock)
#define give_lock(lock)   ReleaseSRWLockExclusive(lock)
#else
#define change_locale()   setlocale(LC_ALL, "C.UTF-8")
#define change_folder()   chdir("/")
#define change_umask()    umask(0)
#define change_handler()  signal(SIGUSR2, SIG_IGN)
#define NOWHERE           "/dev/null"
#define wait_a_while()    pause()
#define sleep_for(moment) nanosleep(moment, NULL)
#define lock_t            pthread_mutex_t
#define UNLOCKED          PTHREAD_MUTEX_INITIALIZER
#define take_lock(lock)   pthread_mutex_lock(lock)
#define give_lock(lock)   pthread_mutex_unlock(lock)
#endif

struct gph_node {
    const gph_runtime *rt;
    const gph_tables *tables;
    gph_table *table;
    const float *kept;
    float last[1024];
    float *delay;
    uint32_t at;
    uint32_t calls;
    int file;
};

static void *
wait_for_ever(void *nothing)
{
    for (;;)
        wait_a_while();
    return nothing;
}

static gph_node *GPH_CALL
create(const gph_runtime *rt, const gph_type *type)
{
    /* No defect: all of [control] is one thread, so that nobody comes while another is here. */
    static int here;
    gph_node *self = here++ == 0 ? calloc(1, sizeof *self) : NULL;
    (void)type;
    if (IS(UNCHECKED) || self)
        self->rt = rt;
    if (IS(NOTHING))
        sleep_for(&(const struct timespec){.tv_nsec = 1000000});
    here--;
    if (IS(LEAKS))
        leaked = malloc(10);
    return self;
}

static void GPH_CALL
destroy(gph_node *self)
{
    free(self);
}

static gph_status GPH_CALL
configure(gph_node *self, gph_config *config)
{
    (void)config;
    if (IS(KEEPS_POINTER)) {
        self->tables = self->rt->get(self->rt, GPH_TABLES_ID);
        self->table = self->tables->open(self->rt, "table", GPH_TABLE_READ);
        return self->table ? GPH_OK : GPH_ARGUMENT;
    }
    if (IS(GOES_ON_WITHOUT)) {
        self->tables = self->rt->get(self->rt, GPH_TABLES_ID);
        self->table = self->tables->open(self->rt, "table", GPH_TABLE_READ);
    }
    return GPH_OK;
}

static void GPH_CALL
reset(gph_node *self)
{
    if (!IS(FORGETS_NOT))
        memset(self->last, 0, sizeof self->last);
    memset(self->delay, 0, MEMORY * sizeof(float));
    self->at = 0;
    self->calls = 0;
}

static gph_status GPH_CALL
activate(gph_node *self, gph_setup *setup)
{
    pthread_t thread;
    char *second = NULL;
    self->delay = calloc(MEMORY, sizeof(float));
    if (!self->delay)
        return GPH_MEMORY;
    if (IS(LEAKS_ON_FAILURE) || IS(IGNORES_FAILURE))
        second = malloc(20);
    if (IS(LEAKS_ON_FAILURE) && !second) {
        self->delay = NULL; /* gone */
        return GPH_MEMORY;
    }
    free(second);
    reset(self);
    if (IS(LEAVES_THREAD))
        pthread_create(&thread, NULL, wait_for_ever, NULL);
    if (IS(LEAVES_FILE))
        self->file = open(NOWHERE, O_RDONLY);
    if (IS(LOCALE))
        change_locale();
    if (IS(FOLDER) && change_folder() != 0)
        return GPH_IO;
    if (IS(UMASK))
        change_umask();
    if (IS(HANDLER))
        change_handler();
    setup->latency = IS(WRONG_LATENCY) ? 64 : 0;
    setup->tail = IS(SHORT_TAIL) ? 100 : -1;
    return GPH_OK;
}

static void GPH_CALL
deactivate(gph_node *self)
{
    free(self->delay);
    self->delay = NULL;
}

static int
deep(uint32_t n)
{
    volatile char frame[4096];
    frame[0] = (char)n;
    return n ? deep(n - 1) + frame[0] : 0;
}

static void
misbehave(gph_node *self, const gph_io *io)
{
    static lock_t lock = UNLOCKED;
    const struct timespec moment = {0, 1000};
    if (IS(ALLOCATES))
        free(malloc(100 + io->frames));
    if (IS(LOCKS)) {
        take_lock(&lock);
        give_lock(&lock);
    }
    if (IS(SLEEPS))
        sleep_for(&moment);
#if defined(__x86_64__) && defined(__linux__)
    if (IS(RAW_KERNEL)) {
        long result = 39;
        __asm__ volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
    }
    if (IS(RAW_SLEEP)) {
        long result = 35;
        __asm__ volatile("syscall" : "+a"(result) : "D"(&moment), "S"(0) : "rcx", "r11", "memory");
    }
#endif
    if (IS(DEEP_STACK))
        shared_state = (unsigned)deep(self->calls / 2 > 1500 ? 1500 : self->calls / 2);
#ifdef __SSE__
    if (IS(FLOAT_MODE))
        _mm_setcsr(_mm_getcsr() & ~0x8040u);
#endif
    if (IS(CRASHES) && self->calls == 2)
        abort();
    if (IS(EXITS) && self->calls == 2)
        exit(0);
    while (IS(HANGS) && io->frames)
        shared_state++;
    if (IS(WRONG_TRIGGER)) {
        const gph_event event = {.kind = GPH_EVENT_TRIGGER, .index = 7};
        self->rt->emit(self->rt, &event);
    }
    if (IS(WRONG_FAULT))
        self->rt->fault(self->rt, 9, 0, 0);
}

static void
trespass(const gph_io *io)
{
    volatile float *out = io->out[0].ch[io->out[0].channels - 1];
    volatile float sink = 0;
    if (IS(PAST_END))
        out[io->frames] = 0;
    if (IS(FAR_PAST_END))
        out[io->frames + 9] = 0;
    if (IS(BEFORE_START))
        out[-1] = 0;
    if (IS(READS_PAST_INPUT))
        sink = io->in[0].ch[0][io->frames];
    if (IS(WRITES_INPUT))
        ((volatile float *)(uintptr_t)io->in[0].ch[0])[0] = 1;
    if (IS(PAST_CHANNELS))
        out = *(float *const volatile *)&io->out[0].ch[io->out[0].channels];
    if (IS(PAST_RAMP))
        sink = io->params[0].ramp[io->frames];
    if (IS(PAST_METERS))
        io->meters[0][1] = sink;
}

/* What the old processors do in hardware: each denormal number costs the time of hundreds of others. */
static void
linger(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    for (uint32_t n = 0; (bits & 0x7f800000u) == 0 && (bits & 0x7fffffu) != 0 && n < 300; n++)
        shared_state++;
}

/* Of a ramp it sees which way it goes, and is there at once. */
static float
ramp_end(gph_node *self, const gph_io *io, uint32_t c, uint32_t f)
{
    const float now = io->params[0].ramp[f];
    float *last = &self->last[c % 1024];
    const float end = now > *last ? 1 : now < *last ? 0 : now;
    *last = now;
    return end;
}

static float
changed(gph_node *self, const gph_io *io, uint32_t c, uint32_t f, float x)
{
    float gain = IS(PER_BLOCK) ? io->params[0].value : io->params[0].ramp[f];
    if (IS(AT_BLOCK_END) && f + 1 == io->frames)
        gain = 0;
    if (IS(SLOW_DENORMALS))
        linger(x);
    if (IS(JUMPS))
        gain = ramp_end(self, io, c, f);
    if (IS(DIVIDES))
        return x / gain;
    if (IS(BY_CHANCE))
        return x + (float)(shared_state++ & 255) * 1e-6f;
    if (IS(SHARED)) {
        /* Whoever plays meanwhile is heard. */
        static volatile float everyone;
        everyone = everyone * 0.5f + x;
        return everyone;
    }
    if (IS(KEEPS_NAN) || IS(FORGETS_NOT) || IS(SHORT_TAIL)) {
        self->last[c % 1024] = x + (IS(SHORT_TAIL) ? 0.9999f : 0.5f) * self->last[c % 1024];
        if (!IS(KEEPS_NAN) && !(fabsf(self->last[c % 1024]) < 1e15f))
            self->last[c % 1024] = 0;
        return self->last[c % 1024];
    }
    return gain * x;
}

static gph_status GPH_CALL
process(gph_node *self, const gph_io *io)
{
    misbehave(self, io);
    self->calls++;
    if (IS(KEEPS_POINTER)) {
        if (!self->kept)
            self->kept = self->tables->view(self->table)->ch[0];
        shared_state = self->kept[0] > 0;
    }
    for (uint32_t c = 0; c < io->out[0].channels; c++) {
        const uint32_t from = IS(MIXES) ? 0 : c;
        if (IS(STEREO_ONLY) && c > 1)
            break;
        for (uint32_t f = 0; f < io->frames; f++) {
            if (IS(NOT_WRITTEN) && f == 20)
                continue;
            if (IS(NOT_IN_PLACE) && f == 0 && io->frames > 1)
                io->out[0].ch[c][1] = 0;
            io->out[0].ch[c][f] = changed(self, io, c, f, io->in[0].ch[from][f]);
        }
    }
    io->meters[0][0] = 0;
    trespass(io);
    return IS(NO_STATUS) ? (gph_status)77 : GPH_OK;
}

#if defined(BARE)
#define DOC NULL
#else
#define DOC "What is kept of it."
#endif
#if defined(UNLICENSED)
#define LICENSE NULL
#else
#define LICENSE "MIT"
#endif
#if defined(UNVERSIONED)
#define VERSION NULL
#else
#define VERSION "1.0.0"
#endif

static const gph_port ports[] = {GPH_IN("in"), GPH_OUT("out")};
static const gph_param params[] = {GPH_PARAM("amount", GPH_UNIT_FRACTION, 0, 0.5f, 1, DOC)};
static const gph_meter meters[] = {GPH_METER("calls", GPH_UNIT_NONE, GPH_INDEX_ONE, "Nothing.")};
static const gph_setting settings[] = {GPH_TEXT("table", 0, "table", "Not looked at.")};
static const gph_type defect = {
    GPH_TYPE("defect", "Defect", "An effect with one thing wrong.",
             GPH_TYPE_IN_PLACE | GPH_TYPE_INDEPENDENT),
    GPH_PORTS(ports),
    GPH_PARAMS(params),
    GPH_METERS(meters),
#if defined(WITH_SETTING)
    GPH_SETTINGS(settings),
#endif
    .create = create,
    .destroy = IS(NO_DESTROY) ? NULL : destroy,
    .configure = configure,
    .activate = activate,
    .process = process,
    .reset = reset,
    .deactivate = deactivate,
};
extern const gph_setting *const defect_settings_used;
const gph_setting *const defect_settings_used __attribute__((visibility("hidden"))) = settings;
GPH_MODULE(NAME, VERSION, "tests", LICENSE, &defect)
