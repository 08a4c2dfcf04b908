/* What the files that fill the seam for Windows share. [owner] */
#ifndef GPH_HOSTS_WASAPI_WA_WIN32_H
#define GPH_HOSTS_WASAPI_WA_WIN32_H

#include "wa_os.h"

#define COBJMACROS
#define CONST_VTABLE
#include <windows.h>

#include <audioclient.h>
#include <audiopolicy.h>
#include <mmdeviceapi.h>

/* Hears what the system tells of its own accord. Counted: it outlives its registrations. */
typedef struct wa_listener wa_listener;

struct wa_session {
    IMMDeviceEnumerator *enumerator;
    wa_listener *listener;
    bool com; /* this thread's COM is ours to end */
};

wa_listener *wa_listener_new(void);
void wa_listener_release(wa_listener *listener);
IMMNotificationClient *wa_listener_of_devices(wa_listener *listener);
IAudioSessionEvents *wa_listener_of_session(wa_listener *listener);
wa_news *wa_listener_news(wa_listener *listener);
void wa_listener_watch(wa_listener *listener, const char *id_in, const char *id_out);

/* As of the seam. */
wa_result wa_win32_list(wa_session *session, void (*each)(void *user, const wa_endpoint *endpoint),
                        void *user);
wa_result wa_win32_default_id(wa_session *session, bool out, char id[WA_ID]);
/* Cuts what does not fit. */
void wa_utf8_of(const wchar_t *wide, char *text, int size);
void wa_wide_of(const char *text, wchar_t *wide, int size);

#endif
