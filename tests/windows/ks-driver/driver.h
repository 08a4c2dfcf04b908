/* A driver of kernel streaming that plays and captures a counter, for Wine: one filter, two pins, real time. */
#ifndef GPH_TEST_KS_DRIVER_H
#define GPH_TEST_KS_DRIVER_H

#include <ddk/wdm.h>

#include "../../../hosts/wdmks/ks_abi.h"
#include "wire.h"

enum { MAX_HELD = 16 };

/* An open handle of the private device that was made a pin. */
typedef struct pin {
    struct pin *next;
    BOOLEAN out; /* it plays */
    BOOLEAN looped;
    ks_state state;
    uint32_t rate;
    uint32_t channels;
    uint32_t bytes; /* of a sample */
    uint32_t frame_bytes;
    HANDLE process; /* whose pin it is */

    uint64_t frames; /* since STOP */
    uint64_t base;   /* of them before RUN */
    int64_t run_ticks;

    /* WaveRT: the same memory here and there. */
    uint8_t *ring, *their_ring;
    uint32_t ring_bytes;
    uint8_t *place, *their_place; /* 64 bits */
    HANDLE event;

    IRP *held[MAX_HELD]; /* oldest first */
    uint32_t n_held;

    /* Playback. */
    BOOLEAN heard; /* `last` counts */
    BOOLEAN silence;
    uint32_t last;
} pin;

/* All that the driver is. */
typedef struct world {
    FAST_MUTEX lock;
    test_plan plan;
    test_seen seen;
    uint32_t gone; /* a status: all calls fail so */
    pin *pins;
    DEVICE_OBJECT *filter;
    DEVICE_OBJECT *private;
    HANDLE thread;
    BOOLEAN ends;
} world;

/* Not in this header of the system. */
HANDLE NTAPI PsGetCurrentProcessId(void);
NTSTATUS NTAPI ZwOpenProcess(HANDLE *process, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes,
                             CLIENT_ID *id);
NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE object, BOOLEAN alertable, LARGE_INTEGER *timeout);

extern world all; /* a driver has one state, and no program that it could be given by */

/* What is needed of ntdll, found in the loader's list: a driver that imports it is loaded as a program's library. */
typedef NTSTATUS NTAPI write_call(HANDLE process, void *to, const void *from, SIZE_T n,
                                  SIZE_T *done);
typedef NTSTATUS NTAPI read_call(HANDLE process, const void *from, void *to, SIZE_T n,
                                 SIZE_T *done);
typedef NTSTATUS NTAPI ticks_call(LARGE_INTEGER *count, LARGE_INTEGER *hertz);
typedef NTSTATUS NTAPI event_call(HANDLE event, LONG *before);
typedef NTSTATUS NTAPI duplicate_call(HANDLE from, HANDLE what, HANDLE to, HANDLE *made,
                                      ACCESS_MASK access, ULONG attributes, ULONG options);
typedef struct system_calls {
    write_call *write_memory;
    read_call *read_memory;
    ticks_call *ticks;
    event_call *set_event;
    duplicate_call *duplicate;
} system_calls;
extern system_calls calls;
BOOLEAN calls_find(void);

void complain(const char *text);
/* The status with which the device is gone, or success. */
NTSTATUS present(void);

/* [lock held] Answers a property; *n is how much of the answer there is. */
NTSTATUS filter_property(const void *in, uint32_t in_bytes, void *out, uint32_t out_bytes,
                         ULONG_PTR *n);
NTSTATUS pin_property(pin *p, const void *in, uint32_t in_bytes, void *out, uint32_t out_bytes,
                      ULONG_PTR *n);
/* [lock held] Fits into the room, or tells how much there is. */
NTSTATUS answer(const void *data, uint32_t bytes, void *out, uint32_t out_bytes, ULONG_PTR *n);

/* [lock held] A pin as its format says. */
NTSTATUS pin_make(const void *connect, uint32_t bytes, pin **made);
void pin_close(pin *p);
/* [lock held] Takes a packet, or says why not. */
NTSTATUS pin_hold(pin *p, IRP *irp, BOOLEAN read);
/* [lock held] Gives all packets back. */
void pin_release(pin *p, NTSTATUS status);
/* [lock held] Time passes. */
void pin_pass(pin *p);
/* [lock held] A ring of the pin's, mapped on both sides; its event. */
NTSTATUS ring_make(pin *p, uint32_t bytes);
NTSTATUS ring_event(pin *p, HANDLE event, BOOLEAN on);
void ring_free(pin *p);

/* [lock held] Writes a frame of the counter; reads one. */
void sound_write(const pin *p, uint64_t frame, uint8_t *to);
void sound_read(pin *p, const uint8_t *from);

#endif
