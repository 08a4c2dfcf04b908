/* The host wasapi on a fake of Windows: every rung, every result of every call, on virtual time. [test program] */
#include "../../../hosts/wasapi/status.h"
#include "../../windows/fake_wa.h"
#include "witness.h"

static fake_wa *w;

/* ---------------------------------------------------------------- ways to open it */

static const struct {
    const char *name;
    const char *lines[3];
    double block;
    const char *format;
} ways[] = {
    {"shared", {NULL}, 0, "f32, shared"},
    {"low latency", {"low-latency=both"}, 128, "f32, shared, low latency"},
    {"low playback", {NULL}, 128, "f32, shared; out f32, shared, low latency"},
    {"exclusive", {"mode=exclusive"}, 256, "s24 in 32, exclusive"},
    {"exclusive s24", {"mode=exclusive", "format=s24"}, 441, "s24, exclusive"},
};
enum { N_WAYS = sizeof ways / sizeof *ways };

static void
begin_host(bench *b)
{
    fake_reset();
    w = fake_world();
    bench_init_host(b, &gph_host_1);
    bench_set(b, "step=on");
    b->w.content = CONTENT_BY_FRAME;
    b->w.counts_out = true;
}

static void
begin(bench *b, size_t way)
{
    begin_host(b);
    for (size_t n = 0; n < 3 && ways[way].lines[n] != NULL; n++)
        bench_set(b, ways[way].lines[n]);
    if (ways[way].block > 0)
        b->want.block = wish(ways[way].block, GPH_WISH_PREFER);
}

/* What no test may leave behind. */
static void
end(bench *b)
{
    ck_assert_msg(b->w.breaches == 0, "breaches 0x%x", b->w.breaches);
    bench_finish(b);
    ck_assert_msg(w->n_complaints == 0, "%s", w->complaint);
    ck_assert_int_eq(w->n_objects, 0);
}

static void
refused(bench *b, gph_status status, const char *error)
{
    ck_assert_int_eq(bench_open(b), status);
    ck_assert_str_eq(b->options.error, error);
    ck_assert_ptr_null(b->stream);
    ck_assert_uint_eq(b->w.n_configured, 0);
}

/* ---------------------------------------------------------------- data */

START_TEST(counts)
{
    bench b;
    begin(&b, (size_t)_i);
    bench_go(&b);
    ck_assert_str_eq(b.got.format, ways[_i].format);
    ck_assert_str_eq(b.got.device_out, "Speakers (Fake card)");
    ck_assert_str_eq(b.got.names_in[0], _i < 4 ? "1" : "front-left");
    bench_run_whole(&b);
    /* And what was played arrived in order, bit for bit: one card is one clock. */
    ck_assert_uint_eq(w->n_breaks, 0);
    ck_assert_uint_ge(w->n_right, 92000);
    ck_assert_uint_eq(w->n_starved, 0);
    end(&b);
}
END_TEST

START_TEST(one_way)
{
    for (int out = 0; out < 2; out++) {
        bench b;
        begin(&b, (size_t)_i);
        b.want.channels_in = wish(out ? 0 : 3, GPH_WISH_EXACT);
        b.want.channels_out = wish(out ? 3 : 0, GPH_WISH_EXACT);
        bench_go(&b);
        bench_run(&b, 48000);
        ck_assert_uint_ge(b.w.frames, 47000);
        ck_assert_uint_eq(b.w.lost_in + b.w.lost_out, 0);
        ck_assert_uint_eq(w->n_breaks + w->n_starved, 0);
        ck_assert(!out || w->n_right > 45000);
        end(&b);
    }
}
END_TEST

START_TEST(all_channels_it_has)
{
    bench b;
    begin(&b, (size_t)_i);
    b.want.channels_in = b.want.channels_out = wish(64, GPH_WISH_EXACT);
    w->width = 64;
    bench_go(&b);
    bench_run(&b, 9600);
    ck_assert_uint_eq(b.w.lost_in, 0);
    end(&b);
}
END_TEST

/* What latency says is what a cable from output to input shows, but for what the converters take. */
START_TEST(is_as_late_as_it_says)
{
    bench b;
    uint32_t in, out;
    begin(&b, (size_t)_i);
    w->cable = true;
    b.w.content = CONTENT_RUNS_ON;
    bench_go(&b);
    bench_run(&b, 48000);
    ck_assert_int_eq(b.host->latency(b.stream, GPH_DIRECTION_IN, 1, &in, &in), GPH_OK);
    ck_assert_int_eq(b.host->latency(b.stream, GPH_DIRECTION_OUT, 1, &out, &out), GPH_OK);
    ck_assert_int_eq(b.host->latency(b.stream, GPH_DIRECTION_OUT, 2, &out, &out), GPH_ARGUMENT);
    /* Frame f carries f + 1; heard at `next_frame` is what was played one round trip before. */
    double trip = (double)b.w.next_frame + 1 - b.w.offset[1];
    ck_assert_uint_gt(b.w.compared, 20);
    ck_assert_double_eq_tol(trip, (double)b.got.block + in + out - 2 * 48, 2);
    end(&b);
}
END_TEST

START_TEST(jitter_and_drift_cost_nothing)
{
    bench b;
    begin(&b, (size_t)_i);
    w->jitter_ns = 1500000;
    w->endpoints[0].ppm = w->endpoints[1].ppm = 80;
    bench_go(&b);
    bench_run(&b, 48000 * 6);
    ck_assert_uint_eq(b.w.lost_in + b.w.lost_out, 0);
    ck_assert_uint_eq(w->n_breaks, 0);
    ck_assert_double_eq_tol(bench_stats(&b).drift_ppm, 80, 60);
    end(&b);
}
END_TEST

START_TEST(runs_twice)
{
    bench b;
    begin(&b, (size_t)_i);
    bench_go(&b);
    bench_run_twice(&b);
    end(&b);
}
END_TEST

/* ---------------------------------------------------------------- two clocks */

