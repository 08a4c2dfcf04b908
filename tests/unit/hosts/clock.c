/* The clock host on virtual time: every line of its script, to the frame. [test program] */
#include "witness.h"

/* A stepped stream of the counter signal. */
static void
begin(bench *b, const char *script, uint32_t block)
{
    static char line[1024];
    bench_init(b, "clock");
    bench_set(b, "step=on");
    bench_set(b, "signal=counter");
    if (script != NULL) {
        snprintf(line, sizeof line, "script=%s", script);
        bench_set(b, line);
    }
    b->w.content = CONTENT_BY_FRAME;
    b->want.block = wish(block, GPH_WISH_EXACT);
}

static void
end(bench *b)
{
    ck_assert_uint_eq(b->w.breaches, 0);
    bench_finish(b);
}

START_TEST(counts)
{
    static const uint32_t blocks[] = {1, 17, 64, 1024, 1500, 8192};
    for (size_t n = 0; n < sizeof blocks / sizeof *blocks; n++) {
        bench b;
        begin(&b, NULL, blocks[n]);
        bench_go(&b);
        bench_run(&b, 48000);
        ck_assert_uint_ge(b.w.frames, 48000);
        ck_assert_uint_lt(b.w.frames, 48000 + 8192);
        ck_assert_uint_eq(b.w.lost_in, 0);
        gph_host_stats stats = bench_stats(&b);
        ck_assert_uint_eq(stats.frames, b.w.frames);
        ck_assert_uint_eq(stats.cycles, b.w.cycles);
        end(&b);
    }
}
END_TEST

START_TEST(loses_what_is_said)
{
    bench b;
    begin(&b, "4800 lose 480; 9600 lose 1; xrun", 64);
    bench_go(&b);
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.lost_in, 481);
    ck_assert_uint_eq(b.w.lost_out, 481);
    ck_assert_int_eq(b.w.event_lost, 481);
    ck_assert_int_eq(b.w.event_late, 1);
    ck_assert_uint_eq(b.w.estimated, 0);
    ck_assert_uint_eq(bench_stats(&b).lost_in, 481);
    end(&b);
}
END_TEST

START_TEST(witnesses_a_stall)
{
    bench b;
    begin(&b, "48000 stall 300ms", 256);
    b.w.content = CONTENT_IGNORED; /* one block lies before what the witness found */
    bench_go(&b);
    bench_run(&b, 96000);
    ck_assert_uint_eq(b.w.lost_in, 14400);
    ck_assert_uint_eq(b.w.estimated, 1);
    b.w.content = CONTENT_BY_FRAME; /* and from there on all is right again */
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.lost_in, 14400);
    end(&b);
}
END_TEST

START_TEST(late_is_not_lost)
{
    bench b;
    begin(&b, "4800 late 3ms; 9600 late 40ms", 256);
    bench_set(&b, "periods=2");
    bench_go(&b);
    bench_run(&b, 48000);
    /* Two blocks of buffer: 3 ms late costs nothing; 40 ms late what did not fit. */
    ck_assert_int_eq(b.w.event_late, 1);
    ck_assert_uint_eq(b.w.lost_in, 1920 - 256);
    ck_assert_uint_eq(b.w.estimated, 0);
    end(&b);
}
END_TEST

/* Nobody hears the clock, so it may buffer for as long as a busy machine makes us late. What is beyond that is lost as on
 * any device, and a stall that is shorter than the buffer is no less seen. */
START_TEST(buffers_a_quarter_of_a_second)
{
    static const struct {
        const char *script;
        uint32_t block;
        uint64_t lost;
        uint64_t estimated;
    } cases[] = {
        {"4800 late 250ms", 256, 0, 0},
        {"4800 late 250ms", 1, 0, 0},
        {"4800 late 250ms", 8192, 0, 0},
        {"4800 late 400ms", 256, 19200 - 47 * 256, 0},
        {"4800 late 200ms; 48000 late 200ms; 49000 lose 7", 64, 7, 0},
        {"48000 stall 20ms", 256, 960, 1},
        {"48000 late 100ms; 60000 stall 100ms", 256, 4800, 1},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        bench b;
        begin(&b, cases[n].script, cases[n].block);
        b.w.content = cases[n].estimated ? CONTENT_IGNORED : CONTENT_BY_FRAME;
        bench_go(&b);
        bench_run(&b, 96000);
        ck_assert_uint_eq(b.w.lost_in, cases[n].lost);
        ck_assert_uint_eq(b.w.estimated, cases[n].estimated);
        b.w.content = CONTENT_BY_FRAME;
        bench_run(&b, 48000);
        ck_assert_uint_eq(b.w.lost_in, cases[n].lost);
        end(&b);
    }
}
END_TEST

