/* Our declarations held against the system's own, and what its errors mean. [any] */
#include "ks_win32.h"

#include <winioctl.h>

#include <mmsystem.h>

#include <ks.h>
#include <ksmedia.h>

/* Ours are the system's, where it has them. */
_Static_assert(IOCTL_KS_PROPERTY == KS_IOCTL_PROPERTY, "IOCTL_KS_PROPERTY");
_Static_assert(IOCTL_KS_READ_STREAM == KS_IOCTL_READ_STREAM, "IOCTL_KS_READ_STREAM");
_Static_assert(IOCTL_KS_WRITE_STREAM == KS_IOCTL_WRITE_STREAM, "IOCTL_KS_WRITE_STREAM");
_Static_assert(sizeof(KSIDENTIFIER) == sizeof(ks_identifier), "KSIDENTIFIER");
_Static_assert(sizeof(KSP_PIN) == sizeof(ks_pin_property), "KSP_PIN");
_Static_assert(sizeof(KSPIN_CONNECT) == sizeof(ks_pin_connect), "KSPIN_CONNECT");
_Static_assert(offsetof(KSPIN_CONNECT, PinToHandle) == offsetof(ks_pin_connect, pin_to), "pin_to");
_Static_assert(sizeof(KSDATAFORMAT) == sizeof(ks_dataformat), "KSDATAFORMAT");
_Static_assert(sizeof(KSDATARANGE_AUDIO) == sizeof(ks_range_audio), "KSDATARANGE_AUDIO");
_Static_assert(sizeof(WAVEFORMATEXTENSIBLE) == sizeof(ks_wave), "WAVEFORMATEXTENSIBLE");
_Static_assert(sizeof(WAVEFORMATEX) == KS_WAVE_PLAIN_BYTES, "WAVEFORMATEX");
_Static_assert(sizeof(KSSTREAM_HEADER) == sizeof(ks_stream_header), "KSSTREAM_HEADER");
_Static_assert(offsetof(KSSTREAM_HEADER, Data) == offsetof(ks_stream_header, data), "data");
_Static_assert(offsetof(KSSTREAM_HEADER, OptionsFlags) == offsetof(ks_stream_header, options),
               "options");
_Static_assert(sizeof(KSTOPOLOGY_CONNECTION) == sizeof(ks_connection), "KSTOPOLOGY_CONNECTION");
_Static_assert(sizeof(KSAUDIO_POSITION) == sizeof(ks_position), "KSAUDIO_POSITION");
_Static_assert(sizeof(KSPIN_CINSTANCES) == sizeof(ks_cinstances), "KSPIN_CINSTANCES");
_Static_assert((int)KSPROPERTY_PIN_NAME == (int)KS_PIN_NAME, "pin properties");
_Static_assert((int)KSPROPERTY_PIN_PHYSICALCONNECTION == (int)KS_PIN_PHYSICALCONNECTION, "pins");
_Static_assert((int)KSPROPERTY_AUDIO_POSITION == (int)KS_AUDIO_POSITION, "AUDIO_POSITION");
_Static_assert((int)KSSTATE_RUN == (int)KS_RUN, "states");

/* Not in every header. */
enum { NO_SUCH_DEVICE = 433, DEVICE_HARDWARE_ERROR = 483 };

ks_status
ks_status_of(DWORD error)
{
    switch (error) {
    case ERROR_SUCCESS:
        return KS_OK;
    case ERROR_IO_PENDING:
    case ERROR_IO_INCOMPLETE:
        return KS_PENDING;
    case ERROR_MORE_DATA:
    case ERROR_INSUFFICIENT_BUFFER:
        return KS_MORE;
    case ERROR_NOT_FOUND:
    case ERROR_SET_NOT_FOUND:
    case ERROR_INVALID_FUNCTION:
    case ERROR_NOT_SUPPORTED:
        return KS_UNKNOWN;
    case ERROR_NO_MATCH:
        return KS_NO_MATCH;
    case ERROR_BUSY:
    case ERROR_SHARING_VIOLATION:
    case ERROR_DEVICE_IN_USE:
        return KS_BUSY;
    case ERROR_DEVICE_REMOVED:
    case ERROR_DEVICE_NOT_CONNECTED:
    case ERROR_DEV_NOT_EXIST:
    case NO_SUCH_DEVICE:
    case DEVICE_HARDWARE_ERROR:
    case ERROR_NOT_READY:
    case ERROR_GEN_FAILURE:
    case ERROR_INVALID_HANDLE:
        return KS_GONE;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return KS_ABSENT;
    case ERROR_OPERATION_ABORTED:
        return KS_ABORTED;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
        return KS_MEMORY;
    default:
        return KS_FAILED;
    }
}
