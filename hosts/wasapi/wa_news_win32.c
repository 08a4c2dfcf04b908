/* Hears of devices and of sessions that end. The system's threads call: they count, and return. [any] */
#include "wa_win32.h"

#include <stddef.h>
#include <stdlib.h>
#include <wchar.h>

struct wa_listener {
    IMMNotificationClient devices;
    IAudioSessionEvents session;
    LONG references;
    wa_news news;
    SRWLOCK lock; /* of the ids */
    wchar_t ids[2][WA_ID];
};

/* ---------------------------------------------------------------- devices */

static wa_listener *
of_devices(IMMNotificationClient *client)
{
    return (wa_listener *)(void *)((char *)client - offsetof(wa_listener, devices));
}

static ULONG STDMETHODCALLTYPE
devices_add(IMMNotificationClient *client)
{
    return (ULONG)InterlockedIncrement(&of_devices(client)->references);
}

static ULONG STDMETHODCALLTYPE
devices_release(IMMNotificationClient *client)
{
    wa_listener *listener = of_devices(client);
    LONG left = InterlockedDecrement(&listener->references);
    if (left == 0)
        free(listener);
    return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE
devices_query(IMMNotificationClient *client, REFIID id, void **object)
{
    bool ours = IsEqualGUID(id, &IID_IUnknown) || IsEqualGUID(id, &IID_IMMNotificationClient);
    *object = ours ? client : NULL;
    if (ours)
        devices_add(client);
    return ours ? S_OK : E_NOINTERFACE;
}

/* Whether it is one of ours. */
static bool
is_watched(wa_listener *listener, LPCWSTR id)
{
    AcquireSRWLockShared(&listener->lock);
    bool ours =
        id != NULL && (wcscmp(id, listener->ids[0]) == 0 || wcscmp(id, listener->ids[1]) == 0);
    ReleaseSRWLockShared(&listener->lock);
    return ours;
}

static HRESULT STDMETHODCALLTYPE
on_state(IMMNotificationClient *client, LPCWSTR id, DWORD state)
{
    wa_listener *listener = of_devices(client);
    atomic_fetch_add(&listener->news.devices, 1);
    if (state != DEVICE_STATE_ACTIVE && is_watched(listener, id))
        atomic_store(&listener->news.gone, true);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
on_added(IMMNotificationClient *client, LPCWSTR id)
{
    (void)id;
    atomic_fetch_add(&of_devices(client)->news.devices, 1);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
on_removed(IMMNotificationClient *client, LPCWSTR id)
{
    return on_state(client, id, DEVICE_STATE_NOTPRESENT);
}

static HRESULT STDMETHODCALLTYPE
on_default(IMMNotificationClient *client, EDataFlow flow, ERole role, LPCWSTR id)
{
    wa_listener *listener = of_devices(client);
    (void)id;
    if (role == eConsole)
        atomic_fetch_add(flow == eRender ? &listener->news.default_out : &listener->news.default_in,
                         1);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
on_property(IMMNotificationClient *client, LPCWSTR id, const PROPERTYKEY key)
{
    (void)client;
    (void)id;
    (void)key;
    return S_OK;
}

/* ---------------------------------------------------------------- session */

static wa_listener *
of_session(IAudioSessionEvents *events)
{
    return (wa_listener *)(void *)((char *)events - offsetof(wa_listener, session));
}

static ULONG STDMETHODCALLTYPE
session_add(IAudioSessionEvents *events)
{
    return devices_add(&of_session(events)->devices);
}

static ULONG STDMETHODCALLTYPE
session_release(IAudioSessionEvents *events)
{
    return devices_release(&of_session(events)->devices);
}

static HRESULT STDMETHODCALLTYPE
session_query(IAudioSessionEvents *events, REFIID id, void **object)
{
    bool ours = IsEqualGUID(id, &IID_IUnknown) || IsEqualGUID(id, &IID_IAudioSessionEvents);
    *object = ours ? events : NULL;
    if (ours)
        session_add(events);
    return ours ? S_OK : E_NOINTERFACE;
}

static HRESULT STDMETHODCALLTYPE
on_text(IAudioSessionEvents *events, LPCWSTR text, LPCGUID context)
{
    (void)events;
    (void)text;
    (void)context;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
on_volume(IAudioSessionEvents *events, float volume, WINBOOL mute, LPCGUID context)
{
    (void)events;
    (void)volume;
    (void)mute;
    (void)context;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
on_channel(IAudioSessionEvents *events, DWORD n, float volumes[], DWORD changed, LPCGUID context)
{
    (void)events;
    (void)n;
    (void)volumes;
    (void)changed;
    (void)context;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
on_grouping(IAudioSessionEvents *events, LPCGUID grouping, LPCGUID context)
{
    (void)events;
    (void)grouping;
    (void)context;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
on_session_state(IAudioSessionEvents *events, AudioSessionState state)
{
    (void)events;
    (void)state;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE
on_disconnected(IAudioSessionEvents *events, AudioSessionDisconnectReason reason)
{
    (void)reason;
    atomic_store(&of_session(events)->news.gone, true);
    return S_OK;
}

/* ---------------------------------------------------------------- life */

static const IMMNotificationClientVtbl devices_table = {
    devices_query, devices_add, devices_release, on_state,
    on_added,      on_removed,  on_default,      on_property,
};
static const IAudioSessionEventsVtbl session_table = {
    session_query, session_add, session_release, on_text,          on_text,
    on_volume,     on_channel,  on_grouping,     on_session_state, on_disconnected,
};

wa_listener *
wa_listener_new(void)
{
    wa_listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL)
        return NULL;
    listener->devices.lpVtbl = &devices_table;
    listener->session.lpVtbl = &session_table;
    listener->references = 1;
    InitializeSRWLock(&listener->lock);
    return listener;
}

void
wa_listener_release(wa_listener *listener)
{
    if (listener != NULL)
        devices_release(&listener->devices);
}

IMMNotificationClient *
wa_listener_of_devices(wa_listener *listener)
{
    return &listener->devices;
}

IAudioSessionEvents *
wa_listener_of_session(wa_listener *listener)
{
    return &listener->session;
}

wa_news *
wa_listener_news(wa_listener *listener)
{
    return &listener->news;
}

void
wa_listener_watch(wa_listener *listener, const char *id_in, const char *id_out)
{
    AcquireSRWLockExclusive(&listener->lock);
    wa_wide_of(id_in, listener->ids[0], WA_ID);
    wa_wide_of(id_out, listener->ids[1], WA_ID);
    ReleaseSRWLockExclusive(&listener->lock);
    atomic_store(&listener->news.gone, false);
}
