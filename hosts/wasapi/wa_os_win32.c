/* The seam filled by Windows: a function for each call of COM, and nothing that decides. [thread as wa_os.h says] */
#include "wa_win32.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(WAVEFORMATEXTENSIBLE) == sizeof(wa_wave), "as wa_abi.h lays it out");
_Static_assert(offsetof(WAVEFORMATEXTENSIBLE, SubFormat) == offsetof(wa_wave, sub), "likewise");
_Static_assert(AUDCLNT_E_DEVICE_INVALIDATED == WA_E_DEVICE_INVALIDATED &&
                   AUDCLNT_E_BUFFER_SIZE_NOT_ALIGNED == WA_E_SIZE_NOT_ALIGNED &&
                   AUDCLNT_E_INVALID_DEVICE_PERIOD == WA_E_INVALID_PERIOD &&
                   AUDCLNT_E_UNSUPPORTED_FORMAT == WA_E_UNSUPPORTED_FORMAT &&
                   AUDCLNT_E_DEVICE_IN_USE == WA_E_DEVICE_IN_USE &&
                   AUDCLNT_E_EXCLUSIVE_MODE_NOT_ALLOWED == WA_E_EXCLUSIVE_NOT_ALLOWED &&
                   AUDCLNT_E_ENDPOINT_CREATE_FAILED == WA_E_ENDPOINT_CREATE_FAILED &&
                   AUDCLNT_E_SERVICE_NOT_RUNNING == WA_E_SERVICE_NOT_RUNNING &&
                   AUDCLNT_E_EXCLUSIVE_MODE_ONLY == WA_E_EXCLUSIVE_ONLY &&
                   AUDCLNT_E_BUFDURATION_PERIOD_NOT_EQUAL == WA_E_PERIOD_NOT_EQUAL &&
                   AUDCLNT_E_BUFFER_TOO_LARGE == WA_E_BUFFER_TOO_LARGE &&
                   AUDCLNT_E_BUFFER_SIZE_ERROR == WA_E_BUFFER_SIZE_ERROR &&
                   AUDCLNT_E_RESOURCES_INVALIDATED == WA_E_RESOURCES_INVALIDATED &&
                   AUDCLNT_E_ENGINE_PERIODICITY_LOCKED == WA_E_PERIODICITY_LOCKED &&
                   AUDCLNT_E_ENGINE_FORMAT_LOCKED == WA_E_FORMAT_LOCKED &&
                   AUDCLNT_E_WRONG_ENDPOINT_TYPE == WA_E_WRONG_ENDPOINT_TYPE &&
                   AUDCLNT_S_BUFFER_EMPTY == WA_S_BUFFER_EMPTY &&
                   AUDCLNT_STREAMFLAGS_EVENTCALLBACK == WA_STREAM_EVENT &&
                   AUDCLNT_STREAMFLAGS_LOOPBACK == WA_STREAM_LOOPBACK,
               "the system's own values");

struct wa_client {
    wa_session *session;
    IAudioClient *client;
    IAudioClient3 *client3; /* NULL: an older system */
    IAudioRenderClient *render;
    IAudioCaptureClient *capture;
    IAudioSessionControl *control;
};

/* ---------------------------------------------------------------- events, time */

static wa_event *
make_event(void)
{
    return (wa_event *)CreateEventW(NULL, FALSE, FALSE, NULL);
}

static void
free_event(wa_event *event)
{
    if (event != NULL)
        CloseHandle((HANDLE)event);
}

static void
ring(wa_event *event)
{
    SetEvent((HANDLE)event);
}

static int64_t
now_ns(const gph_host_services *services)
{
    return services->now_ns(services);
}

static int64_t
boot_ns(const gph_host_services *services)
{
    return services->boot_ns(services);
}