static void
play_sine(const gph_cycle *cycle)
{

    for (uint32_t c = 0; c < cycle->n_out; c++)
        for (uint32_t n = 0; n < cycle->frames; n++)
            cycle->out[c][n] =
                0.5f * (float)sin(0.1308996938995747 * (double)(cycle->clock.frame + n));
}

static int32_t GPH_CALL
sine_cycle(void *user, const gph_cycle *cycle)
{
    int32_t result = on_cycle(user, cycle);
    play_sine(cycle);
    return result;
}

/* Capture is the master and is not touched; playback follows, and is as smooth as it was. */
START_TEST(two_devices_are_bridged)
{
    static const double ppm[][2] = {{100, -100}, {-250, 250}, {0, 3000}};
    bench b;
    begin_host(&b);
    b.want.device_out = "Phones (Other)";
    b.w.counts_out = false;
    w->jitter_ns = 500000;
    w->endpoints[0].ppm = ppm[_i][0];
    w->endpoints[3].ppm = ppm[_i][1];
    b.w.engine.cycle = sine_cycle;
    bench_go(&b);
    ck_assert_ptr_nonnull(strstr(b.got.deviations, "it follows capture by resampling"));
    bench_run(&b, 48000 * 40);
    ck_assert_uint_eq(b.w.lost_in, 0);
    ck_assert_uint_eq(b.w.lost_out, 0);
    ck_assert_uint_eq(w->n_starved, 0);
    /* The third difference of this sine is 0.5 * 0.1309^3; a frame missing or twice makes it 50 times that. */
    ck_assert_double_lt(w->roughest, 0.0013);
    ck_assert_double_gt(w->roughest, 0.0009);
    end(&b);
}
END_TEST

START_TEST(one_rate_for_both)
{
    bench b;
    begin_host(&b);
    w->endpoints[3].mix.rate = 44100;
    b.want.device_out = "Phones (Other)";
    refused(&b, GPH_UNSUPPORTED,
            "'Gr\xc3\xb6\xc3\x9f"
            "e (Fake card)' runs at 48000 Hz and 'Phones (Other)' at 44100 Hz: set one rate for "
            "both in the sound settings of Windows, or wasapi.mode = exclusive");
    /* Each asked itself they run at one rate, and nothing is resampled unsaid. */
    bench_set(&b, "mode=exclusive");
    bench_go(&b);
    bench_run(&b, 9600);
    ck_assert_double_eq(b.got.rate, 48000);
    end(&b);
}
END_TEST

/* ---------------------------------------------------------------- the ladder */

/* Opens, and says with what. */
static const char *
opened(bench *b)
{
    if (b->stream != NULL)
        bench_close(b);
    ck_assert_msg(bench_open(b) == GPH_OK, "%s", b->options.error);
    return b->got.format;
}

START_TEST(exclusive_sizes)
{
    bench b;
    for (int n = 0; n < 4; n++) {
        begin(&b, 3);
        b.want.channels_in = wish(0, GPH_WISH_ANY);
        b.want.block = wish(n == 3 ? 100000 : 200, GPH_WISH_PREFER);
        if (n != 1)
            w->endpoints[1].align = 128;
        if (n != 0)
            w->endpoints[1].longer_than = 100000;
        ck_assert_str_eq(opened(&b), "s24 in 32, exclusive");
        /* 200 frames are aligned to 256; 4.17 ms are doubled twice to 800 frames, and aligned to 896. */
        static const uint32_t blocks[] = {256, 800, 512, 24064};
        if (n < 2 || n == 3)
            ck_assert_uint_le(b.got.block, blocks[n]);
        if (n < 2)
            ck_assert_uint_eq(b.got.block, blocks[n]);
        ck_assert_uint_eq(w->endpoints[1].align > 0 ? b.got.block % 128 : 0, 0);
        ck_assert_int_eq(bench_start(&b), GPH_OK);
        bench_run(&b, 48000 * 2);
        ck_assert_uint_eq(b.w.lost_out, 0);
        ck_assert_uint_eq(w->n_starved, 0);
        end(&b);
    }
}
END_TEST

START_TEST(no_size_will_do)
{
    bench b;
    begin(&b, 3);
    w->endpoints[0].longer_than = 9000000;
    ck_assert_str_eq(opened(&b), "f32, shared; out f32, shared, low latency");
    ck_assert_ptr_nonnull(strstr(b.got.deviations, "mode: wanted exclusive, got shared: "
                                                   "the device refuses the period"));
    end(&b);
}
END_TEST

START_TEST(exclusive_formats)
{
    static const struct {
        int32_t only;
        bool plain, two_faced;
        const char *format;
    } cases[] = {
        {-1, false, false, "s24 in 32, exclusive"},
        {GPH_PUMP_SAMPLE_S32, false, false, "s32, exclusive"},
        {GPH_PUMP_SAMPLE_S24, false, false, "s24, exclusive"},
        {GPH_PUMP_SAMPLE_F32, false, false, "f32, exclusive"},
        {GPH_PUMP_SAMPLE_S16, false, false, "s16, exclusive"},
        {-1, true, false, "s16, exclusive"},
        {-1, false, true, "s16, exclusive"},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        bench b;
        begin(&b, 3);
        b.w.content = CONTENT_IGNORED;
        for (int k = 0; k < 2; k++) {
            w->endpoints[k].only_sample = cases[n].only;
            w->endpoints[k].plain_only = cases[n].plain;
            w->endpoints[k].two_faced = cases[n].two_faced;
        }
        ck_assert_str_eq(opened(&b), cases[n].format);
        ck_assert_str_eq(b.got.deviations, "");
        ck_assert_int_eq(bench_start(&b), GPH_OK);
        bench_run(&b, 9600);
        ck_assert_uint_eq(b.w.lost_in, 0);
        end(&b);
    }
}
END_TEST

