/* What the host knows of the ABI of WASAPI, without a header of Windows: results, flags, the description of a format. Where
 * there is a Windows, wa_os_win32.c asserts each against the system's own. */
#ifndef GPH_HOSTS_WASAPI_WA_ABI_H
#define GPH_HOSTS_WASAPI_WA_ABI_H

#include <stdint.h>

/* A result: below 0 a failure. */
typedef int32_t wa_result;

#define WA_RESULT(bits) ((wa_result)(uint32_t)(bits))

#define WA_S_OK                     WA_RESULT(0)
#define WA_S_FALSE                  WA_RESULT(1)
#define WA_S_BUFFER_EMPTY           WA_RESULT(0x08890001u)
#define WA_E_NOTIMPL                WA_RESULT(0x80004001u)
#define WA_E_NOINTERFACE            WA_RESULT(0x80004002u)
#define WA_E_POINTER                WA_RESULT(0x80004003u)
#define WA_E_FAIL                   WA_RESULT(0x80004005u)
#define WA_E_ACCESSDENIED           WA_RESULT(0x80070005u)
#define WA_E_OUTOFMEMORY            WA_RESULT(0x8007000eu)
#define WA_E_INVALIDARG             WA_RESULT(0x80070057u)
#define WA_E_NOTFOUND               WA_RESULT(0x80070490u)
#define WA_E_NOT_INITIALIZED        WA_RESULT(0x88890001u)
#define WA_E_ALREADY_INITIALIZED    WA_RESULT(0x88890002u)
#define WA_E_WRONG_ENDPOINT_TYPE    WA_RESULT(0x88890003u)
#define WA_E_DEVICE_INVALIDATED     WA_RESULT(0x88890004u)
#define WA_E_NOT_STOPPED            WA_RESULT(0x88890005u)
#define WA_E_BUFFER_TOO_LARGE       WA_RESULT(0x88890006u)
#define WA_E_OUT_OF_ORDER           WA_RESULT(0x88890007u)
#define WA_E_UNSUPPORTED_FORMAT     WA_RESULT(0x88890008u)
#define WA_E_INVALID_SIZE           WA_RESULT(0x88890009u)
#define WA_E_DEVICE_IN_USE          WA_RESULT(0x8889000au)
#define WA_E_BUFFER_PENDING         WA_RESULT(0x8889000bu)
#define WA_E_EXCLUSIVE_NOT_ALLOWED  WA_RESULT(0x8889000eu)
#define WA_E_ENDPOINT_CREATE_FAILED WA_RESULT(0x8889000fu)
#define WA_E_SERVICE_NOT_RUNNING    WA_RESULT(0x88890010u)
#define WA_E_EXCLUSIVE_ONLY         WA_RESULT(0x88890012u)
#define WA_E_PERIOD_NOT_EQUAL       WA_RESULT(0x88890013u)
#define WA_E_EVENT_NOT_SET          WA_RESULT(0x88890014u)
#define WA_E_BUFFER_SIZE_ERROR      WA_RESULT(0x88890016u)
#define WA_E_CPUUSAGE_EXCEEDED      WA_RESULT(0x88890017u)
#define WA_E_BUFFER_ERROR           WA_RESULT(0x88890018u)
#define WA_E_SIZE_NOT_ALIGNED       WA_RESULT(0x88890019u)
#define WA_E_INVALID_PERIOD         WA_RESULT(0x88890020u)
#define WA_E_RESOURCES_INVALIDATED  WA_RESULT(0x88890026u)
#define WA_E_PERIODICITY_LOCKED     WA_RESULT(0x88890028u)
#define WA_E_FORMAT_LOCKED          WA_RESULT(0x88890029u)

/* Share modes, flags of Initialize and of buffers. */
enum { WA_SHARED = 0, WA_EXCLUSIVE = 1 };
enum { WA_STREAM_LOOPBACK = 0x00020000, WA_STREAM_EVENT = 0x00040000 };
enum { WA_BUFFER_DISCONT = 1, WA_BUFFER_SILENT = 2, WA_BUFFER_TIME_UNSURE = 4 };

/* Times are counted in 100 ns. */
enum { WA_UNITS = 10000000 };

enum { WA_TAG_PCM = 1, WA_TAG_FLOAT = 3, WA_TAG_EXTENSIBLE = 0xfffe };
enum { WA_WAVE_PLAIN_BYTES = 18, WA_WAVE_BYTES = 40, WA_WAVE_EXTRA = 22 };

/* WAVEFORMATEXTENSIBLE; its first 18 bytes are WAVEFORMATEX. */
#pragma pack(push, 1)
typedef struct wa_wave {
    uint16_t tag;
    uint16_t channels;
    uint32_t rate;
    uint32_t bytes_a_second;
    uint16_t frame_bytes;
    uint16_t bits;  /* of the container */
    uint16_t extra; /* bytes after this */
    uint16_t valid_bits;
    uint32_t mask;
    uint8_t sub[16];
} wa_wave;
#pragma pack(pop)

_Static_assert(sizeof(wa_wave) == WA_WAVE_BYTES, "as Windows lays it out");

#endif