static int
wait(const gph_host_services *services, wa_event *const *events, int n, int64_t until_ns)
{
    HANDLE handles[WA_EVENTS];
    int index[WA_EVENTS];
    DWORD n_handles = 0, ms = INFINITE;
    for (int k = 0; k < n && k < WA_EVENTS; k++)
        if (events[k] != NULL) {
            index[n_handles] = k;
            handles[n_handles++] = (HANDLE)events[k];
        }
    if (until_ns != INT64_MAX) {
        int64_t left_ms = (until_ns - services->now_ns(services) + 999999) / 1000000;
        ms = left_ms < 0 ? 0 : left_ms < 1000000 ? (DWORD)left_ms : 1000000;
    }
    if (n_handles == 0) {
        Sleep(ms);
        return -1;
    }
    DWORD got = WaitForMultipleObjects(n_handles, handles, FALSE, ms);
    return got < WAIT_OBJECT_0 + n_handles ? index[got - WAIT_OBJECT_0] : -1;
}

/* ---------------------------------------------------------------- session */

static void
leave(wa_session *session)
{
    if (session->enumerator != NULL) {
        if (session->listener != NULL)
            IMMDeviceEnumerator_UnregisterEndpointNotificationCallback(
                session->enumerator, wa_listener_of_devices(session->listener));
        IMMDeviceEnumerator_Release(session->enumerator);
    }
    wa_listener_release(session->listener);
    if (session->com)
        CoUninitialize();
    free(session);
}

static wa_result
enter(wa_session **made)
{
    wa_session *session = calloc(1, sizeof *session);
    *made = NULL;
    if (session == NULL)
        return WA_E_OUTOFMEMORY;
    /* A thread that has COM in another way keeps it: the enumerator works in either. */
    session->com = CoInitializeEx(NULL, COINIT_MULTITHREADED) >= 0;
    HRESULT result = CoCreateInstance(&CLSID_MMDeviceEnumerator, NULL, CLSCTX_ALL,
                                      &IID_IMMDeviceEnumerator, (void **)&session->enumerator);
    if (result < 0)
        session->enumerator = NULL;
    session->listener = wa_listener_new();
    if (result >= 0 && session->listener == NULL)
        result = E_OUTOFMEMORY;
    if (result < 0) {
        leave(session);
        return (wa_result)result;
    }
    /* Without it errors and the watchdog tell what happens. */
    IMMDeviceEnumerator_RegisterEndpointNotificationCallback(
        session->enumerator, wa_listener_of_devices(session->listener));
    *made = session;
    return WA_S_OK;
}

static const wa_news *
news(wa_session *session)
{
    return wa_listener_news(session->listener);
}

static wa_result
watch(wa_session *session, const char *id_in, const char *id_out)
{
    wa_listener_watch(session->listener, id_in, id_out);
    return WA_S_OK;
}

/* ---------------------------------------------------------------- clients */

static wa_result
activate(wa_session *session, const char *id, wa_client **made)
{
    wchar_t wide[WA_ID];
    IMMDevice *device = NULL;
    wa_client *client = calloc(1, sizeof *client);
    *made = NULL;
    if (client == NULL)
        return WA_E_OUTOFMEMORY;
    client->session = session;
    wa_wide_of(id, wide, WA_ID);
    HRESULT result = IMMDeviceEnumerator_GetDevice(session->enumerator, wide, &device);
    if (result >= 0) {
        result = IMMDevice_Activate(device, &IID_IAudioClient, CLSCTX_ALL, NULL,
                                    (void **)&client->client);
        IMMDevice_Release(device);
    }
    if (result < 0) {
        free(client);
        return (wa_result)result;
    }
    if (IAudioClient_QueryInterface(client->client, &IID_IAudioClient3, (void **)&client->client3) <
        0)
        client->client3 = NULL;
    *made = client;
    return WA_S_OK;
}

static void
release(wa_client *client)
{
    if (client == NULL)
        return;
    if (client->control != NULL) {
        IAudioSessionControl_UnregisterAudioSessionNotification(
            client->control, wa_listener_of_session(client->session->listener));
        IAudioSessionControl_Release(client->control);
    }
    if (client->render != NULL)
        IAudioRenderClient_Release(client->render);
    if (client->capture != NULL)
        IAudioCaptureClient_Release(client->capture);
    if (client->client3 != NULL)
        IAudioClient3_Release(client->client3);
    IAudioClient_Release(client->client);
    free(client);
}

