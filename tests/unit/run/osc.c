/* OSC: what liblo sends arrives with its value, at the address that was asked for; everything else is counted. */
#include "../../../core/run/osc.h"
#include "../suite.h"

#include <arpa/inet.h>
#include <lo/lo.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 64 };

typedef struct ear {
    gph_osc *osc;
    lo_address to;
    int raw; /* a socket for datagrams that liblo would not send */
    uint32_t n;
    gph_osc_message last[MOST];
    char paths[MOST][64];
} ear;

static void
heard(void *user, const gph_osc_message *message)
{
    ear *e = user;
    if (e->n < MOST) {
        snprintf(e->paths[e->n], sizeof e->paths[0], "%s", message->path);
        e->last[e->n] = *message;
    }
    e->n++;
}

static void
listen_somewhere(ear *e)
{
    memset(e, 0, sizeof *e);
    char why[200] = "";
    uint32_t port = 20000 + (uint32_t)getpid() % 20000;
    while (!e->osc && port < 65000) {
        if (gph_osc_new("127.0.0.1", port, heard, e, why, sizeof why, &e->osc) < 0)
            port++;
    }
    ck_assert_msg(e->osc != NULL, "%s", why);
    char service[16];
    snprintf(service, sizeof service, "%u", port);
    e->to = lo_address_new("127.0.0.1", service);
    e->raw = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(e->raw, (const struct sockaddr *)&there, sizeof there), 0);
}

static void
stop_listening(ear *e)
{
    lo_address_free(e->to);
    close(e->raw);
    gph_osc_free(e->osc);
}

START_TEST(takes_numbers_and_truths)
{
    ear e;
    listen_somewhere(&e);
    lo_send(e.to, "/mix", "f", 0.25);
    lo_send(e.to, "/take", "i", 7);
    lo_send(e.to, "/on", "T");
    lo_send(e.to, "/off", "F");
    lo_send(e.to, "/bang", "");
    lo_send(e.to, "/word", "s", "hello");
    lo_send(e.to, "/wide", "d", -2.5);
    ck_assert(!gph_osc_poll(e.osc));
    ck_assert_uint_eq(e.n, 7);
    const float values[] = {0.25f, 7, 1, 0, 1, 1, -2.5f};
    const bool known[] = {true, true, true, true, false, false, true};
    for (uint32_t i = 0; i < e.n; i++) {
        ck_assert_msg(e.last[i].value == values[i], "%s gave %g", e.paths[i],
                      (double)e.last[i].value);
        ck_assert_msg(e.last[i].has_value == known[i], "%s", e.paths[i]);
    }
    ck_assert_str_eq(e.paths[4], "/bang");
    ck_assert_uint_eq(gph_osc_n_refused(e.osc), 0);
    stop_listening(&e);
}
END_TEST

START_TEST(takes_bundles_apart)
{
    ear e;
    listen_somewhere(&e);
    lo_bundle inner = lo_bundle_new(LO_TT_IMMEDIATE);
    lo_message two = lo_message_new();
    lo_message_add_float(two, 2);
    lo_bundle_add_message(inner, "/two", two);
    lo_bundle outer = lo_bundle_new(LO_TT_IMMEDIATE);
    lo_message one = lo_message_new();
    lo_message_add_int32(one, 1);
    lo_bundle_add_message(outer, "/one", one);
    lo_bundle_add_bundle(outer, inner);
    ck_assert_int_gt(lo_send_bundle(e.to, outer), 0);
    lo_bundle_free_recursive(outer);
    gph_osc_poll(e.osc);
    ck_assert_uint_eq(e.n, 2);
    ck_assert_str_eq(e.paths[0], "/one");
    ck_assert_str_eq(e.paths[1], "/two");
    ck_assert(e.last[1].value == 2);
    stop_listening(&e);
}
END_TEST