START_TEST(exclusive_is_not_to_be_had)
{
    bench b;
    begin(&b, 3);
    w->endpoints[0].exclusive = false;
    ck_assert_str_eq(opened(&b), "f32, shared; out f32, shared, low latency");
    ck_assert_ptr_nonnull(strstr(
        b.got.deviations, "mode: wanted exclusive, got shared: exclusive use is switched off "
                          "in the device's properties"));
    bench_close(&b);
    /* Another rate than the mix has is then not to be had either. */
    b.want.rate = wish(96000, GPH_WISH_EXACT);
    ck_assert_int_eq(bench_open(&b), GPH_UNSUPPORTED);
    ck_assert_str_eq(b.options.error, "rate: wanted 96000, but the rate that Windows mixes at "
                                      "(wasapi.mode = exclusive asks the device) is 48000");
    w->endpoints[0].exclusive = true;
    ck_assert_str_eq(opened(&b), "s32, exclusive");
    ck_assert_double_eq(b.got.rate, 96000);
    end(&b);
}
END_TEST

START_TEST(a_busy_device_ends_it)
{
    for (size_t way = 0; way < N_WAYS; way++) {
        bench b;
        begin(&b, way);
        w->fail_call = way == 1 ? FAKE_INIT_LOW : FAKE_INIT;
        w->fail_times = 1;
        w->fail_times = 1;
        w->fail_with = WA_E_DEVICE_IN_USE;
        refused(&b, GPH_IO,
                "'Gr\xc3\xb6\xc3\x9f"
                "e (Fake card)': another program has the device for itself");
        ck_assert_str_eq(b.options.config.bad_setting, "device");
        end(&b);
    }
}
END_TEST

START_TEST(periods_of_the_engine)
{
    static const struct {
        double block;
        wa_periods low;
        uint32_t locked, got;
        const char *rung, *why;
    } cases[] = {
        {128, {480, 16, 128, 480}, 0, 128, "f32, shared, low latency", NULL},
        {200, {480, 16, 128, 480}, 0, 208, "f32, shared, low latency", "the period of the engine"},
        {64, {480, 16, 128, 480}, 0, 128, "f32, shared, low latency", "the period of the engine"},
        {128,
         {480, 16, 128, 480},
         256,
         256,
         "f32, shared, low latency",
         "the period of the engine"},
        {480, {480, 16, 128, 480}, 0, 480, "f32, shared", NULL},
        {1000, {480, 16, 128, 480}, 0, 480, "f32, shared", "the period of the engine"},
        {128, {480, 0, 0, 0}, 0, 480, "f32, shared", "the system does not offer it"},
        {128, {480, 16, 0, 480}, 0, 480, "f32, shared", "what the device says of itself cannot be"},
        {128,
         {480, 16, 500, 480},
         0,
         480,
         "f32, shared",
         "what the device says of itself cannot be"},
        {128,
         {480, 16, 128, 50000},
         0,
         480,
         "f32, shared",
         "what the device says of itself cannot be"},
        {128, {480, 100, 128, 480}, 0, 200, "f32, shared, low latency", "the period of the engine"},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        char line[200];
        bench b;
        begin_host(&b);
        b.want.channels_in = wish(0, GPH_WISH_ANY);
        b.want.block = wish(cases[n].block, GPH_WISH_PREFER);
        w->endpoints[1].low = cases[n].low;
        w->endpoints[1].low_locked = cases[n].locked;
        ck_assert_str_eq(opened(&b), cases[n].rung);
        ck_assert_uint_eq(b.got.block, cases[n].got);
        snprintf(line, sizeof line, "block: wanted %.0f, got %u: %s", cases[n].block, cases[n].got,
                 cases[n].why);
        ck_assert_str_eq(b.got.deviations, cases[n].why != NULL ? line : "");
        ck_assert(cases[n].block < 480 || w->n_calls[FAKE_INIT_LOW] == 0);
        ck_assert_int_eq(bench_start(&b), GPH_OK);
        bench_run(&b, 9600);
        ck_assert_uint_eq(b.w.lost_out + w->n_starved, 0);
        end(&b);
    }
}
END_TEST

START_TEST(only_what_was_asked_for)
{
    bench b;
    begin_host(&b);
    b.want.block = wish(128, GPH_WISH_PREFER);
    bench_set(&b, "low-latency=off");
    ck_assert_str_eq(opened(&b), "f32, shared");
    ck_assert_uint_eq(w->n_calls[FAKE_INIT_LOW], 0);
    ck_assert_uint_eq(w->n_calls[FAKE_ENGINE_PERIOD], 0);
    /* Nothing converts: neither rate nor width is asked of the engine. */
    ck_assert_uint_eq(w->init_flags, WA_STREAM_EVENT);
    end(&b);
}
END_TEST

START_TEST(wishes_of_rate_and_width)
{
    bench b;
    begin_host(&b);
    b.want.rate = wish(44100, GPH_WISH_EXACT);
    refused(&b, GPH_UNSUPPORTED,
            "rate: wanted 44100, but the rate that Windows mixes at "
            "(wasapi.mode = exclusive asks the device) is 48000");
    ck_assert_str_eq(b.options.config.bad_setting, "rate");
    b.want.rate = wish(44100, GPH_WISH_PREFER);
    b.want.device_in = "Line (Other)";
    b.want.channels_in = wish(8, GPH_WISH_EXACT);
    refused(&b, GPH_UNSUPPORTED, "input channels: wanted 8, but what 'Line (Other)' has is 2");
    b.want.channels_in = wish(8, GPH_WISH_PREFER);
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    ck_assert_uint_eq(b.got.channels_in, 2);
    ck_assert_str_eq(b.got.names_in[0], "front-left");
    ck_assert_str_eq(b.got.names_in[1], "front-right");
    ck_assert_ptr_nonnull(
        strstr(b.got.deviations, "input channels: wanted 8, got 2: what 'Line (Other)' has"));
    bench_close(&b);
    b.want.channels_in = b.want.channels_out = wish(0, GPH_WISH_ANY);
    b.w.n_configured = 0;
    refused(&b, GPH_UNSUPPORTED, "the patch neither captures nor plays");
    end(&b);
}
END_TEST