START_TEST(jitter_costs_nothing)
{
    bench b;
    begin(&b, NULL, 256);
    bench_set(&b, "jitter=0.004");
    bench_go(&b);
    bench_run(&b, 480000);
    ck_assert_uint_eq(b.w.lost_in, 0);
    ck_assert_int_gt(bench_stats(&b).wake_ns_max, 3000000);
    end(&b);
}
END_TEST

START_TEST(vanishes_and_returns)
{
    bench b;
    begin(&b, "48000 vanish 2s; refuse 2", 256);
    bench_go(&b);
    bench_run(&b, 48000 * 8);
    ck_assert_uint_eq(b.w.resumed, 1);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_RUNNING);
    ck_assert_uint_eq(b.w.n_configured, 2);
    ck_assert_uint_eq(bench_stats(&b).reopens, 1);
    /* Tried at 0, 50 (refused), 200, 500, 1000 and 3000 ms: the gap is the clock's, to the frame. */
    ck_assert_uint_ge(b.w.lost_in, 3 * 48000);
    ck_assert_uint_le(b.w.lost_in, 3 * 48000 + 1000);
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:the device has vanished;"));
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:the device is not there;"));
    end(&b);
}
END_TEST

START_TEST(fills_in_with_silence)
{
    bench b;
    begin(&b, "48000 vanish 2s", 256);
    b.want.timeline = GPH_TIMELINE_CLOCK;
    bench_go(&b);
    bench_run(&b, 48000 * 8);
    ck_assert_uint_eq(b.w.resumed, 1);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_RUNNING);
    /* Three seconds of silence, and less than a block lost where it handed back. */
    ck_assert_uint_ge(b.w.silent * 256, 3 * 48000 - 512);
    ck_assert_uint_lt(b.w.lost_in, 512);
    end(&b);
}
END_TEST

START_TEST(stops_if_told_so)
{
    bench b;
    begin(&b, "4800 vanish 2s", 256);
    b.want.on_loss = GPH_LOSS_STOP;
    bench_go(&b);
    bench_run(&b, 48000);
    ck_assert_uint_eq(bench_stats(&b).state, GPH_STREAM_STATE_FAILED);
    ck_assert_uint_eq(b.w.resumed, 0);
    end(&b);
}
END_TEST

START_TEST(follows_if_told_so)
{
    bench b;
    begin(&b, "4800 vanish 1h", 256);
    b.want.on_loss = GPH_LOSS_FOLLOW;
    bench_go(&b);
    bench_run(&b, 48000);
    ck_assert_uint_eq(b.w.resumed, 1);
    ck_assert_str_eq(b.w.got.device_in, "spare");
    end(&b);
}
END_TEST

START_TEST(another_rate_stays_lost)
{
    bench b;
    begin(&b, "4800 vanish 1s; return rate=44100", 256);
    bench_go(&b);
    bench_run(&b, 48000 * 6);
    ck_assert_uint_eq(bench_stats(&b).state, GPH_STREAM_STATE_LOST);
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:it is back with 44100 Hz instead of 48000 Hz;"));
    end(&b);
    begin(&b, "4800 vanish 1s; return channels=1", 256);
    bench_go(&b);
    bench_run(&b, 48000 * 6);
    ck_assert_uint_eq(bench_stats(&b).state, GPH_STREAM_STATE_LOST);
    ck_assert_ptr_nonnull(strstr(b.w.text, "1 inputs and 1 outputs instead of 2 and 2"));
    end(&b);
}
END_TEST

START_TEST(notices_silence_of_the_device)
{
    bench b;
    begin(&b, "48000 no-events", 256);
    bench_go(&b);
    bench_run(&b, 48000 * 4);
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:stalled: no cycle came;"));
    ck_assert_uint_eq(b.w.resumed, 1);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_RUNNING);
    end(&b);
}
END_TEST

