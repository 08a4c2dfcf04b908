/* Kernel streaming as its drivers see it: our own declarations of what crosses the boundary, so that everything but the
 * one file of the system is built and tested anywhere. Layouts are those of 64-bit Windows, little endian, and asserted
 * below; ks_status_win32.c asserts them once more against the system's own where that has them. */
#ifndef GPH_HOSTS_WDMKS_KS_ABI_H
#define GPH_HOSTS_WDMKS_KS_ABI_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct ks_guid {
    uint32_t a;
    uint16_t b;
    uint16_t c;
    uint8_t d[8];
} ks_guid;

/* Control codes: METHOD_NEITHER of the device type 0x2f. */
#define KS_IOCTL_PROPERTY     0x002f0003u
#define KS_IOCTL_WRITE_STREAM 0x002f8013u
#define KS_IOCTL_READ_STREAM  0x002f4017u

enum { KS_TYPE_GET = 1, KS_TYPE_SET = 2 };

/* A property, method or event by its set; likewise interfaces and mediums. */
typedef struct ks_identifier {
    ks_guid set;
    uint32_t id;
    uint32_t flags;
} ks_identifier;

typedef struct ks_pin_property {
    ks_identifier property;
    uint32_t pin;
    uint32_t reserved;
} ks_pin_property;

typedef struct ks_multiple_item {
    uint32_t size; /* bytes, this header counted */
    uint32_t count;
} ks_multiple_item;

typedef struct ks_cinstances {
    uint32_t possible;
    uint32_t current;
} ks_cinstances;

/* Ids in the set of pins. */
enum {
    KS_PIN_CINSTANCES = 0,
    KS_PIN_CTYPES = 1,
    KS_PIN_DATAFLOW = 2,
    KS_PIN_DATARANGES = 3,
    KS_PIN_INTERFACES = 5,
    KS_PIN_COMMUNICATION = 7,
    KS_PIN_PHYSICALCONNECTION = 10,
    KS_PIN_CATEGORY = 11,
    KS_PIN_NAME = 12
};
enum { KS_DATAFLOW_IN = 1, KS_DATAFLOW_OUT = 2 }; /* into the filter: it plays */
enum {
    KS_COMMUNICATION_NONE = 0,
    KS_COMMUNICATION_SINK = 1,
    KS_COMMUNICATION_SOURCE = 2,
    KS_COMMUNICATION_BOTH = 3,
    KS_COMMUNICATION_BRIDGE = 4
};
enum { KS_INTERFACE_STREAMING = 0, KS_INTERFACE_LOOPED = 1 };

enum { KS_CONNECTION_STATE = 0 };
typedef enum { KS_STOP = 0, KS_ACQUIRE = 1, KS_PAUSE = 2, KS_RUN = 3 } ks_state;

enum { KS_TOPOLOGY_NODES = 1, KS_TOPOLOGY_CONNECTIONS = 2 };
#define KS_FILTER_NODE 0xffffffffu
typedef struct ks_connection {
    uint32_t from_node; /* KS_FILTER_NODE: the pin is the filter's own */
    uint32_t from_pin;
    uint32_t to_node;
    uint32_t to_pin;
} ks_connection;

/* Before the name of the other filter, UTF-16. */
typedef struct ks_physical {
    uint32_t size;
    uint32_t pin;
} ks_physical;

/* ---------------------------------------------------------------- formats */

typedef struct ks_dataformat {
    uint32_t size; /* all of it, what follows counted */
    uint32_t flags;
    uint32_t sample_size;
    uint32_t reserved;
    ks_guid major;
    ks_guid sub;
    ks_guid specifier;
} ks_dataformat;

#define KS_RANGE_ATTRIBUTES 2u /* a list of attributes follows the range */

typedef struct ks_range_audio {
    ks_dataformat head;
    uint32_t max_channels;
    uint32_t min_bits;
    uint32_t max_bits;
    uint32_t min_rate;
    uint32_t max_rate;
    uint32_t unused;
} ks_range_audio;
enum { KS_RANGE_AUDIO_BYTES = 84 }; /* what a driver must give: all but the padding */

enum { KS_WAVE_PCM = 1, KS_WAVE_FLOAT = 3, KS_WAVE_EXTENSIBLE = 0xfffe };

/* WAVEFORMATEXTENSIBLE; its first 18 bytes are WAVEFORMATEX. */
#pragma pack(push, 1)
typedef struct ks_wave {
    uint16_t tag;
    uint16_t channels;
    uint32_t rate;
    uint32_t bytes_a_second;
    uint16_t frame_bytes;
    uint16_t bits; /* of the container */
    uint16_t extra;
    uint16_t valid_bits;
    uint32_t mask;
    ks_guid sub;
} ks_wave;
#pragma pack(pop)
enum { KS_WAVE_PLAIN_BYTES = 18, KS_WAVE_EXTRA = 22 };