/* A mix format that contradicts itself, or that we do not know, is refused in words. */
START_TEST(formats_that_lie)
{
    static const struct {
        int at;
        uint8_t value;
        uint32_t bytes;
        bool unknown;
    } lies[] = {
        {0, 0, 0, false},    {0, 0, 10, false},  {0, 0xfe, 39, false}, {2, 0, 40, false},
        {2, 1, 40, false},   {14, 8, 40, false}, {14, 0, 40, false},   {16, 21, 40, false},
        {18, 33, 40, false}, {12, 7, 40, false}, {24, 7, 40, true},    {30, 1, 40, true},
        {7, 255, 40, false},
    };
    for (size_t n = 0; n < sizeof lies / sizeof *lies; n++) {
        bench b;
        begin_host(&b);
        b.want.device_in = "Line (Other)";
        b.want.channels_out = wish(0, GPH_WISH_ANY);
        fake_endpoint *e = &w->endpoints[2];
        wa_wave wave;
        wa_format_write(&e->mix, &wave);
        memcpy(e->raw, &wave, sizeof wave);
        e->raw[lies[n].at] = lies[n].value;
        e->raw_bytes = lies[n].bytes > 0 ? lies[n].bytes : 1;
        refused(&b, GPH_UNSUPPORTED,
                lies[n].unknown ? "'Line (Other)': the device refuses the format"
                                : "'Line (Other)': what the device says of itself cannot be");
        e->raw_bytes = 0;
        e->usual = n % 2 != 0 ? 0 : INT64_MAX; /* a period that cannot be */
        e->latency = INT64_MIN;
        ck_assert_str_eq(opened(&b), "f32, shared");
        ck_assert_uint_eq(b.got.block, 480);
        end(&b);
    }
}
END_TEST

/* ---------------------------------------------------------------- losses */

START_TEST(told_and_untold_losses)
{
    bench b;
    begin_host(&b);
    bench_go(&b);
    bench_run(&b, 48000);
    w->skip = 480;
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.lost_in, 480);
    ck_assert_uint_eq(b.w.estimated, 0);
    end(&b);
}
END_TEST

/* A thread asleep for longer than the buffer has room for: the position or the clock tells, frames stay where they belong. */
START_TEST(a_long_sleep_is_a_loss)
{
    static const int64_t ms[] = {40, 333, 1000};
    for (size_t n = 0; n < 3; n++) {
        bench b;
        begin(&b, (size_t)_i);
        bench_go(&b);
        w->sleep_at_ns = w->now_ns + 500000000;
        w->sleep_ns = ms[n] * 1000000;
        bench_run(&b, 96000);
        double passed = (double)(w->now_ns - 1000000000) * 48e-6;
        ck_assert_double_eq_tol((double)b.w.next_frame, passed, 3.0 * b.got.block);
        ck_assert_uint_gt(b.w.lost_in + (ms[n] < 300), 0);
        ck_assert_uint_eq(bench_stats(&b).lost_in, b.w.lost_in);
        ck_assert_uint_gt(b.w.lost_out + (ms[n] < 300), 0);
        end(&b);
    }
}
END_TEST

START_TEST(a_flag_alone_is_no_loss)
{
    bench b;
    begin_host(&b);
    w->flags_always = true;
    bench_go(&b);
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.lost_in, 0);
    end(&b);
}
END_TEST

START_TEST(positions_that_lie)
{
    bench b;
    begin_host(&b);
    w->position_lie = _i;
    bench_go(&b);
    bench_run(&b, 96000);
    ck_assert_uint_le(b.w.lost_in, 0);
    ck_assert_uint_eq(b.w.n_events[GPH_HOST_NOTE], 1);
    ck_assert_str_eq(b.w.text, "the device counts its frames wrongly: losses are measured by the "
                               "clock");
    end(&b);
}
END_TEST

START_TEST(whims_of_packets)
{
    bench b;
    begin_host(&b);
    w->silent = true; /* its data may not be read */
    b.w.content = CONTENT_IGNORED;
    bench_go(&b);
    bench_run(&b, 9600);
    ck_assert_uint_eq(b.w.silent, b.w.cycles);
    w->silent = false;
    w->empty_every = 3;
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.lost_in, 0);
    w->empty_every = 0;
    w->huge = 0x10000000;
    bench_run(&b, 4800);
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:what the device says of itself cannot be;"));
    w->huge = 0;
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_RUNNING);
    end(&b);
}
END_TEST

START_TEST(events_may_stop)
{
    bench b;
    begin(&b, (size_t)_i);
    b.w.content = CONTENT_IGNORED;
    bench_go(&b);
    bench_run(&b, 9600);
    w->no_events = true; /* looked at all the same, if more seldom */
    bench_run(&b, 96000);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_RUNNING);
    ck_assert_ptr_null(strstr(b.w.states, "3:"));
    end(&b);
}
END_TEST

START_TEST(a_device_that_stands_still_is_lost)
{
    bench b;
    begin(&b, (size_t)_i);
    bench_go(&b);
    bench_run(&b, 9600);
    w->frozen = true;
    bench_run(&b, 48000);
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:stalled: no cycle came;"));
    w->frozen = false;
    b.w.content = CONTENT_IGNORED;
    bench_run(&b, 96000);
    ck_assert_uint_eq(b.w.resumed, 1);
    end(&b);
}
END_TEST

/* ---------------------------------------------------------------- gone and back */