START_TEST(changes_its_block)
{
    bench b;
    begin(&b, "4800 block 2048; 48000 block 64; 60000 block 8192", 256);
    bench_go(&b);
    bench_run(&b, 96000);
    ck_assert_uint_eq(b.w.lost_in, 0);
    ck_assert_uint_eq(b.w.n_events[GPH_HOST_BLOCK], 3);
    ck_assert_int_eq(b.w.event_block, 8192);
    ck_assert_uint_eq(b.w.largest, b.got.max_frames);
    ck_assert_uint_eq(b.w.n_configured, 1);
    ck_assert_int_eq(b.host->set_block(b.stream, 128), GPH_OK);
    ck_assert_int_lt(b.host->set_block(b.stream, 8193), 0);
    bench_run(&b, 9600);
    ck_assert_int_eq(b.w.event_block, 128);
    end(&b);
}
END_TEST

START_TEST(shows_drift)
{
    bench b;
    begin(&b, "480000 drift 200", 256);
    bench_set(&b, "ppm=-80");
    bench_go(&b);
    bench_run(&b, 470000);
    ck_assert_double_eq_tol(bench_stats(&b).drift_ppm, -80, 2);
    bench_run(&b, 48000 * 120);
    ck_assert_double_eq_tol(bench_stats(&b).drift_ppm, 200, 2);
    ck_assert_uint_eq(b.w.lost_in, 0); /* drift is not loss */
    end(&b);
}
END_TEST

START_TEST(freewheels)
{
    bench b;
    begin(&b, "4800 freewheel on; 96000 freewheel off", 256);
    bench_go(&b);
    bench_run(&b, 144000);
    ck_assert_uint_eq(b.w.freewheel, (96000 - 4864) / 256);
    ck_assert_uint_eq(b.w.n_events[GPH_HOST_FREEWHEEL], 2);
    ck_assert_uint_eq(b.w.lost_in, 0);
    const gph_host_freewheel *freewheel = b.host->extension(b.self, b.stream, GPH_FREEWHEEL_ID);
    ck_assert_int_eq(freewheel->set(b.stream, 1), GPH_OK);
    unsigned long long before = b.w.freewheel;
    bench_run(&b, 2560);
    ck_assert_uint_eq(b.w.freewheel, before + 10);
    end(&b);
}
END_TEST

START_TEST(cable_is_as_long_as_it_says)
{
    static const char *const delays[] = {"delay=0", "delay=1", "delay=777"};
    for (size_t n = 0; n < 3; n++) {
        bench b;
        bench_init(&b, "clock");
        bench_set(&b, "step=on");
        bench_set(&b, "signal=cable");
        bench_set(&b, delays[n]);
        b.want.block = wish(64, GPH_WISH_EXACT);
        b.w.content = CONTENT_RUNS_ON;
        b.w.counts_out = true;
        bench_go(&b);
        bench_run(&b, 48000);
        uint32_t least, most;
        ck_assert_int_eq(b.host->latency(b.stream, GPH_DIRECTION_OUT, 1, &least, &most), GPH_OK);
        ck_assert_uint_eq(least, (uint32_t)atoi(delays[n] + 6));
        /* Frame f carries f + 1; heard at `next_frame` is what was played one round trip before. */
        ck_assert_double_eq(b.w.offset[0], 1);
        ck_assert_double_eq((double)b.w.next_frame + 1 - b.w.offset[1], 64.0 + least);
        end(&b);
    }
}
END_TEST

START_TEST(sine_is_a_sine)
{
    bench b;
    begin(&b, NULL, 64);
    b.options.lines[1] = "signal=sine";
    b.w.content = CONTENT_IGNORED;
    bench_go(&b);
    bench_run(&b, 4800);
    end(&b);
}
END_TEST

START_TEST(settles_wishes)
{
    bench b;
    begin(&b, NULL, 256);
    bench_set(&b, "rate=44100");
    b.want.rate = wish(48000, GPH_WISH_EXACT);
    ck_assert_int_eq(bench_open(&b), GPH_UNSUPPORTED);
    ck_assert_str_eq(b.options.error, "rate: wanted 48000, but the timer's rate is 44100");
    ck_assert_uint_eq(b.w.n_configured, 0);
    b.want.rate = wish(48000, GPH_WISH_PREFER);
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    ck_assert_double_eq(b.got.rate, 44100);
    ck_assert_str_eq(b.got.deviations, "rate: wanted 48000, got 44100: the timer's rate");
    end(&b);
    begin(&b, NULL, 256);
    bench_set(&b, "channels=8");
    b.want.channels_in = wish(9, GPH_WISH_EXACT);
    ck_assert_int_eq(bench_open(&b), GPH_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(b.options.error, "input channels: wanted 9"));
    end(&b);
    begin(&b, NULL, 256);
    b.want.device_in = "nowhere";
    ck_assert_int_eq(bench_open(&b), GPH_IO);
    ck_assert_str_eq(b.options.error, "no device 'nowhere'; there are: timer, spare");
    end(&b);
}
END_TEST