START_TEST(counts_what_is_no_osc)
{
    static const struct {
        const char *bytes;
        size_t n;
    } bad[] = {
        {"", 0},
        {"hello\0\0\0", 8},
        {"/x", 2},
        {"/xxxxxxxxxxx", 12},
        {"/x\0\0,f\0\0", 8},
        {"/x\0\0,f\0\0\x7f\xc0\0\0", 12}, /* NaN */
        {"#bundle\0\0\0\0\0\0\0\0\1\xff\xff\xff\xff", 20},
        {"#bundle\0\0\0\0\0\0\0\0\1\0\0\0\x10", 20},
    };
    ear e;
    listen_somewhere(&e);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_int_eq(send(e.raw, bad[i].bytes, bad[i].n, 0), (ssize_t)bad[i].n);
    gph_osc_poll(e.osc);
    ck_assert_uint_eq(e.n, 0);
    ck_assert_uint_eq(gph_osc_n_refused(e.osc), sizeof bad / sizeof bad[0]);
    stop_listening(&e);
}
END_TEST

/* Damaged packets: each is heard or counted, and nothing else happens (the sanitizers look on). */
START_TEST(survives_damage)
{
    enum { ROUNDS = 20000, BATCH = 50 };
    unsigned char good[60] =
        "#bundle\0\0\0\0\0\0\0\0\1\0\0\0\x10/take\0\0\0,f\0\0\x3f\x80\0\0\0\0\0\x10"
        "/mix\0\0\0\0,i\0\0\0\0\0\2";
    ear e;
    listen_somewhere(&e);
    uint32_t random = 1;
    uint64_t sent = 0;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned char packet[sizeof good];
        memcpy(packet, good, sizeof good);
        for (int hit = 0; hit < 3; hit++) {
            random = random * 1664525u + 1013904223u;
            packet[(random >> 8) % sizeof packet] = (unsigned char)(random >> 24);
        }
        sent += send(e.raw, packet, sizeof packet - (random >> 20) % 24 * 4 % 56, 0) > 0;
        if (round % BATCH == BATCH - 1)
            while (gph_osc_poll(e.osc))
                ;
    }
    ck_assert_uint_eq(sent, ROUNDS);
    ck_assert_uint_gt(gph_osc_n_refused(e.osc), 0);
    ck_assert_uint_gt(e.n, 0);
    stop_listening(&e);
}
END_TEST

/* A flood: what finds no room in the system's queue is counted as well, to the last datagram. */
START_TEST(counts_what_finds_no_room)
{
    enum { MANY = 20000 };
    ear e;
    listen_somewhere(&e);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(send(e.raw, "/flood\0\0,\0\0\0", 12, 0), 12);
    while (gph_osc_poll(e.osc))
        ;
    ck_assert_uint_gt(e.n, 0);
    ck_assert_uint_lt(e.n, MANY);
    ck_assert_uint_eq(e.n + gph_osc_n_refused(e.osc), MANY);
    stop_listening(&e);
}
END_TEST

START_TEST(one_poll_is_bounded)
{
    ear e;
    listen_somewhere(&e);
    for (int i = 0; i < GPH_OSC_PER_POLL + 1; i++)
        lo_send(e.to, "/x", "");
    ck_assert(gph_osc_poll(e.osc));
    ck_assert_uint_eq(e.n, GPH_OSC_PER_POLL);
    ck_assert(!gph_osc_poll(e.osc));
    ck_assert_uint_eq(e.n, GPH_OSC_PER_POLL + 1);
    stop_listening(&e);
}
END_TEST

START_TEST(says_why_it_cannot_listen)
{
    char why[200] = "";
    gph_osc *osc;
    ck_assert_int_eq(gph_osc_new("203.0.113.1", 7770, heard, NULL, why, sizeof why, &osc), GPH_IO);
    ck_assert_ptr_null(osc);
    ck_assert_str_eq(why, "203.0.113.1:7770: Cannot assign requested address");
}
END_TEST

START_TEST(matches_patterns)
{
    ck_assert(gph_osc_matches("/record", "/record"));
    ck_assert(gph_osc_matches("/rec*", "/record"));
    ck_assert(gph_osc_matches("/{play,record}", "/record"));
    ck_assert(!gph_osc_matches("/play", "/record"));
    ck_assert(!gph_osc_matches("/record", "/rec*"));
}
END_TEST

SUITE("osc", takes_numbers_and_truths, takes_bundles_apart, counts_what_is_no_osc, survives_damage,
      counts_what_finds_no_room, one_poll_is_bounded, says_why_it_cannot_listen, matches_patterns)
