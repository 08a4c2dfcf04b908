/* What the test driver, its ksuser.dll and the program that sets it up say to each other: private calls to a second device.
 * [any] */
#ifndef GPH_TEST_KS_WIRE_H
#define GPH_TEST_KS_WIRE_H

#include <stdint.h>

/* METHOD_BUFFERED of FILE_DEVICE_UNKNOWN. */
enum {
    TEST_PIN = 0x222004,  /* in: a KSPIN_CONNECT and its format; the handle becomes a pin */
    TEST_PLAN = 0x222008, /* in: test_plan; what was seen is forgotten */
    TEST_SEEN = 0x22200c, /* out: test_seen */
    TEST_GONE = 0x222010  /* in: test_gone */
};

#define TEST_DEVICE_NAME L"GraphophoneKS"
/* An interface of KSCATEGORY_AUDIO of the device ROOT\MEDIA\0000. */
#define TEST_LINK_NAME L"ROOT#MEDIA#0000#{6994ad04-93ef-11d0-a3cc-00a0c9223196}"

enum { TEST_NEVER = 0xff };

/* How the device is: a pin that captures, 0, and one that plays, 1. */
typedef struct test_plan {
    uint32_t looped;
    uint32_t streaming;
    uint32_t event;         /* its ring has notifications */
    uint32_t register_bits; /* 0: no position register */
    uint32_t by_set;        /* the register is had by SET only */
    uint32_t bits;          /* of the one container: 16, 24, 32 */
    uint32_t channels;      /* most */
    uint32_t min_rate, max_rate;
    uint32_t ring_frames; /* 0: as asked for */
    uint32_t busy;        /* its instances are all taken */
    uint32_t busy_status; /* creating a pin fails so; 0: it does not */
    uint32_t gone_state;  /* the device goes when a pin comes to this state; TEST_NEVER */
    uint32_t gone_status; /* and all calls fail so */
    uint32_t frozen;      /* it stands still */
} test_plan;

/* A ring with events and a register, packets too, 2 channels of 32 bits. gone_status: STATUS_DEVICE_REMOVED. */
#define TEST_USUAL_PLAN                                                                            \
    {                                                                                              \
        .looped = 1, .streaming = 1, .event = 1, .register_bits = 64, .bits = 32, .channels = 2,   \
        .min_rate = 8000, .max_rate = 48000, .gone_state = TEST_NEVER, .gone_status = 0xC00002B6u  \
    }

/* What the driver has seen. */
typedef struct test_seen {
    uint64_t captured; /* frames that went out */
    uint64_t right;    /* played frames that follow the one before */
    uint64_t breaks;
    uint64_t break_after, break_before,
        break_silent; /* values and silence around the last of them */
    uint64_t silent;
    uint32_t pins;   /* made since the plan */
    uint32_t open;   /* of them */
    uint32_t events; /* registered now */
    uint32_t held;   /* packets in the driver now */
    uint32_t rung;
    uint32_t complaints; /* calls that no driver has to stand */
    char complaint[80];  /* the first */
} test_seen;

/* The device goes, and all calls to it fail so; 0: it is back. */
typedef struct test_gone {
    uint32_t status;
} test_gone;

#endif