START_TEST(goes_and_comes_back)
{
    for (int n = 0; n < 4; n++) {
        bench b;
        begin(&b, (size_t)_i);
        w->dies_quietly = n % 2 != 0;
        bench_go(&b);
        bench_run(&b, 48000);
        int which = n / 2; /* capture, or playback */
        fake_remove(which);
        bench_run(&b, 48000);
        ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_LOST);
        ck_assert_ptr_nonnull(strstr(b.w.states, "3:the device is gone;"));
        ck_assert_ptr_nonnull(strstr(b.w.states, "3:no device '"));
        uint64_t cycles = b.w.cycles;
        b.w.content = CONTENT_IGNORED;
        fake_return(which);
        bench_run(&b, 48000 * 3);
        ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_RUNNING);
        ck_assert_uint_eq(b.w.resumed, 1);
        ck_assert_uint_gt(b.w.cycles, cycles);
        ck_assert_uint_eq(bench_stats(&b).reopens, 1);
        double passed = (double)(w->now_ns - 1000000000) * 48e-6;
        ck_assert_double_eq_tol((double)b.w.next_frame, passed, 3.0 * b.got.block);
        end(&b);
    }
}
END_TEST

/* Told by the system before any call fails. */
START_TEST(is_told_that_it_is_gone)
{
    bench b;
    begin_host(&b);
    bench_go(&b);
    bench_run(&b, 9600);
    b.w.content = CONTENT_IGNORED;
    fake_tell_gone();
    bench_run(&b, 9600);
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:the device is gone;2:back;"));
    end(&b);
}
END_TEST

START_TEST(goes_while_it_is_stopped)
{
    bench b;
    begin(&b, (size_t)_i);
    bench_go(&b);
    bench_run(&b, 9600);
    ck_assert_int_eq(bench_stop(&b), GPH_OK);
    fake_remove(0);
    ck_assert_int_lt(bench_start(&b), 0);
    ck_assert_int_lt(bench_start(&b), 0);
    fake_return(0);
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    bench_run(&b, 9600);
    end(&b);
}
END_TEST

START_TEST(comes_back_as_another)
{
    bench b;
    begin_host(&b);
    b.want.device_in = "Line (Other)";
    b.want.channels_out = wish(0, GPH_WISH_ANY);
    bench_go(&b);
    bench_run(&b, 9600);
    fake_remove(2);
    bench_run(&b, 9600);
    b.w.content = CONTENT_IGNORED;
    w->endpoints[2].mix.rate = 44100;
    fake_return(2);
    bench_run(&b, 96000);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_LOST);
    ck_assert_ptr_nonnull(strstr(b.w.states, "it is back with 44100 Hz instead of 48000 Hz"));
    w->endpoints[2].mix.rate = 48000;
    w->endpoints[2].mix.channels = 1;
    bench_run(&b, 48000 * 3);
    ck_assert_ptr_nonnull(
        strstr(b.w.states, "it is back with 1 inputs and 0 outputs instead of 2"));
    w->endpoints[2].mix.channels = 2;
    bench_run(&b, 48000 * 5);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_RUNNING);
    end(&b);
}
END_TEST

static bench *
open_default(bench *b, uint32_t on_loss)
{
    begin_host(b);
    b->want.on_loss = on_loss;
    b->w.content = CONTENT_IGNORED;
    bench_go(b);
    bench_run(b, 9600);
    return b;
}

START_TEST(stops_waits_or_follows)
{
    bench b;
    open_default(&b, GPH_LOSS_STOP);
    fake_remove(0);
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_FAILED);
    end(&b);

    open_default(&b, GPH_LOSS_WAIT); /* another default is told, and nothing more */
    fake_new_default(false, 2);
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.n_events[GPH_HOST_DEFAULT], 1);
    ck_assert_uint_eq(b.w.n_configured, 1);
    fake_remove(0); /* the same one is waited for */
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_LOST);
    ck_assert_uint_gt(b.w.n_events[GPH_HOST_DEVICES], 0);
    end(&b);

    open_default(&b, GPH_LOSS_FOLLOW);
    fake_new_default(false, 2);
    fake_new_default(true, 3);
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.n_configured, 2); /* once for all the calls that told it */
    ck_assert_str_eq(b.w.got.device_in, "Line (Other)");
    ck_assert_str_eq(b.w.got.device_out, "Phones (Other)");
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:the default device has changed;2:back;"));
    fake_remove(2);
    fake_new_default(false, 0);
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_RUNNING);
    ck_assert_str_eq(b.w.got.device_in, "Gr\xc3\xb6\xc3\x9f"
                                        "e (Fake card)");
    end(&b);
}
END_TEST

/* A device that was chosen by its name stays chosen. */
START_TEST(a_named_device_is_kept)
{
    bench b;
    begin_host(&b);
    b.want.on_loss = GPH_LOSS_FOLLOW;
    b.want.device_in = b.want.device_out = "Fake card";
    bench_go(&b);
    bench_run(&b, 9600);
    fake_new_default(false, 2);
    fake_new_default(true, 3);
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.n_configured, 1);
    end(&b);
}
END_TEST

START_TEST(fills_in_with_silence)
{
    bench b;
    begin_host(&b);
    b.want.timeline = GPH_TIMELINE_CLOCK;
    bench_go(&b);
    bench_run(&b, 4800);
    fake_remove(0);
    b.w.content = CONTENT_IGNORED;
    bench_run(&b, 96000);
    ck_assert_uint_gt(b.w.silent, 50);
    fake_return(0);
    bench_run(&b, 48000 * 3);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_RUNNING);
    end(&b);
}
END_TEST

/* ---------------------------------------------------------------- loopback */

START_TEST(captures_what_is_played)
{
    bench b;
    begin_host(&b);
    bench_set(&b, "loopback=on");
    b.want.device_in = "Speakers (Fake card)";
    b.want.device_out = "Phones (Other)";
    bench_go(&b);
    ck_assert_str_eq(b.got.format, "f32, shared, loopback");
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.lost_in, 0);
    ck_assert_uint_gt(w->n_silent, 40000); /* so that time passes while nobody plays */
    ck_assert_uint_eq(w->n_starved, 0);
    bench_close(&b);
    b.want.device_out = NULL;
    b.want.device_in = NULL;
    b.w.n_configured = 0;
    refused(&b, GPH_UNSUPPORTED,
            "'Speakers (Fake card)' would capture what it plays itself: "
            "choose another device to play");
    w->no_loopback = true;
    b.want.channels_out = wish(0, GPH_WISH_ANY);
    refused(&b, GPH_IO,
            "'Speakers (Fake card)': what it plays cannot be captured here; there are inputs that "
            "may be its monitor: 'Gr\xc3\xb6\xc3\x9f"
            "e (Fake card)', 'Line (Other)'");
    end(&b);
}
END_TEST

