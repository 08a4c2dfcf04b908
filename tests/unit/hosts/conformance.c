/*
 * What host.h promises, asked of every host that probes well; and a host built to break each promise, which must be
 * convicted of it. Run plainly and, for jack, by tests/jack-server. [test program]
 */
#include "witness.h"

#include <dirent.h>

#ifndef TEST_HOSTS
#define TEST_HOSTS "clock", "offline", "myhost", "wdmks", "wasapi", "jack"
#endif
static const char *const ids[] = {TEST_HOSTS};
enum { N_IDS = sizeof ids / sizeof *ids };

/* One of them, or the only one: that of somebody who writes a host. */
static const char *
id_of(int n)
{
    const char *only = getenv("GPH_TEST_HOST");
    return only != NULL ? only : ids[n];
}

static int
entries(const char *folder)
{
    DIR *dir = opendir(folder);
    int n = 0;
    while (dir != NULL && readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

/* Whether there is such a host, and it could work here. */
static bool
begin_host(bench *b, const gph_host *host)
{
    bench_init_host(b, host);
    char why[256] = "";
    if (host->probe != NULL && host->probe(gph_services_table(b->services), why, sizeof why) < 0) {
        ck_assert_str_ne(why, "");
        bench_finish(b);
        return false;
    }
    if ((host->caps & GPH_HOST_CAN_STEP) != 0 && (host->caps & GPH_HOST_IS_OFFLINE) == 0)
        bench_set(b, "step=on");
    return true;
}

static bool
begin(bench *b, int id)
{
    void *library;
    const gph_host *host = load_host(id_of(id), &library);
    return host != NULL && begin_host(b, host);
}

static void
pass_cycles(bench *b, unsigned n)
{
    unsigned long long until = b->w.cycles + n;
    while (b->w.cycles < until && b->host->step != NULL) {
        int64_t passed = b->host->step(b->stream, 480, 0);
        bench_dispatch(b, 0);
        if (passed <= 0)
            return;
    }
    while (b->w.cycles < until)
        bench_dispatch(b, 20);
}

static void
end(bench *b)
{
    ck_assert_msg(b->w.breaches == 0, "%s: breaches 0x%x", b->host->id, b->w.breaches);
    bench_finish(b);
}

/* Only a server may be missing: without its host a check would pass without a word. The host stays loaded, as those of
 * the other tests do: the C++ library of a server does not free all it has when it is unloaded. */
START_TEST(is_there)
{
    void *library = NULL;
    const gph_host *host = load_host(id_of(_i), &library);
    ck_assert_msg(host != NULL || strcmp(id_of(_i), "jack") == 0, "no host %s", id_of(_i));
}
END_TEST

START_TEST(describes_itself)
{
    bench b;
    if (!begin(&b, _i))
        return;
    const gph_host *host = b.host;
    ck_assert_uint_eq(host->magic, GPH_MAGIC);
    ck_assert_uint_eq(host->abi_major, GPH_ABI_MAJOR);
    ck_assert_uint_ge(host->size, sizeof *host);
    ck_assert_str_eq(host->id, id_of(_i));
    ck_assert(host->label != NULL && host->doc != NULL);
    for (uint32_t n = 0; n < host->n_settings; n++)
        ck_assert(host->settings[n].name != NULL && host->settings[n].doc != NULL);
    ck_assert((host->caps & GPH_HOST_CAN_STEP) == 0 || host->step != NULL);
    ck_assert_ptr_null(host->extension(b.self, NULL, "gph.nothing/1"));
    const gph_host_rehearsal *rehearsal = host->extension(b.self, NULL, GPH_REHEARSAL_ID);
    ck_assert_int_eq(rehearsal != NULL, (host->caps & GPH_HOST_CAN_REHEARSE) != 0);
    ck_assert(rehearsal == NULL || (rehearsal->size >= sizeof *rehearsal &&
                                    rehearsal->lose != NULL && rehearsal->unplug != NULL));
    end(&b);
}
END_TEST

START_TEST(settles_rates)
{
    static const double rates[] = {8000, 44100, 48000, 96000};
    for (size_t n = 0; n < sizeof rates / sizeof *rates; n++)
        for (uint32_t policy = GPH_WISH_ANY; policy <= GPH_WISH_EXACT; policy++) {
            bench b;
            if (!begin(&b, _i))
                return;
            b.want.rate = wish(rates[n], policy);
            gph_status status = bench_open(&b);
            bool met = status == GPH_OK && fabs(b.got.rate - rates[n]) < 0.5;
            if (policy == GPH_WISH_EXACT && status < 0) {
                ck_assert_uint_eq(b.w.n_configured, 0);
                ck_assert_ptr_null(b.stream);
                ck_assert_ptr_nonnull(strstr(b.options.error, "rate"));
            } else {
                ck_assert_int_eq(status, GPH_OK);
                ck_assert(met || policy != GPH_WISH_EXACT);
                ck_assert(met || policy != GPH_WISH_PREFER ||
                          strstr(b.got.deviations, "rate") != NULL);
                ck_assert_int_eq(bench_start(&b), GPH_OK);
                pass_cycles(&b, 5);
                ck_assert_int_eq(bench_stop(&b), GPH_OK);
            }
            end(&b);
        }
}
END_TEST

START_TEST(settles_widths)
{
    static const uint32_t widths[][2] = {{0, 2}, {2, 0}, {1, 3}, {32, 32}};
    for (size_t n = 0; n < 4; n++) {
        bench b;
        if (!begin(&b, _i))
            return;
        b.want.channels_in = wish(widths[n][0], GPH_WISH_EXACT);
        b.want.channels_out = wish(widths[n][1], GPH_WISH_EXACT);
        ck_assert_int_eq(bench_open(&b), GPH_OK);
        ck_assert_uint_eq(b.got.channels_in, widths[n][0]);
        ck_assert_uint_eq(b.got.channels_out, widths[n][1]);
        ck_assert_int_eq(bench_start(&b), GPH_OK);
        pass_cycles(&b, 10);
        end(&b);
    }
    bench b;
    begin(&b, _i);
    b.want.channels_in = wish(GPH_MAX_CHANNELS + 1, GPH_WISH_EXACT);
    ck_assert_int_eq(bench_open(&b), GPH_UNSUPPORTED);
    end(&b);
}
END_TEST

START_TEST(keeps_time)
{
    bench b;
    if (!begin(&b, _i))
        return;
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    ck_assert_uint_ge(b.got.max_frames, 1024);
    ck_assert_uint_le(b.got.max_frames, GPH_MAX_FRAMES);
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    pass_cycles(&b, 200);
    ck_assert_uint_ge(b.w.cycles, 200);
    gph_host_stats stats = bench_stats(&b);
    ck_assert_uint_eq(stats.state, GPH_STREAM_STATE_RUNNING);
    if (b.host->step == NULL) /* by the machine's clock; the others have their own */
        ck_assert_double_eq_tol(b.w.early[1], b.w.early[0], 2.0 * b.got.block);
    ck_assert_int_eq(bench_stop(&b), GPH_OK);
    stats = bench_stats(&b);
    ck_assert_uint_eq(stats.frames, b.w.frames);
    ck_assert_uint_eq(stats.lost_in, b.w.lost_in);
    end(&b);
}
END_TEST

START_TEST(lives_in_any_order)
{
    bench b;
    if (!begin(&b, _i))
        return;
    b.host->close(NULL);
    int threads = 0, files = 0;
    int rounds = b.host->step != NULL ? 100 : 10;
    for (int round = 0; round < rounds; round++) {
        ck_assert_int_eq(bench_open(&b), GPH_OK);
        ck_assert_int_eq(bench_stop(&b), GPH_OK);
        if (round % 3 != 0) {
            ck_assert_int_eq(bench_start(&b), GPH_OK);
            atomic_bool *running = &b.w.may_run;
            ck_assert_int_lt(b.host->start(b.stream), 0); /* it runs already */
            ck_assert(*running);
            pass_cycles(&b, 2);
            ck_assert_int_eq(bench_stop(&b), GPH_OK);
            ck_assert_int_eq(bench_stop(&b), GPH_OK);
            ck_assert_int_eq(bench_start(&b), GPH_OK);
            pass_cycles(&b, 2);
        }
        if (round % 2 != 0)
            bench_stop(&b);
        bench_close(&b);
        atomic_store(&b.w.may_run, false);
        bench_dispatch(&b, 0);
        if (round == rounds / 2) {
            threads = entries("/proc/self/task");
            files = entries("/proc/self/fd");
        }
    }
#ifndef TEST_NO_PROC
    ck_assert_int_eq(entries("/proc/self/task"), threads);
    ck_assert_int_eq(entries("/proc/self/fd"), files);
#else
    (void)threads, (void)files;
#endif
    end(&b);
}
END_TEST

START_TEST(heeds_a_refusal)
{
    bench b;
    if (!begin(&b, _i))
        return;
    b.w.answer = GPH_MEMORY;
    ck_assert_int_lt(bench_open(&b), 0);
    ck_assert_ptr_null(b.stream);
    b.w.answer = GPH_OK;
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    end(&b);
}
END_TEST

static bench *stopper;
static gph_status stopped;

static void GPH_CALL
stop_in_event(void *user, const gph_host_event *event)
{
    stopped = stopper->host->stop(stopper->stream, 0);
    on_event(user, event);
}

START_TEST(refuses_to_stop_in_an_event)
{
    bench b;
    if (!begin(&b, _i))
        return;
    b.w.engine.event = stop_in_event;
    stopper = &b;
    stopped = GPH_OK;
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    pass_cycles(&b, 5);
    ck_assert_uint_gt(b.w.n_events[GPH_HOST_STATE], 0);
    ck_assert_int_eq(stopped, GPH_STATE);
    pass_cycles(&b, 5);
    b.w.engine.event = on_event;
    end(&b);
}
END_TEST

START_TEST(ends_when_told)
{
    bench b;
    if (!begin(&b, _i))
        return;
    b.w.drain_at = 5000;
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    while (b.w.state != GPH_STREAM_STATE_READY) {
        if (b.host->step != NULL)
            b.host->step(b.stream, 480, 0);
        bench_dispatch(&b, 20);
    }
    unsigned long long cycles = b.w.cycles;
    if (b.host->step != NULL)
        ck_assert_int_eq(b.host->step(b.stream, 480, 0), 0);
    for (int n = 0; n < 5; n++)
        bench_dispatch(&b, 5);
    ck_assert_uint_eq(b.w.cycles, cycles);
    end(&b);
}
END_TEST

START_TEST(takes_names_as_they_come)
{
    bench b;
    if (!begin(&b, _i))
        return;
    b.want.name = "Größe-\xe9\x9f\xb3";
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    pass_cycles(&b, 3);
    end(&b);
}
END_TEST

static void GPH_CALL
count_device(void *user, const gph_device *device)
{
    ck_assert(device->id != NULL && device->name != NULL && device->directions != 0);
    ++*(int *)user;
}

START_TEST(lists_devices)
{
    bench b;
    if (!begin(&b, _i))
        return;
    int n = 0;
    ck_assert_int_eq(b.host->list(b.self, NULL, count_device, &n), GPH_OK);
    ck_assert((b.host->caps & GPH_HOST_HAS_DEVICES) == 0 || n > 0);
    end(&b);
}
END_TEST

/* ---------------------------------------------------------------- a host built to be bad */

struct gph_host_stream {
    const gph_engine *engine;
    unsigned breach;
    int64_t frame;
    unsigned n;
};

static struct {
    struct gph_host_stream stream;
    struct gph_host_self self;
    unsigned breach;
} bad;

static gph_host_self *GPH_CALL
bad_create(const gph_host_services *services)
{
    bad.self.services = services;
    return &bad.self;
}

static void GPH_CALL
bad_destroy(gph_host_self *self)
{
    (void)self;
}

static void
bad_cycle(struct gph_host_stream *s, uint32_t frames)
{
    static float memory[4][2048];
    unsigned breach = s->n >= 3 ? s->breach : 0;
    const float *in[3] = {memory[0], memory[1], memory[1]};
    float *out[2] = {memory[2], memory[3]};
    gph_cycle cycle = {.frames = frames, .n_in = 2, .n_out = 2, .in = in, .out = out};
    cycle.clock.frame = s->frame + (breach == BREACH_FRAME);
    cycle.clock.mono_ns = breach == BREACH_MONO ? 5 : (s->frame + 1) * 20833;
    cycle.clock.rate = 48000;
    cycle.clock.flags = s->n == 0 || breach == BREACH_FIRST ? GPH_CLOCK_FIRST : 0;
    if (breach == BREACH_BLOCK)
        cycle.frames = 1025;
    if (breach == BREACH_CHANNELS)
        cycle.n_in = 3;
    if (breach == BREACH_POINTER)
        in[1] = NULL;
    for (uint32_t c = 0; c < 2; c++)
        for (uint32_t k = 0; k < cycle.frames; k++)
            memory[c][k] = gph_pump_counter(s->frame + k - (breach == BREACH_CONTENT && k > 7), c);
    s->frame += cycle.frames;
    s->n++;
    s->engine->cycle(s->engine->user, &cycle);
}

static gph_status GPH_CALL
bad_open(gph_host_self *self, const gph_want *want, const gph_engine *engine,
         gph_host_stream **stream, gph_got *got)
{
    (void)self;
    (void)want;
    bad.stream = (struct gph_host_stream){.engine = engine, .breach = bad.breach};
    *got = (gph_got){.size = sizeof *got,
                     .rate = 48000,
                     .block = 64,
                     .max_frames = 1024,
                     .channels_in = 2,
                     .channels_out = 2,
                     .deviations = ""};
    gph_status status = engine->configure(engine->user, got);
    if (bad.breach == BREACH_GOT)
        got->block = 128;
    *stream = &bad.stream;
    if (bad.breach == BREACH_OUTSIDE)
        bad_cycle(&bad.stream, 64);
    return status;
}

static gph_status GPH_CALL
bad_start(gph_host_stream *stream)
{
    stream->n = 0;
    stream->frame = 0;
    return GPH_OK;
}

static int64_t GPH_CALL
bad_step(gph_host_stream *stream, int64_t frames, int64_t timeout_ns)
{
    (void)timeout_ns;
    for (int64_t done = 0; done < frames; done += 64)
        bad_cycle(stream, 64);
    if (stream->breach == BREACH_EVENT) {
        gph_host_event event = {.kind = GPH_HOST_NOTE};
        stream->engine->event(stream->engine->user, &event);
    }
    return frames;
}

/* Enters a cycle while another one is inside. */
static void
nest(witness *w, const gph_cycle *cycle)
{
    (void)cycle;
    w->hook = NULL;
    bad_cycle(&bad.stream, 64);
}

static gph_status GPH_CALL
bad_stop(gph_host_stream *stream, uint32_t drain)
{
    (void)stream;
    (void)drain;
    return GPH_OK;
}

static void GPH_CALL
bad_close(gph_host_stream *stream)
{
    (void)stream;
}

static gph_status GPH_CALL
bad_dispatch(gph_host_self *self, int32_t timeout_ms)
{
    (void)self;
    (void)timeout_ms;
    return GPH_OK;
}

static const gph_host bad_host = {
    GPH_HOST("bad", "Bad", "Breaks its word", GPH_HOST_CAN_STEP | GPH_HOST_IS_OFFLINE),
    .create = bad_create,
    .destroy = bad_destroy,
    .open = bad_open,
    .start = bad_start,
    .step = bad_step,
    .stop = bad_stop,
    .close = bad_close,
    .dispatch = bad_dispatch,
};

START_TEST(convicts)
{
    static const unsigned breaches[] = {
        0,
        BREACH_BLOCK,
        BREACH_CHANNELS,
        BREACH_POINTER,
        BREACH_FRAME,
        BREACH_MONO,
        BREACH_OUTSIDE,
        BREACH_EVENT,
        BREACH_CONTENT,
        BREACH_GOT,
        BREACH_FIRST,
        BREACH_TOGETHER,
    };
    bench b;
    bad.breach = breaches[_i];
    ck_assert(begin_host(&b, &bad_host));
    b.w.content = CONTENT_BY_FRAME;
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    if (breaches[_i] == BREACH_OUTSIDE) /* the rest starts clean */
        b.w.last_mono_ns = 0;
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    if (breaches[_i] == BREACH_TOGETHER)
        b.w.hook = nest;
    pass_cycles(&b, 20);
    ck_assert_msg((b.w.breaches & breaches[_i]) == breaches[_i], "0x%x is not among 0x%x",
                  breaches[_i], b.w.breaches);
    ck_assert(breaches[_i] != 0 || b.w.breaches == 0);
    bench_finish(&b);
}
END_TEST

static void
fill(TCase *cases)
{
    const TTest *const tests[] = {
        describes_itself,
        settles_rates,
        settles_widths,
        keeps_time,
        lives_in_any_order,
        heeds_a_refusal,
        refuses_to_stop_in_an_event,
        ends_when_told,
        takes_names_as_they_come,
        lists_devices,
        is_there,
    };
    for (size_t n = 0; n < sizeof tests / sizeof *tests; n++)
        tcase_add_loop_test(cases, tests[n], 0, getenv("GPH_TEST_HOST") != NULL ? 1 : N_IDS);
    tcase_add_loop_test(cases, convicts, 0, 12);
}

SUITE_CASES("conformance", fill)
