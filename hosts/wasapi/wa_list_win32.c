/* Lists endpoints with their properties; none is opened. [owner] */
#include <initguid.h>

#include "wa_win32.h"

#include <functiondiscoverykeys_devpkey.h>
#include <string.h>

/* mingw-w64 10 lacks it. */
static const PROPERTYKEY container_key = {
    {0x8c7ed206, 0x3f8a, 0x4827, {0xb3, 0xab, 0xae, 0x9e, 0x1f, 0xae, 0xfc, 0x6c}}, 2};

enum { ALL_FLOWS = 2 };

void
wa_utf8_of(const wchar_t *wide, char *text, int size)
{
    text[0] = 0;
    if (wide != NULL && WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL) == 0)
        text[size - 1] = 0; /* what did fit is there */
}

void
wa_wide_of(const char *text, wchar_t *wide, int size)
{
    wide[0] = 0;
    if (MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size) == 0)
        wide[size - 1] = 0;
}

static void
take_texts(IPropertyStore *store, wa_endpoint *endpoint)
{
    PROPVARIANT value;
    PropVariantInit(&value);
    if (IPropertyStore_GetValue(store, &PKEY_Device_FriendlyName, &value) >= 0 &&
        value.vt == VT_LPWSTR)
        wa_utf8_of(value.pwszVal, endpoint->name, WA_NAME);
    PropVariantClear(&value);
    PropVariantInit(&value);
    wchar_t wide[64] = L"";
    if (IPropertyStore_GetValue(store, &container_key, &value) >= 0 && value.vt == VT_CLSID &&
        value.puuid != NULL && StringFromGUID2(value.puuid, wide, 64) > 0)
        wa_utf8_of(wide, endpoint->container, sizeof endpoint->container);
    PropVariantClear(&value);
}

static void
take_format(IPropertyStore *store, wa_endpoint *endpoint)
{
    PROPVARIANT value;
    PropVariantInit(&value);
    if (IPropertyStore_GetValue(store, &PKEY_AudioEngine_DeviceFormat, &value) >= 0 &&
        value.vt == VT_BLOB && value.blob.pBlobData != NULL) {
        ULONG bytes = value.blob.cbSize < sizeof endpoint->wave ? value.blob.cbSize
                                                                : (ULONG)sizeof endpoint->wave;
        memcpy(endpoint->wave, value.blob.pBlobData, bytes);
        endpoint->wave_bytes = bytes;
    }
    PropVariantClear(&value);
}

static bool
describe(IMMDevice *device, wa_endpoint *endpoint)
{
    LPWSTR id = NULL;
    IMMEndpoint *end = NULL;
    IPropertyStore *store = NULL;
    EDataFlow flow = eRender;
    bool known = false;
    *endpoint = (wa_endpoint){0};
    if (IMMDevice_GetId(device, &id) < 0)
        return false;
    wa_utf8_of(id, endpoint->id, WA_ID);
    CoTaskMemFree(id);
    if (IMMDevice_QueryInterface(device, &IID_IMMEndpoint, (void **)&end) >= 0) {
        known = IMMEndpoint_GetDataFlow(end, &flow) >= 0;
        IMMEndpoint_Release(end);
    }
    endpoint->out = flow == eRender;
    if (known && IMMDevice_OpenPropertyStore(device, STGM_READ, &store) >= 0) {
        take_texts(store, endpoint);
        take_format(store, endpoint);
        IPropertyStore_Release(store);
    }
    return known;
}

wa_result
wa_win32_list(wa_session *session, void (*each)(void *user, const wa_endpoint *endpoint),
              void *user)
{
    IMMDeviceCollection *all = NULL;
    UINT n = 0;
    HRESULT result = IMMDeviceEnumerator_EnumAudioEndpoints(
        session->enumerator, (EDataFlow)ALL_FLOWS, DEVICE_STATE_ACTIVE, &all);
    if (result < 0)
        return (wa_result)result;
    if (IMMDeviceCollection_GetCount(all, &n) < 0)
        n = 0;
    for (UINT k = 0; k < n; k++) {
        IMMDevice *device = NULL;
        wa_endpoint endpoint;
        if (IMMDeviceCollection_Item(all, k, &device) < 0)
            continue;
        if (describe(device, &endpoint))
            each(user, &endpoint);
        IMMDevice_Release(device);
    }
    IMMDeviceCollection_Release(all);
    return WA_S_OK;
}

wa_result
wa_win32_default_id(wa_session *session, bool out, char id[WA_ID])
{
    IMMDevice *device = NULL;
    LPWSTR wide = NULL;
    HRESULT result = IMMDeviceEnumerator_GetDefaultAudioEndpoint(
        session->enumerator, out ? eRender : eCapture, eConsole, &device);
    if (result < 0)
        return (wa_result)result;
    result = IMMDevice_GetId(device, &wide);
    if (result >= 0)
        wa_utf8_of(wide, id, WA_ID);
    CoTaskMemFree(result >= 0 ? wide : NULL);
    IMMDevice_Release(device);
    return (wa_result)result;
}
