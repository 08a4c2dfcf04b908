/* Results of the system by kind. [any] */
#include "status.h"

#include <stddef.h>

static const struct {
    wa_result result;
    wa_status status;
} kinds[] = {
    {WA_E_NOTIMPL, WA_NOT_OFFERED},
    {WA_E_NOINTERFACE, WA_NOT_OFFERED},
    {WA_E_ACCESSDENIED, WA_DENIED},
    {WA_E_OUTOFMEMORY, WA_MEMORY},
    {WA_E_NOTFOUND, WA_ABSENT},
    {WA_E_WRONG_ENDPOINT_TYPE, WA_NOT_OFFERED},
    {WA_E_DEVICE_INVALIDATED, WA_GONE},
    {WA_E_UNSUPPORTED_FORMAT, WA_FORMAT},
    {WA_E_DEVICE_IN_USE, WA_BUSY},
    {WA_E_EXCLUSIVE_NOT_ALLOWED, WA_NOT_ALLOWED},
    {WA_E_ENDPOINT_CREATE_FAILED, WA_GONE},
    {WA_E_SERVICE_NOT_RUNNING, WA_SERVICE},
    {WA_E_EXCLUSIVE_ONLY, WA_NOT_OFFERED},
    {WA_E_PERIOD_NOT_EQUAL, WA_PERIOD},
    {WA_E_BUFFER_TOO_LARGE, WA_PERIOD},
    {WA_E_BUFFER_SIZE_ERROR, WA_PERIOD},
    {WA_E_SIZE_NOT_ALIGNED, WA_SIZE},
    {WA_E_INVALID_PERIOD, WA_PERIOD},
    {WA_E_RESOURCES_INVALIDATED, WA_GONE},
    {WA_E_PERIODICITY_LOCKED, WA_LOCKED},
    {WA_E_FORMAT_LOCKED, WA_LOCKED},
};

wa_status
wa_status_of(wa_result result)
{
    for (size_t n = 0; result < 0 && n < sizeof kinds / sizeof *kinds; n++)
        if (kinds[n].result == result)
            return kinds[n].status;
    return result < 0 ? WA_FAILED : WA_OK;
}

const char *
wa_status_text(wa_status status)
{
    static const char *const texts[] = {
        [WA_OK] = "all is well",
        [WA_NOTHING] = "nothing came",
        [WA_FORMAT] = "the device refuses the format",
        [WA_SIZE] = "the device refuses the size of the buffer",
        [WA_PERIOD] = "the device refuses the period",
        [WA_LOCKED] = "another program has fixed the engine's period",
        [WA_NOT_OFFERED] = "the system does not offer it",
        [WA_BUSY] = "another program has the device for itself",
        [WA_NOT_ALLOWED] = "exclusive use is switched off in the device's properties",
        [WA_DENIED] = "access is denied: see the privacy settings of Windows for the microphone",
        [WA_GONE] = "the device is gone",
        [WA_ABSENT] = "there is no such device",
        [WA_SERVICE] = "the Windows audio service does not run",
        [WA_MEMORY] = "no memory",
        [WA_LIES] = "what the device says of itself cannot be",
        [WA_FAILED] = "the system reports a failure",
    };
    return texts[status];
}

bool
wa_status_is_loss(wa_status status)
{
    return status == WA_GONE || status == WA_ABSENT || status == WA_SERVICE;
}

gph_status
wa_status_public(wa_status status)
{
    return status == WA_OK                            ? GPH_OK
           : status == WA_MEMORY                      ? GPH_MEMORY
           : status == WA_FORMAT || status == WA_LIES ? GPH_UNSUPPORTED
                                                      : GPH_IO;
}