typedef struct ks_pin_connect {
    ks_identifier interface;
    ks_identifier medium;
    uint32_t pin;
    uint32_t padding;
    void *pin_to;
    uint32_t priority_class;
    uint32_t priority_subclass;
} ks_pin_connect;
#define KS_PRIORITY_NORMAL 0x40000000u

/* What creates a pin. */
typedef struct ks_connect_format {
    ks_pin_connect connect;
    ks_dataformat format;
    ks_wave wave;
} ks_connect_format;

/* ---------------------------------------------------------------- WaveRT */

enum {
    KS_RT_BUFFER = 1,
    KS_RT_HWLATENCY = 2,
    KS_RT_POSITIONREGISTER = 3,
    KS_RT_BUFFER_WITH_NOTIFICATION = 5,
    KS_RT_REGISTER_EVENT = 6,
    KS_RT_UNREGISTER_EVENT = 7
};

typedef struct ks_rt_buffer_property {
    ks_identifier property;
    void *base; /* NULL: where it likes */
    uint32_t bytes;
    uint32_t notifications; /* a lap; only with notification */
} ks_rt_buffer_property;

typedef struct ks_rt_buffer {
    void *address;
    uint32_t bytes;
    int32_t fence; /* a memory barrier is asked for */
} ks_rt_buffer;

typedef struct ks_rt_latency {
    uint32_t fifo_bytes;
    uint32_t chipset_100ns;
    uint32_t codec_100ns;
} ks_rt_latency;

typedef struct ks_rt_register_property {
    ks_identifier property;
    void *base;
} ks_rt_register_property;

typedef struct ks_rt_register {
    void *address;
    uint32_t width; /* bits: 32 or 64 */
    uint32_t padding;
    uint64_t numerator;
    uint64_t denominator;
    uint32_t accuracy;
    uint32_t padding2;
} ks_rt_register;

typedef struct ks_rt_event_property {
    ks_identifier property;
    void *event;
} ks_rt_event_property;

enum { KS_AUDIO_POSITION = 5 };
typedef struct ks_position {
    uint64_t play;
    uint64_t write;
} ks_position;

/* ---------------------------------------------------------------- packets */

#define KS_HEADER_DATA_DISCONTINUITY 0x04u
#define KS_HEADER_TIME_DISCONTINUITY 0x40u

typedef struct ks_stream_header {
    uint32_t size;
    uint32_t type_flags;
    int64_t time;
    uint32_t time_numerator;
    uint32_t time_denominator;
    int64_t duration;
    uint32_t frame_extent; /* bytes of room */
    uint32_t data_used;    /* bytes of sound */
    void *data;
    uint32_t options;
    uint32_t reserved;
} ks_stream_header;

_Static_assert(sizeof(void *) == 8, "64-bit only");
_Static_assert(sizeof(ks_guid) == 16, "GUID");
_Static_assert(sizeof(ks_identifier) == 24, "KSIDENTIFIER");
_Static_assert(sizeof(ks_pin_property) == 32, "KSP_PIN");
_Static_assert(sizeof(ks_connection) == 16, "KSTOPOLOGY_CONNECTION");
_Static_assert(sizeof(ks_dataformat) == 64, "KSDATAFORMAT");
_Static_assert(sizeof(ks_range_audio) == 88, "KSDATARANGE_AUDIO");
_Static_assert(sizeof(ks_wave) == 40, "WAVEFORMATEXTENSIBLE");
_Static_assert(sizeof(ks_pin_connect) == 72, "KSPIN_CONNECT");
_Static_assert(sizeof(ks_rt_buffer_property) == 40, "KSRTAUDIO_BUFFER_PROPERTY");
_Static_assert(sizeof(ks_rt_buffer) == 16, "KSRTAUDIO_BUFFER");
_Static_assert(sizeof(ks_rt_register_property) == 32, "KSRTAUDIO_HWREGISTER_PROPERTY");
_Static_assert(sizeof(ks_rt_register) == 40, "KSRTAUDIO_HWREGISTER");
_Static_assert(sizeof(ks_rt_event_property) == 32, "KSRTAUDIO_NOTIFICATION_EVENT_PROPERTY");
_Static_assert(sizeof(ks_position) == 16, "KSAUDIO_POSITION");
_Static_assert(sizeof(ks_stream_header) == 56, "KSSTREAM_HEADER");

/* Sets, types and categories (ks_abi.c). */
extern const ks_guid ks_category_audio;
extern const ks_guid ks_set_pin;
extern const ks_guid ks_set_connection;
extern const ks_guid ks_set_topology;
extern const ks_guid ks_set_audio;
extern const ks_guid ks_set_rtaudio;
extern const ks_guid ks_interface_standard;
extern const ks_guid ks_medium_standard;
extern const ks_guid ks_type_audio;
extern const ks_guid ks_sub_pcm;
extern const ks_guid ks_sub_float;
extern const ks_guid ks_specifier_wave;
extern const ks_guid ks_any; /* all zero: a wildcard */

static inline bool
ks_guid_is(const ks_guid *one, const ks_guid *other)
{
    return memcmp(one, other, sizeof *one) == 0;
}

#endif
