/*
 * The jack host against real servers (jackd -d dummy), each started and killed here. Run by tests/jack-server -n, in
 * namespaces of its own. Everything is waited for by what happens, nothing by the time it takes. [test program]
 */
#include "witness.h"

#include <jack/jack.h>
#include <jack/midiport.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---------------------------------------------------------------- servers and other clients */

static pid_t
run_command(const char *command)
{
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL)
            _exit(127);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    ck_assert_int_gt(child, 0);
    return child;
}

static int
finish_command(const char *command)
{
    int status = -1;
    waitpid(run_command(command), &status, 0);
    return status;
}

static void
quiet(const char *text)
{
    (void)text;
}

static jack_client_t *
other_client(const char *name)
{
    jack_set_error_function(quiet);
    jack_set_info_function(quiet);
    return jack_client_open(name, JackNoStartServer, NULL);
}

static int
pass(jack_nframes_t frames, void *arg)
{
    (void)frames;
    (void)arg;
    return 0;
}

/* A client that takes part in the graph: without a process callback it would hold up who listens to it. */
static jack_client_t *
live_client(const char *name, const char *port, const char *port2)
{
    jack_client_t *client = other_client(name);
    ck_assert_ptr_nonnull(client);
    jack_set_process_callback(client, pass, NULL);
    jack_port_register(client, port, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    if (port2 != NULL)
        jack_port_register(client, port2, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    ck_assert_int_eq(jack_activate(client), 0);
    return client;
}

static pid_t
server_start(const char *more)
{
    char command[1000];
    snprintf(command, sizeof command, "exec %s %s", getenv("GPH_JACK_COMMAND"), more);
    pid_t server = run_command(command);
    jack_client_t *client;
    while ((client = other_client("waiter")) == NULL) {
        ck_assert_int_eq(waitpid(server, NULL, WNOHANG), 0);
        usleep(10000);
    }
    jack_client_close(client);
    return server;
}

static void
server_end(pid_t server, int how)
{
    kill(server, how);
    waitpid(server, NULL, 0);
}

/* ---------------------------------------------------------------- */

static void
begin(bench *b, uint32_t channels, const char *rule)
{
    bench_init(b, "jack");
    b->want.channels_in = b->want.channels_out = wish(channels, GPH_WISH_EXACT);
    ck_assert_msg(bench_open(b) == GPH_OK, "%s", b->options.error);
    const gph_host_ports *ports = b->host->extension(b->self, b->stream, GPH_PORTS_ID);
    for (uint32_t c = 0; rule != NULL && c < channels; c++) {
        ck_assert_int_eq(ports->connect(b->stream, GPH_DIRECTION_IN, c, rule), GPH_OK);
        ck_assert_int_eq(ports->connect(b->stream, GPH_DIRECTION_OUT, c, rule), GPH_OK);
    }
}

/* Our outputs into our inputs, by a client that is not ours. */
static void
loop_back(uint32_t channels)
{
    jack_client_t *client = other_client("patchbay");
    ck_assert_ptr_nonnull(client);
    for (uint32_t c = 1; c <= channels; c++) {
        char from[40], to[40];
        snprintf(from, sizeof from, "bench:out_%u", c);
        snprintf(to, sizeof to, "bench:in_%u", c);
        ck_assert_int_eq(jack_connect(client, from, to), 0);
    }
    jack_client_close(client);
}

static void
wait_cycles(bench *b, unsigned n)
{
    unsigned long long until = b->w.cycles + n;
    while (b->w.cycles < until)
        bench_dispatch(b, 20);
}

static void
wait_state(bench *b, uint32_t state)
{
    while (b->w.state != state)
        bench_dispatch(b, 20);
}

/* A server of its own, and a stream of it that has run for a while. */
static pid_t
run_with(bench *b, const char *rule)
{
    pid_t server = server_start("");
    begin(b, 2, rule);
    ck_assert_int_eq(bench_start(b), GPH_OK);
    wait_cycles(b, 60);
    return server;
}

static void
end(bench *b, pid_t server)
{
    ck_assert_uint_eq(b->w.breaches, 0);
    ck_assert_int_eq(bench_stop(b), GPH_OK);
    bench_finish(b);
    server_end(server, SIGTERM);
}

static bool
connected(const char *ours, const char *peer)
{
    char command[300];
    snprintf(command, sizeof command, "jack_lsp -c '%s' | grep -qF '%s'", ours, peer);
    return finish_command(command) == 0;
}

START_TEST(needs_a_server)
{
    void *library;
    const gph_host *host = load_host("jack", &library);
    gph_services *services;
    gph_services_new("jack", NULL, NULL, &services);
    char why[256] = "";
    ck_assert_int_lt(host->probe(gph_services_table(services), why, sizeof why), 0);
    ck_assert_str_eq(why, "no JACK server is running");
    gph_services_free(services);
    bench b;
    bench_init(&b, "jack");
    ck_assert_int_eq(bench_open(&b), GPH_IO);
    ck_assert_str_eq(b.options.error, "no JACK server is running");
    bench_finish(&b);
}
END_TEST

START_TEST(dictates_rate_and_block)
{
    pid_t server = server_start("-r 44100 -p 128");
    bench b;
    bench_init(&b, "jack");
    b.want.rate = wish(48000, GPH_WISH_EXACT);
    ck_assert_int_eq(bench_open(&b), GPH_UNSUPPORTED);
    ck_assert_str_eq(b.options.error, "rate: wanted 48000, but the server's rate is 44100");
    b.want.rate = wish(48000, GPH_WISH_PREFER);
    b.want.block = wish(64, GPH_WISH_EXACT);
    ck_assert_int_eq(bench_open(&b), GPH_UNSUPPORTED);
    ck_assert_str_eq(b.options.error, "block: wanted 64, but the server's block is 128");
    b.want.block = wish(64, GPH_WISH_PREFER);
    ck_assert_int_eq(bench_open(&b), GPH_OK);
    ck_assert_str_eq(b.got.deviations, "rate: wanted 48000, got 44100: the server's rate\n"
                                       "block: wanted 64, got 128: the server's block");
    ck_assert_uint_eq(b.w.n_configured, 1);
    bench_finish(&b);
    server_end(server, SIGTERM);
}
END_TEST

static void
counter(uint32_t channels)
{
    pid_t server = server_start("-p 1024");
    bench b;
    begin(&b, channels, "none");
    b.w.counts_out = true;
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    loop_back(channels); /* wire by wire, while cycles run */
    wait_cycles(&b, 4);
    b.w.content = CONTENT_RUNS_ON;
    wait_cycles(&b, 150);
    end(&b, server); /* the witness is the audio thread's until then */
    ck_assert_uint_eq(b.w.wrong, 0);
    ck_assert_uint_gt(b.w.compared, 0);
}

START_TEST(counts_2)
{
    counter(2);
}
END_TEST

START_TEST(counts_32)
{
    counter(32);
}
END_TEST

START_TEST(counts_128)
{
    counter(128);
}
END_TEST

START_TEST(connects_by_rule)
{
    pid_t server = server_start("");
    jack_client_t *node = live_client("node1-07", "a", "b");
    bench b;
    begin(&b, 4, NULL);
    const gph_host_ports *ports = b.host->extension(b.self, b.stream, GPH_PORTS_ID);
    ports->connect(b.stream, GPH_DIRECTION_IN, 1, "node1:?");
    ports->connect(b.stream, GPH_DIRECTION_IN, 2, "node1:?");
    ports->connect(b.stream, GPH_DIRECTION_IN, 3, "later:*");
    ports->connect(b.stream, GPH_DIRECTION_OUT, 1, "none");
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    wait_cycles(&b, 4);
    ck_assert(connected("bench:in_1", "system:capture_1"));
    ck_assert(connected("bench:in_2", "node1-07:a"));
    ck_assert(!connected("bench:in_2", "node1-07:b"));
    ck_assert(connected("bench:in_3", "node1-07:b"));
    ck_assert(!connected("bench:in_4", "later:"));
    ck_assert(connected("bench:out_1", "system:playback_1"));
    ck_assert(!connected("bench:out_2", "system:"));
    /* A peer that comes later, and one that comes back by another name. */
    jack_client_t *later = live_client("later", "x", NULL);
    jack_client_close(node);
    node = live_client("node1", "a", NULL);
    while (!connected("bench:in_4", "later:x") || !connected("bench:in_2", "node1:a"))
        bench_dispatch(&b, 20);
    /* JACK's own tools may do as they like, and are not undone. */
    ck_assert_int_eq(finish_command("jack_connect bench:out_2 system:playback_2"), 0);
    wait_cycles(&b, 4);
    ck_assert(connected("bench:out_2", "system:playback_2"));
    jack_client_close(later);
    jack_client_close(node);
    end(&b, server);
}
END_TEST

START_TEST(block_changes_midway)
{
    pid_t server = server_start("");
    bench b;
    begin(&b, 2, "none");
    b.w.counts_out = true;
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    static const char *const sizes[] = {"2048", "64", "8192", "256"};
    for (size_t n = 0; n < 4; n++) {
        char command[100];
        snprintf(command, sizeof command, "jack_bufsize %s", sizes[n]);
        finish_command(command);
        while (b.w.event_block != atoi(sizes[n]))
            bench_dispatch(&b, 20);
        wait_cycles(&b, 12);
    }
    ck_assert_uint_eq(b.w.largest, 1024); /* longer blocks arrive cut */
    ck_assert_uint_eq(b.w.n_configured, 1);
    ck_assert_uint_eq(b.w.n_events[GPH_HOST_BLOCK], 4);
    end(&b, server);
}
END_TEST

START_TEST(freewheels)
{
    pid_t server = server_start("");
    bench b;
    begin(&b, 2, "none");
    b.w.counts_out = true;
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    loop_back(2);
    wait_cycles(&b, 4);
    b.w.content = CONTENT_RUNS_ON;
    ck_assert_int_eq(finish_command("jack_freewheel y"), 0);
    unsigned long long lost = b.w.lost_in;
    while (b.w.freewheel < 2000)
        bench_dispatch(&b, 20);
    ck_assert_uint_eq(b.w.lost_in, lost);
    ck_assert_int_eq(finish_command("jack_freewheel n"), 0);
    unsigned long long before;
    do {
        before = b.w.freewheel;
        wait_cycles(&b, 10);
    } while (b.w.freewheel != before);
    ck_assert_uint_ge(b.w.n_events[GPH_HOST_FREEWHEEL], 2);
    end(&b, server);
}
END_TEST

START_TEST(survives_its_server)
{
    pid_t server = server_start("");
    bench b;
    begin(&b, 2, NULL);
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    for (unsigned round = 1; round <= 3; round++) {
        wait_cycles(&b, 60);
        server_end(server, SIGKILL);
        wait_state(&b, GPH_STREAM_STATE_LOST);
        server = server_start("");
        wait_state(&b, GPH_STREAM_STATE_RUNNING);
        wait_cycles(&b, 60);
        ck_assert_uint_eq(b.w.resumed, round);
        ck_assert(connected("bench:in_2", "system:capture_2"));
    }
    ck_assert_uint_eq(bench_stats(&b).reopens, 3);
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:the JACK server is gone;"));
    /* The gaps are as long as the time that passed. */
    wait_cycles(&b, 80);
    ck_assert_double_eq_tol(b.w.early[1], b.w.early[0], 3 * 256);
    end(&b, server);
}
END_TEST

START_TEST(another_rate_stays_lost)
{
    pid_t server = server_start("");
    bench b;
    begin(&b, 2, NULL);
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    server_end(server, SIGKILL);
    /* libjack cannot have a client of a dead server beside one of a living one: the host's has to go first. */
    wait_state(&b, GPH_STREAM_STATE_LOST);
    server = server_start("-r 44100");
    while (strstr(b.w.states, "it is back with 44100 Hz instead of 48000 Hz") == NULL)
        bench_dispatch(&b, 20);
    ck_assert_uint_eq(bench_stats(&b).state, GPH_STREAM_STATE_LOST);
    server_end(server, SIGKILL);
    server = server_start("");
    wait_state(&b, GPH_STREAM_STATE_RUNNING);
    end(&b, server);
}
END_TEST

START_TEST(stops_with_its_server)
{
    pid_t server = server_start("");
    bench b;
    bench_init(&b, "jack");
    b.want.on_loss = GPH_LOSS_STOP;
    bench_go(&b);
    server_end(server, SIGKILL);
    wait_state(&b, GPH_STREAM_STATE_FAILED);
    ck_assert_uint_eq(b.w.breaches, 0);
    bench_stop(&b);
    bench_finish(&b);
}
END_TEST

START_TEST(fills_in_for_its_server)
{
    pid_t server = server_start("");
    bench b;
    bench_init(&b, "jack");
    b.want.timeline = GPH_TIMELINE_CLOCK;
    bench_go(&b);
    wait_cycles(&b, 60);
    server_end(server, SIGKILL);
    while (b.w.silent < 100)
        bench_dispatch(&b, 20);
    ck_assert_uint_eq(b.w.state, GPH_STREAM_STATE_LOST);
    server = server_start("");
    wait_state(&b, GPH_STREAM_STATE_RUNNING);
    wait_cycles(&b, 100);
    unsigned long long silent = b.w.silent;
    wait_cycles(&b, 80);
    ck_assert_uint_eq(b.w.silent, silent); /* it has handed back */
    ck_assert_double_eq_tol(b.w.early[1], b.w.early[0], 3 * 256);
    end(&b, server);
}
END_TEST

/* Stops a process until the host has noticed, then a little more. */
START_TEST(counts_what_a_stopped_server_loses)
{
    bench b;
    pid_t server = run_with(&b, "none");
    kill(server, SIGSTOP);
    wait_state(&b, GPH_STREAM_STATE_LOST);
    ck_assert_ptr_nonnull(strstr(b.w.states, "3:stalled: no cycle came;"));
    kill(server, SIGCONT);
    wait_state(&b, GPH_STREAM_STATE_RUNNING);
    wait_cycles(&b, 100);
    ck_assert_uint_ge(b.w.lost_in, 48000 / 2 - 1024);
    ck_assert_double_eq_tol(b.w.early[1], b.w.early[0], 2 * 256);
    ck_assert_uint_eq(b.w.n_configured, 1);
    end(&b, server);
}
END_TEST

/* Threads of libjack that go on when the server does, after all that they called into is freed. */
START_TEST(is_done_with_a_server_that_does_not_answer)
{
    bench b;
    pid_t server = run_with(&b, "none");
    kill(server, SIGSTOP);
    b.library = NULL; /* nobody unloads a host */
    bench_finish(&b);
    kill(server, SIGCONT);
    jack_client_t *client = live_client("other", "a", NULL);
    for (jack_nframes_t since = jack_frame_time(client); jack_frame_time(client) - since < 48000;)
        usleep(10000);
    jack_client_close(client);
    server_end(server, SIGTERM);
}
END_TEST

START_TEST(counts_what_it_loses_itself)
{
    bench b;
    pid_t server = run_with(&b, "none");
    /* This whole process is stopped, by one that stays awake. */
    char command[100];
    snprintf(command, sizeof command, "kill -STOP %d; sleep 0.4; kill -CONT %d", getpid(),
             getpid());
    finish_command(command);
    wait_cycles(&b, 100);
    ck_assert_uint_gt(b.w.lost_in, 9600);
    ck_assert_double_eq_tol(b.w.early[1], b.w.early[0], 2 * 256);
    end(&b, server);
}
END_TEST

START_TEST(cuts_off_who_starves_it)
{
    bench b;
    pid_t server = run_with(&b, "hang*:out");
    /* In the graph, and never done with a cycle: it has no process callback. */
    jack_client_t *hanging = other_client("hang");
    jack_port_register(hanging, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    ck_assert_int_eq(jack_activate(hanging), 0);
    while (b.w.n_events[GPH_HOST_NOTE] == 0)
        bench_dispatch(&b, 20);
    ck_assert_ptr_nonnull(strstr(b.w.text, "'hang:out' is cut off for 1 s"));
    /* Tried again, and cut off for longer. */
    while (strstr(b.w.text, "'hang:out' is cut off for 2 s") == NULL)
        bench_dispatch(&b, 20);
    wait_cycles(&b, 60);
    jack_client_close(hanging);
    ck_assert_uint_eq(bench_stats(&b).reopens, 0);
    end(&b, server);
}
END_TEST

/* ---------------------------------------------------------------- MIDI */

static const gph_host_midi *midi;
static gph_host_stream *midi_stream;
static atomic_uint n_notes;
static int64_t first_note = -1;

static void
take_notes(witness *w, const gph_cycle *cycle)
{
    (void)w;
    gph_midi messages[8];
    uint32_t n = midi->read(midi_stream, messages, 8);
    for (uint32_t k = 0; k < n; k++) {
        if (messages[k].frame >= cycle->frames || messages[k].n_bytes != 3 ||
            messages[k].bytes[0] != 0x90)
            breach(w, BREACH_CONTENT);
        if (first_note < 0)
            first_note = messages[k].frame + cycle->clock.frame;
        atomic_fetch_add(&n_notes, 1);
    }
}

static jack_port_t *note_port;

static int
send_note(jack_nframes_t frames, void *arg)
{
    (void)arg;
    void *buffer = jack_port_get_buffer(note_port, frames);
    jack_midi_clear_buffer(buffer);
    static const unsigned char note[] = {0x90, 60, 100};
    static const unsigned char longer[] = {0xf0, 1, 2, 3, 0xf7};
    jack_midi_event_write(buffer, 0, longer, sizeof longer);
    jack_midi_event_write(buffer, 17, note, sizeof note);
    jack_midi_event_write(buffer, frames - 1, note, sizeof note);
    return 0;
}

START_TEST(hears_midi)
{
    pid_t server = server_start("-p 2048"); /* cut into two cycles */
    bench b;
    begin(&b, 2, "none");
    midi = b.host->extension(b.self, b.stream, GPH_MIDI_ID);
    midi_stream = b.stream;
    ck_assert_int_eq(midi->open(b.stream, "any"), GPH_OK);
    b.w.hook = take_notes;
    jack_client_t *client = other_client("keyboard");
    note_port = jack_port_register(client, "midi", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
    jack_set_process_callback(client, send_note, NULL);
    jack_activate(client);
    ck_assert_int_eq(bench_start(&b), GPH_OK);
    while (n_notes < 20)
        bench_dispatch(&b, 20);
    ck_assert_int_eq(first_note % 2048 == 17 || first_note % 2048 == 2047, 1);
    jack_client_close(client);
    end(&b, server);
}
END_TEST

SUITE("jack", needs_a_server, dictates_rate_and_block, counts_2, counts_32, counts_128,
      connects_by_rule, block_changes_midway, freewheels, survives_its_server,
      another_rate_stays_lost, stops_with_its_server, fills_in_for_its_server,
      counts_what_a_stopped_server_loses, counts_what_it_loses_itself,
      is_done_with_a_server_that_does_not_answer, cuts_off_who_starves_it, hears_midi)