static uint32_t
wave_bytes(const WAVEFORMATEX *wave)
{
    return wave->wFormatTag == WAVE_FORMAT_PCM ? WA_WAVE_PLAIN_BYTES
                                               : WA_WAVE_PLAIN_BYTES + (uint32_t)wave->cbSize;
}

static wa_result
mix_format(wa_client *client, uint8_t *bytes, uint32_t size, uint32_t *n)
{
    WAVEFORMATEX *wave = NULL;
    HRESULT result = IAudioClient_GetMixFormat(client->client, &wave);
    *n = 0;
    if (result < 0 || wave == NULL)
        return result < 0 ? (wa_result)result : WA_E_POINTER;
    *n = wave_bytes(wave) < size ? wave_bytes(wave) : size;
    memcpy(bytes, wave, *n);
    CoTaskMemFree(wave);
    return WA_S_OK;
}

static const WAVEFORMATEX *
wave_of(const wa_wave *wave)
{
    return (const WAVEFORMATEX *)(const void *)wave;
}

static wa_result
is_supported(wa_client *client, uint32_t mode, const wa_wave *wave)
{
    WAVEFORMATEX *closest = NULL;
    HRESULT result =
        IAudioClient_IsFormatSupported(client->client, (AUDCLNT_SHAREMODE)mode, wave_of(wave),
                                       mode == WA_EXCLUSIVE ? NULL : &closest);
    CoTaskMemFree(closest);
    return (wa_result)result;
}

static wa_result
device_period(wa_client *client, int64_t *usual, int64_t *least)
{
    REFERENCE_TIME both[2] = {0, 0};
    HRESULT result = IAudioClient_GetDevicePeriod(client->client, &both[0], &both[1]);
    *usual = both[0];
    *least = both[1];
    return (wa_result)result;
}

static wa_result
engine_period(wa_client *client, const wa_wave *wave, wa_periods *periods)
{
    UINT32 usual = 0, step = 0, least = 0, most = 0;
    if (client->client3 == NULL)
        return WA_E_NOINTERFACE;
    HRESULT result = IAudioClient3_GetSharedModeEnginePeriod(client->client3, wave_of(wave), &usual,
                                                             &step, &least, &most);
    *periods = (wa_periods){usual, step, least, most};
    return (wa_result)result;
}

static wa_result
current_period(wa_client *client, uint32_t *frames)
{
    WAVEFORMATEX *wave = NULL;
    UINT32 period = 0;
    if (client->client3 == NULL)
        return WA_E_NOINTERFACE;
    HRESULT result =
        IAudioClient3_GetCurrentSharedModeEnginePeriod(client->client3, &wave, &period);
    if (result >= 0)
        CoTaskMemFree(wave);
    *frames = period;
    return (wa_result)result;
}

static wa_result
initialize_low(wa_client *client, uint32_t flags, uint32_t frames, const wa_wave *wave)
{
    if (client->client3 == NULL)
        return WA_E_NOINTERFACE;
    return (wa_result)IAudioClient3_InitializeSharedAudioStream(client->client3, flags, frames,
                                                                wave_of(wave), NULL);
}

static wa_result
initialize(wa_client *client, uint32_t mode, uint32_t flags, int64_t duration, int64_t period,
           const wa_wave *wave)
{
    return (wa_result)IAudioClient_Initialize(client->client, (AUDCLNT_SHAREMODE)mode, flags,
                                              duration, period, wave_of(wave), NULL);
}

static wa_result
buffer_size(wa_client *client, uint32_t *frames)
{
    UINT32 size = 0;
    HRESULT result = IAudioClient_GetBufferSize(client->client, &size);
    *frames = size;
    return (wa_result)result;
}

static wa_result
stream_latency(wa_client *client, int64_t *latency)
{
    REFERENCE_TIME time = 0;
    HRESULT result = IAudioClient_GetStreamLatency(client->client, &time);
    *latency = time;
    return (wa_result)result;
}