START_TEST(refuses_bad_scripts)
{
    static const char *const bad[] = {
        "48000",           "loose 3",       "480 lose",
        "lose -1",         "lose 1.5",      "lose 480 481",
        "stall 300",       "stall -3ms",    "late 1parsec",
        "vanish",          "return rate=1", "return rat=44100",
        "block 0",         "block 8193",    "drift 1e3",
        "freewheel maybe", "no-events 3",   "9600 xrun\n4800 xrun",
        "nan lose 3",      "refuse 0x10",
    };
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        bench b;
        begin(&b, bad[n], 256);
        ck_assert_int_eq(bench_open(&b), GPH_ARGUMENT);
        ck_assert_ptr_nonnull(strstr(b.options.error, "is no line of a script"));
        ck_assert_str_eq(b.options.config.bad_setting, "script");
        end(&b);
    }
    bench b;
    begin(&b, "# nothing\n\n  ; 0 lose 5 # five\n 10 late 0.5ms;block 8192", 256);
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    const gph_host_script *script = b.host->extension(b.self, b.stream, GPH_SCRIPT_ID);
    char why[200];
    ck_assert_int_eq(script->load(b.stream, "20 xrun", why, sizeof why), GPH_OK);
    ck_assert_int_eq(script->load(b.stream, "1 xrun", why, sizeof why), GPH_ARGUMENT);
    end(&b);
}
END_TEST

START_TEST(refuses_to_open)
{
    bench b;
    begin(&b, "refuse 1", 256);
    ck_assert_int_eq(bench_open(&b), GPH_IO);
    ck_assert_ptr_null(b.stream);
    b.w.answer = GPH_UNSUPPORTED;
    b.options.lines[2] = NULL;
    ck_assert_int_eq(bench_open(&b), GPH_UNSUPPORTED);
    ck_assert_ptr_null(b.stream);
    end(&b);
}
END_TEST

static const gph_host_rehearsal *
rehearsal_of(const bench *b)
{
    return b->host->extension(b->self, b->stream, GPH_REHEARSAL_ID);
}

START_TEST(loses_blocks_for_a_rehearsal)
{
    static const struct {
        uint32_t block;
        uint64_t asked, lost;
    } cases[] = {{256, 480, 512}, {64, 1, 64}, {1500, 3000, 3000}, {17, 100, 102}};
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        bench b;
        begin(&b, NULL, cases[n].block);
        bench_go(&b);
        bench_run(&b, 48000);
        ck_assert_int_eq(rehearsal_of(&b)->lose(b.stream, 0), GPH_STATE);
        ck_assert_int_eq(rehearsal_of(&b)->lose(b.stream, cases[n].asked), GPH_OK);
        /* One at a time. */
        ck_assert_int_eq(rehearsal_of(&b)->lose(b.stream, cases[n].asked), GPH_STATE);
        bench_run(&b, 48000);
        ck_assert_uint_eq(b.w.lost_in, cases[n].lost);
        ck_assert_uint_eq(b.w.lost_out, cases[n].lost);
        ck_assert_uint_eq(b.w.estimated, 0);
        ck_assert_int_eq(b.w.event_lost, (int64_t)cases[n].lost);
        ck_assert_int_eq(b.w.event_late, 1);
        ck_assert_uint_eq(bench_stats(&b).lost_in, cases[n].lost);
        ck_assert_uint_eq(bench_stats(&b).late, 1);
        /* And once more, with what the device loses itself meanwhile. */
        ck_assert_int_eq(rehearsal_of(&b)->lose(b.stream, cases[n].asked), GPH_OK);
        bench_run(&b, 48000);
        ck_assert_uint_eq(b.w.lost_in, 2 * cases[n].lost);
        end(&b);
    }
}
END_TEST