/* ---------------------------------------------------------------- devices */

static char seen[1024];

static void GPH_CALL
see(void *user, const gph_device *device)
{
    size_t used = strlen(seen);
    (void)user;
    snprintf(seen + used, sizeof seen - used, "%s|%s|%u|%u|%u|%u|%.0f\n", device->id, device->name,
             device->directions, device->roles, device->channels_in, device->channels_out,
             device->rate);
}

START_TEST(lists_devices)
{
    bench b;
    uint64_t one = 0, other = 0;
    gph_device_caps caps = {.size = sizeof caps};
    begin_host(&b);
    w->endpoints[3].device.channels = 0;
    seen[0] = 0;
    ck_assert_int_eq(b.host->list(b.self, &one, see, NULL), GPH_OK);
    ck_assert_str_eq(seen, "{0.0.1.00000000}.{card-in}|Gr\xc3\xb6\xc3\x9f"
                           "e (Fake card)|1|1|64|0|48000\n"
                           "{0.0.0.00000000}.{card-out}|Speakers (Fake card)|2|2|0|64|48000\n"
                           "{0.0.1.00000000}.{other-in}|Line (Other)|1|0|2|0|48000\n"
                           "{0.0.0.00000000}.{other-out}|Phones (Other)|2|0|0|0|0\n");
    fake_remove(3);
    b.host->list(b.self, &other, see, NULL);
    ck_assert_uint_ne(one, other);
    w->endpoints[0].max_rate = 96000;
    ck_assert_int_eq(b.host->caps_of(b.self, "{0.0.1.00000000}.{card-in}", GPH_DIRECTION_IN, &caps),
                     GPH_OK);
    ck_assert_uint_eq(caps.channels_max, 64);
    ck_assert_uint_eq(caps.block_min, 128);
    ck_assert_uint_eq(caps.block_max, 480);
    ck_assert_uint_eq(caps.n_rates, 9);
    ck_assert_double_eq(caps.rates[8], 96000);
    ck_assert_uint_eq(caps.n_modes, 2);
    ck_assert_str_eq(caps.modes[0].name, "shared");
    ck_assert_uint_eq(caps.modes[0].formats, GPH_FORMAT_F32);
    ck_assert_uint_eq(caps.modes[0].n_rates, 1);
    ck_assert_str_eq(caps.modes[1].name, "exclusive");
    ck_assert_uint_eq(caps.modes[1].n_rates, 9);
    w->endpoints[0].only_sample = GPH_PUMP_SAMPLE_S24_32;
    ck_assert_int_eq(b.host->caps_of(b.self, NULL, GPH_DIRECTION_IN, &caps), GPH_OK);
    ck_assert_uint_eq(caps.modes[1].formats, GPH_FORMAT_S24IN32);
    ck_assert_uint_eq(caps.flags, 0);
    /* Someone has it. */
    w->fail_call = FAKE_SUPPORTED;
    w->fail_times = 1;
    w->fail_with = WA_E_DEVICE_IN_USE;
    ck_assert_int_eq(b.host->caps_of(b.self, NULL, GPH_DIRECTION_IN, &caps), GPH_OK);
    ck_assert_uint_eq(caps.flags, GPH_DEVICE_BUSY);
    ck_assert_uint_eq(caps.n_modes, 1);
    /* A caller of before. */
    struct {
        gph_device_caps caps;
        uint8_t beyond;
    } old = {.caps = {.size = offsetof(gph_device_caps, flags), .flags = 77}};
    ck_assert_int_eq(b.host->caps_of(b.self, NULL, GPH_DIRECTION_IN, &old.caps), GPH_OK);
    ck_assert_uint_eq(old.caps.n_rates, 9);
    ck_assert_uint_eq(old.caps.flags, 77);
    w->endpoints[0].exclusive = false; /* then there is the mix only */
    ck_assert_int_eq(b.host->caps_of(b.self, NULL, GPH_DIRECTION_IN, &caps), GPH_OK);
    ck_assert_uint_eq(caps.n_rates, 1);
    ck_assert_double_eq(caps.rates[0], 48000);
    ck_assert_int_eq(b.host->caps_of(b.self, "nothing", GPH_DIRECTION_IN, &caps), GPH_ARGUMENT);
    end(&b);
}
END_TEST

START_TEST(tells_which_devices_there_are)
{
    bench b;
    begin_host(&b);
    b.want.device_in = "Mic";
    refused(&b, GPH_IO,
            "no device 'Mic' that captures; there are: 'Gr\xc3\xb6\xc3\x9f"
            "e (Fake card)', 'Line (Other)'");
    ck_assert_str_eq(b.options.config.bad_setting, "device");
    /* A name of the other direction is none. */
    b.want.device_in = "Phones (Other)";
    ck_assert_int_eq(bench_open(&b), GPH_IO);
    b.want.device_in = "Other"; /* both ways of a piece of hardware are called so */
    b.want.device_out = "Other";
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    ck_assert_str_eq(b.got.device_in, "Line (Other)");
    ck_assert_str_eq(b.got.device_out, "Phones (Other)");
    bench_close(&b);
    b.want.device_in = b.want.device_out = NULL;
    w->default_in = -1; /* none is the default: the first will do */
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    bench_close(&b);
    for (int n = 0; n < FAKE_ENDPOINTS; n++)
        fake_remove(n);
    b.w.n_configured = 0;
    refused(&b, GPH_IO, "no device that captures; there are: none");
    end(&b);
}
END_TEST

/* ---------------------------------------------------------------- each result of each call */