static wa_result
set_event(wa_client *client, wa_event *event)
{
    return (wa_result)IAudioClient_SetEventHandle(client->client, (HANDLE)event);
}

static wa_result
service(wa_client *client, bool out)
{
    HRESULT result = out ? IAudioClient_GetService(client->client, &IID_IAudioRenderClient,
                                                   (void **)&client->render)
                         : IAudioClient_GetService(client->client, &IID_IAudioCaptureClient,
                                                   (void **)&client->capture);
    if (result < 0)
        return (wa_result)result;
    /* That a session ended is told; where it is not, the next call says so. */
    if (IAudioClient_GetService(client->client, &IID_IAudioSessionControl,
                                (void **)&client->control) < 0)
        client->control = NULL;
    if (client->control != NULL)
        IAudioSessionControl_RegisterAudioSessionNotification(
            client->control, wa_listener_of_session(client->session->listener));
    return WA_S_OK;
}

static wa_result
start(wa_client *client)
{
    return (wa_result)IAudioClient_Start(client->client);
}

static wa_result
stop(wa_client *client)
{
    return (wa_result)IAudioClient_Stop(client->client);
}

static wa_result
reset(wa_client *client)
{
    return (wa_result)IAudioClient_Reset(client->client);
}

/* ---------------------------------------------------------------- data */

static wa_result
padding(wa_client *client, uint32_t *frames)
{
    UINT32 n = 0;
    HRESULT result = IAudioClient_GetCurrentPadding(client->client, &n);
    *frames = n;
    return (wa_result)result;
}

static wa_result
next_packet(wa_client *client, uint32_t *frames)
{
    UINT32 n = 0;
    HRESULT result = IAudioCaptureClient_GetNextPacketSize(client->capture, &n);
    *frames = n;
    return (wa_result)result;
}

static wa_result
get_packet(wa_client *client, wa_packet *packet)
{
    BYTE *data = NULL;
    UINT32 frames = 0;
    DWORD flags = 0;
    UINT64 position = 0;
    HRESULT result =
        IAudioCaptureClient_GetBuffer(client->capture, &data, &frames, &flags, &position, NULL);
    *packet = (wa_packet){data, frames, flags, position};
    return (wa_result)result;
}

static wa_result
put_packet(wa_client *client, uint32_t frames)
{
    return (wa_result)IAudioCaptureClient_ReleaseBuffer(client->capture, frames);
}

static wa_result
get_room(wa_client *client, uint32_t frames, uint8_t **data)
{
    BYTE *bytes = NULL;
    HRESULT result = IAudioRenderClient_GetBuffer(client->render, frames, &bytes);
    *data = bytes;
    return (wa_result)result;
}

static wa_result
put_room(wa_client *client, uint32_t frames, uint32_t flags)
{
    return (wa_result)IAudioRenderClient_ReleaseBuffer(client->render, frames, flags);
}

const gph_wa_os *
gph_wa_os_system(void)
{
    static const gph_wa_os os = {
        .event = make_event,
        .event_free = free_event,
        .ring = ring,
        .wait = wait,
        .now_ns = now_ns,
        .boot_ns = boot_ns,
        .enter = enter,
        .leave = leave,
        .list = wa_win32_list,
        .default_id = wa_win32_default_id,
        .news = news,
        .watch = watch,
        .activate = activate,
        .release = release,
        .mix_format = mix_format,
        .is_supported = is_supported,
        .device_period = device_period,
        .engine_period = engine_period,
        .current_period = current_period,
        .initialize_low = initialize_low,
        .initialize = initialize,
        .buffer_size = buffer_size,
        .stream_latency = stream_latency,
        .set_event = set_event,
        .service = service,
        .start = start,
        .stop = stop,
        .reset = reset,
        .padding = padding,
        .next_packet = next_packet,
        .get_packet = get_packet,
        .put_packet = put_packet,
        .get_room = get_room,
        .put_room = put_room,
    };
    return &os;
}