START_TEST(counts_what_is_lost_besides)
{
    bench b;
    begin(&b, "48000 lose 7", 64);
    bench_go(&b);
    bench_run(&b, 48000 - 64);
    ck_assert_int_eq(rehearsal_of(&b)->lose(b.stream, 200), GPH_OK);
    bench_run(&b, 96000);
    ck_assert_uint_eq(b.w.lost_in, 256 + 7);
    end(&b);
}
END_TEST

START_TEST(is_unplugged_for_a_rehearsal)
{
    bench b;
    begin(&b, NULL, 256);
    bench_go(&b);
    bench_run(&b, 48000);
    ck_assert_int_eq(rehearsal_of(&b)->unplug(b.stream, INT64_C(2000000000)), GPH_OK);
    ck_assert_int_eq(rehearsal_of(&b)->unplug(b.stream, INT64_C(2000000000)), GPH_STATE);
    ck_assert_int_eq(rehearsal_of(&b)->lose(b.stream, 480), GPH_STATE);
    bench_run(&b, 48000);
    ck_assert_uint_eq(bench_stats(&b).state, GPH_STREAM_STATE_LOST);
    bench_run(&b, 48000 * 4);
    ck_assert_uint_eq(b.w.resumed, 1);
    ck_assert_uint_eq(bench_stats(&b).reopens, 1);
    ck_assert_uint_eq(bench_stats(&b).state, GPH_STREAM_STATE_RUNNING);
    /* As of a device that was gone: tried at 1000 and 3000 ms. */
    ck_assert_uint_ge(b.w.lost_in, 3 * 48000 - 512);
    ck_assert_uint_le(b.w.lost_in, 3 * 48000 + 1000);
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:it was unplugged for a rehearsal;"));
    end(&b);
    /* What the patch says of losses counts. */
    begin(&b, NULL, 256);
    b.want.on_loss = GPH_LOSS_STOP;
    bench_go(&b);
    ck_assert_int_eq(rehearsal_of(&b)->unplug(b.stream, 1000000), GPH_OK);
    bench_run(&b, 48000);
    ck_assert_uint_eq(bench_stats(&b).state, GPH_STREAM_STATE_FAILED);
    end(&b);
}
END_TEST

START_TEST(a_rehearsal_ends_with_the_stream)
{
    bench b;
    begin(&b, NULL, 256);
    bench_go(&b);
    bench_run(&b, 4800);
    ck_assert_int_eq(rehearsal_of(&b)->lose(b.stream, 1000000), GPH_OK);
    bench_run(&b, 4800);
    ck_assert_int_eq(bench_stop(&b), GPH_OK);
    ck_assert_int_eq(rehearsal_of(&b)->unplug(b.stream, 1), GPH_STATE);
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    uint64_t before = b.w.frames;
    bench_run(&b, 4800);
    ck_assert_uint_ge(b.w.frames, before + 4800);
    ck_assert_uint_eq(bench_stats(&b).lost_in, 0);
    end(&b);
}
END_TEST

START_TEST(runs_by_itself)
{
    /* In real time, with threads: whatever the machine does, the count must agree. */
    bench b;
    begin(&b, NULL, 64);
    b.options.lines[0] = "step=off";
    b.w.content = CONTENT_BY_FRAME;
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(bench_start(&b), GPH_OK);
        ck_assert_uint_ge(b.w.cycles, 1);
        while (b.w.cycles < 50)
            bench_dispatch(&b, 20);
        ck_assert_int_eq(bench_stop(&b), GPH_OK);
        ck_assert_int_eq(bench_stop(&b), GPH_OK);
        ck_assert_uint_eq(bench_stats(&b).frames, b.w.frames);
    }
    end(&b);
}
END_TEST

SUITE("clock", counts, loses_what_is_said, witnesses_a_stall, late_is_not_lost,
      buffers_a_quarter_of_a_second, jitter_costs_nothing, vanishes_and_returns,
      fills_in_with_silence, stops_if_told_so, follows_if_told_so, another_rate_stays_lost,
      notices_silence_of_the_device, changes_its_block, shows_drift, freewheels,
      cable_is_as_long_as_it_says, sine_is_a_sine, settles_wishes, refuses_bad_scripts,
      refuses_to_open, loses_blocks_for_a_rehearsal, counts_what_is_lost_besides,
      is_unplugged_for_a_rehearsal, a_rehearsal_ends_with_the_stream, runs_by_itself)