static const wa_result results[] = {
    WA_E_NOTIMPL,
    WA_E_NOINTERFACE,
    WA_E_POINTER,
    WA_E_FAIL,
    WA_E_ACCESSDENIED,
    WA_E_OUTOFMEMORY,
    WA_E_INVALIDARG,
    WA_E_NOTFOUND,
    WA_E_NOT_INITIALIZED,
    WA_E_ALREADY_INITIALIZED,
    WA_E_WRONG_ENDPOINT_TYPE,
    WA_E_DEVICE_INVALIDATED,
    WA_E_NOT_STOPPED,
    WA_E_BUFFER_TOO_LARGE,
    WA_E_OUT_OF_ORDER,
    WA_E_UNSUPPORTED_FORMAT,
    WA_E_INVALID_SIZE,
    WA_E_DEVICE_IN_USE,
    WA_E_BUFFER_PENDING,
    WA_E_EXCLUSIVE_NOT_ALLOWED,
    WA_E_ENDPOINT_CREATE_FAILED,
    WA_E_SERVICE_NOT_RUNNING,
    WA_E_EXCLUSIVE_ONLY,
    WA_E_PERIOD_NOT_EQUAL,
    WA_E_EVENT_NOT_SET,
    WA_E_BUFFER_SIZE_ERROR,
    WA_E_CPUUSAGE_EXCEEDED,
    WA_E_BUFFER_ERROR,
    WA_E_SIZE_NOT_ALIGNED,
    WA_E_INVALID_PERIOD,
    WA_E_RESOURCES_INVALIDATED,
    WA_E_PERIODICITY_LOCKED,
    WA_E_FORMAT_LOCKED,
    WA_RESULT(0x8007001fu),
};
/* Where waits are slow one of so many lives is lived: each ends in some. */
enum { N_RESULTS = sizeof results / sizeof *results, ONE_OF = TEST_SLOW > 1 ? 4 : 1 };

/* Many lives are shorter with fewer channels. */
static void
narrow(void)
{
    for (int n = 0; n < 2; n++)
        w->endpoints[n].mix.channels = w->endpoints[n].device.channels = 4;
}

static bool
happens_while_running(fake_call call)
{
    return call == FAKE_PADDING || call == FAKE_NEXT || call == FAKE_GET_PACKET ||
           call == FAKE_PUT_PACKET || call == FAKE_GET_ROOM || call == FAKE_PUT_ROOM;
}

/* One life in which a call fails once: it is opened or refused in words; lost it comes back; nothing is left open, and what a
 * failed call wrote is not looked at. */
/* Whether it came to that call. */
static bool
live(size_t way, fake_call call, uint32_t skip, wa_result result)
{
    bench b;
    begin(&b, way);
    narrow();
    b.w.content = CONTENT_IGNORED;
    w->fail_call = call;
    w->fail_skip = skip;
    w->fail_times = 1;
    w->fail_with = result;
    gph_status status = bench_open(&b);
    if (status == GPH_OK) {
        status = bench_start(&b);
        if (status == GPH_OK) {
            bench_run(&b, 4800);
            bench_run(&b, b.w.state == GPH_STREAM_STATE_LOST ? 9600 : 2400);
            ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_RUNNING);
            ck_assert_uint_gt(b.w.cycles, 3);
            bool heeded = w->fail_times == 0 && happens_while_running(call) && skip > 3 &&
                          call != FAKE_PADDING;
            ck_assert_msg(!heeded || b.w.resumed == 1, "call %d, result 0x%x, after %u: unheeded",
                          call, (unsigned)result, skip);
        }
        bench_stop(&b);
    } else {
        ck_assert_ptr_null(b.stream);
        ck_assert_str_ne(b.options.error, "");
    }
    bool came = w->fail_times == 0;
    end(&b);
    return came;
}

START_TEST(any_call_may_fail)
{
    static const uint32_t skips[] = {0, 1, 2, 9};
    fake_call call = (fake_call)(_i + 1);
    uint32_t usual = happens_while_running(call) ? 9 : 0;
    for (size_t way = 0; way < N_WAYS - 1; way++)
        for (size_t n = 0; n < 4; n++)
            /* Each result once; some of them at other times too. */
            for (size_t r = 0; r < N_RESULTS; r += skips[n] == usual ? ONE_OF : 5 * ONE_OF)
                if (!live(way, call, skips[n], results[r]))
                    break; /* it is not called so often */
}
END_TEST

/* A device that is gone for good in a call, at any time. */
START_TEST(any_call_may_find_it_gone)
{
    for (size_t way = 0; way < N_WAYS - 1; way++)
        for (uint32_t skip = 0; skip < 4; skip += ONE_OF) {
            bench b;
            begin(&b, way);
            narrow();
            b.w.content = CONTENT_IGNORED;
            w->fail_call = (fake_call)(_i + 1);
            w->fail_skip = skip;
            w->fail_times = 1000000;
            w->fail_with = WA_E_DEVICE_INVALIDATED;
            if (bench_open(&b) == GPH_OK) {
                if (bench_start(&b) == GPH_OK)
                    bench_run(&b, 24000);
                bench_stop(&b);
            }
            end(&b);
        }
}
END_TEST

START_TEST(says_what_is_wrong)
{
    static const struct {
        fake_call call;
        wa_result result;
        const char *error;
    } cases[] = {
        {FAKE_LIST, WA_E_SERVICE_NOT_RUNNING, "the Windows audio service does not run"},
        {FAKE_ENTER, WA_E_OUTOFMEMORY, "no memory"},
        {FAKE_ACTIVATE, WA_E_ACCESSDENIED,
         "'Line (Other)': access is denied: see the privacy settings of Windows for the "
         "microphone"},
        {FAKE_INIT, WA_E_ENDPOINT_CREATE_FAILED, "'Line (Other)': the device is gone"},
        {FAKE_SERVICE, WA_E_FAIL, "'Line (Other)': the system reports a failure"},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        bench b;
        begin_host(&b);
        b.want.device_in = "Line (Other)";
        w->fail_call = cases[n].call;
        w->fail_times = 1;
        w->fail_with = cases[n].result;
        ck_assert_int_lt(bench_open(&b), 0);
        ck_assert_str_eq(b.options.error, cases[n].error);
        end(&b);
    }
}
END_TEST

