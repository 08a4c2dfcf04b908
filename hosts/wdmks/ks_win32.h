/* What the files of the seam share on Windows. */
#ifndef GPH_HOSTS_WDMKS_KS_WIN32_H
#define GPH_HOSTS_WDMKS_KS_WIN32_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <cfgmgr32.h>

#include "ks_os.h"

typedef enum ks_kind { FILTER, PIN, EVENT, REQUEST, TIMER } ks_kind;

/* With the driver until it is back: lives longer than its object if need be. */
typedef struct flight {
    OVERLAPPED overlapped;
    bool pending;
} flight;

struct ks_object {
    ks_kind kind;
    HANDLE handle;       /* of the thing; of a request: its event */
    ks_object *pin;      /* of requests: where it is */
    ks_object *requests; /* of pins: those that went there */
    ks_object *next;     /* of requests: the pin's next */
    flight *flight;      /* of requests */

    /* Of filters: told when it goes. */
    atomic_bool *gone;
    HCMNOTIFICATION notification;
};

/* What an error of the system means. [any] */
ks_status ks_status_of(DWORD error);
/* Text one way and the other, to be freed; NULL: no memory, or no text. [control] */
char *ks_utf8_of(const wchar_t *wide);
wchar_t *ks_wide_of(const char *text);
/* As in ks_os.h. */
ks_status ks_list(void *os, void (*each)(void *user, const char *path, const char *name),
                  void *user);

#endif