/* ---------------------------------------------------------------- threads */

/* Opened, used and released by one thread, which is not ours: the fake complains of any other. */
START_TEST(one_thread_owns_it)
{
    bench b;
    for (size_t way = 0; way < N_WAYS; way++) {
        begin(&b, way);
        w->threaded = true;
        b.options.lines[0] = "step=off";
        b.w.content = CONTENT_IGNORED;
        ck_assert_msg(bench_open(&b) == GPH_OK, "%s", b.options.error);
        for (int round = 0; round < 2; round++) {
            ck_assert_int_eq(bench_start(&b), GPH_OK);
            while (b.w.cycles < 20)
                bench_dispatch(&b, 5);
            if (round == 0)
                ck_assert_int_eq(bench_stop(&b), GPH_OK);
            else
                bench_drain(&b);
            ck_assert_uint_eq(bench_stats(&b).frames, b.w.frames);
        }
        ck_assert_int_eq(bench_start(&b), GPH_OK);
        fake_remove(0);
        while (b.w.state != GPH_STREAM_STATE_LOST)
            bench_dispatch(&b, 5);
        fake_return(0);
        while (b.w.resumed == 0 || b.w.state != GPH_STREAM_STATE_RUNNING)
            bench_dispatch(&b, 5);
        ck_assert_int_gt(w->n_objects, 0);
        end(&b);
    }
}
END_TEST

START_TEST(fails_in_its_thread)
{
    bench b;
    begin_host(&b);
    w->threaded = true;
    b.options.lines[0] = "step=off";
    b.want.device_in = "Mic";
    ck_assert_int_eq(bench_open(&b), GPH_IO);
    ck_assert_ptr_nonnull(strstr(b.options.error, "no device 'Mic' that captures"));
    b.want.device_in = NULL;
    w->fail_call = FAKE_START;
    w->fail_times = 1;
    w->fail_with = WA_E_FAIL;
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    ck_assert_int_lt(bench_start(&b), 0);
    b.w.content = CONTENT_IGNORED;
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    ck_assert_uint_gt(b.w.cycles, 0);
    end(&b);
}
END_TEST

/* ---------------------------------------------------------------- the fake itself */

/* It must complain of what it is there to find. */
START_TEST(the_fake_convicts)
{
    for (int n = 0; n < 6; n++) {
        fake_reset();
        w = fake_world();
        const gph_wa_os *os = gph_wa_os_system();
        wa_session *session;
        wa_client *client;
        wa_wave wave;
        uint8_t *data;
        wa_format_write(&w->endpoints[3].mix, &wave);
        os->enter(&session);
        os->activate(session, w->endpoints[3].id, &client);
        wa_event *event = os->event();
        if (n == 0) { /* a format that the engine would convert */
            wave.rate = 44100;
            os->initialize(client, WA_SHARED, WA_STREAM_EVENT, 0, 0, &wave);
        } else if (n == 1) { /* without event, or with AUTOCONVERTPCM */
            os->initialize(client, WA_SHARED, WA_STREAM_EVENT | 0x80000000u, 0, 0, &wave);
        } else {
            os->initialize(client, WA_SHARED, WA_STREAM_EVENT, 0, 0, &wave);
            os->set_event(client, event);
            os->service(client, true);
            os->get_room(client, 480, &data);
            if (n == 2) /* held */
                os->get_room(client, 480, &data);
            os->put_room(client, n == 3 ? 240 : 480, 0);
            if (n == 4)
                os->initialize(client, WA_SHARED, WA_STREAM_EVENT, 0, 0, &wave);
            if (n == 5)
                os->start(client); /* and released running */
        }
        os->release(client);
        os->event_free(event);
        os->leave(session);
        ck_assert_uint_ge(w->n_complaints, 1);
    }
}
END_TEST

static void
fill(TCase *cases)
{
    const TTest *const each_way[] = {
        counts,
        one_way,
        all_channels_it_has,
        is_as_late_as_it_says,
        jitter_and_drift_cost_nothing,
        runs_twice,
        a_long_sleep_is_a_loss,
        events_may_stop,
        a_device_that_stands_still_is_lost,
        goes_and_comes_back,
        goes_while_it_is_stopped,
    };
    const TTest *const once[] = {
        one_rate_for_both,
        exclusive_sizes,
        no_size_will_do,
        exclusive_formats,
        exclusive_is_not_to_be_had,
        a_busy_device_ends_it,
        periods_of_the_engine,
        only_what_was_asked_for,
        wishes_of_rate_and_width,
        formats_that_lie,
        told_and_untold_losses,
        a_flag_alone_is_no_loss,
        whims_of_packets,
        is_told_that_it_is_gone,
        comes_back_as_another,
        stops_waits_or_follows,
        a_named_device_is_kept,
        fills_in_with_silence,
        captures_what_is_played,
        lists_devices,
        tells_which_devices_there_are,
        says_what_is_wrong,
        one_thread_owns_it,
        fails_in_its_thread,
        the_fake_convicts,
    };
    for (size_t n = 0; n < sizeof each_way / sizeof *each_way; n++)
        tcase_add_loop_test(cases, each_way[n], 0, N_WAYS);
    for (size_t n = 0; n < sizeof once / sizeof *once; n++)
        tcase_add_test(cases, once[n]);
    tcase_add_loop_test(cases, two_devices_are_bridged, 0, 3);
    tcase_add_loop_test(cases, positions_that_lie, 1, 4);
    tcase_add_loop_test(cases, any_call_may_fail, 0, FAKE_N_CALLS - 1);
    tcase_add_loop_test(cases, any_call_may_find_it_gone, 0, FAKE_N_CALLS - 1);
}

SUITE_CASES("wasapi", fill)
