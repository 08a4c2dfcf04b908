/* The seam filled by Windows: CreateFile, KsCreatePin, overlapped DeviceIoControl. [thread as ks_os.h says] */
#include "ks_win32.h"

#include <stdlib.h>

enum { ANSWER_MS = 2000 };

/* Looked up while running: some of it came with later systems, some is missing in Wine. */
typedef DWORD WINAPI create_pin(HANDLE filter, ks_connect_format *connect, DWORD access,
                                HANDLE *pin);
typedef CONFIGRET WINAPI register_notification(PCM_NOTIFY_FILTER filter, PVOID context,
                                               PCM_NOTIFY_CALLBACK callback,
                                               PHCMNOTIFICATION notification);
typedef CONFIGRET WINAPI unregister_notification(HCMNOTIFICATION notification);

typedef struct system_state {
    const gph_host_services *services;
    HMODULE ksuser;
    HMODULE cfgmgr;
    create_pin *create_pin;
    register_notification *watch;
    unregister_notification *unwatch;
} system_state;

/* Answers of a driver go here, and are copied when they are there: one that never answers keeps a block of its own and not
 * our caller's memory. */
typedef struct call {
    OVERLAPPED overlapped;
    uint8_t memory[]; /* question, then answer */
} call;

static HMODULE
load(const wchar_t *name)
{
    return LoadLibraryExW(name, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
}

/* By way of a plain function: ISO C has no conversion between pointers of data and of code. */
typedef void any_function(void);

static any_function *
look_up(HMODULE library, const char *name)
{
    return library != NULL ? (any_function *)GetProcAddress(library, name) : NULL;
}

static void *
create(const gph_host_services *services)
{
    system_state *system = calloc(1, sizeof *system);
    if (system == NULL)
        return NULL;
    system->services = services;
    system->ksuser = load(L"ksuser.dll");
    if (system->ksuser == NULL)
        system->ksuser = LoadLibraryW(L"ksuser.dll");
    system->cfgmgr = load(L"cfgmgr32.dll");
    system->create_pin = (create_pin *)look_up(system->ksuser, "KsCreatePin");
    system->watch = (register_notification *)look_up(system->cfgmgr, "CM_Register_Notification");
    system->unwatch =
        (unregister_notification *)look_up(system->cfgmgr, "CM_Unregister_Notification");
    return system;
}

static void
destroy(void *os)
{
    system_state *system = os;
    if (system->ksuser != NULL)
        FreeLibrary(system->ksuser);
    if (system->cfgmgr != NULL)
        FreeLibrary(system->cfgmgr);
    free(system);
}

/* ---------------------------------------------------------------- objects */

static ks_object *
new_object(ks_kind what, HANDLE handle)
{
    ks_object *object =
        handle != NULL && handle != INVALID_HANDLE_VALUE ? calloc(1, sizeof *object) : NULL;
    if (object == NULL) {
        if (handle != NULL && handle != INVALID_HANDLE_VALUE)
            CloseHandle(handle);
        return NULL;
    }
    object->kind = what;
    object->handle = handle;
    return object;
}

static ks_status
open_filter(void *os, const char *path, ks_object **filter)
{
    (void)os;
    wchar_t *wide = ks_wide_of(path);
    if (wide == NULL)
        return KS_MEMORY;
    HANDLE handle = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OVERLAPPED, NULL);
    DWORD error = GetLastError();
    free(wide);
    if (handle == INVALID_HANDLE_VALUE)
        return ks_status_of(error);
    *filter = new_object(FILTER, handle);
    return *filter != NULL ? KS_OK : KS_MEMORY;
}

static ks_status
open_pin(void *os, ks_object *filter, const ks_connect_format *connect, uint32_t bytes,
         ks_object **pin)
{
    const system_state *system = os;
    (void)bytes; /* the format says its own size */
    ks_connect_format copy = *connect;
    HANDLE handle = INVALID_HANDLE_VALUE;
    if (system->create_pin == NULL)
        return KS_FAILED;
    DWORD error = system->create_pin(filter->handle, &copy, GENERIC_READ | GENERIC_WRITE, &handle);
    if (error != ERROR_SUCCESS) {
        ks_status status = ks_status_of(error);
        /* A format that is badly put is one that is not taken. */
        return error == ERROR_INVALID_PARAMETER ? KS_NO_MATCH : status;
    }
    if (handle == NULL || handle == INVALID_HANDLE_VALUE)
        return KS_FAILED;
    *pin = new_object(PIN, handle);
    return *pin != NULL ? KS_OK : KS_MEMORY;
}

static ks_object *
new_event(void *os)
{
    (void)os;
    return new_object(EVENT, CreateEventW(NULL, FALSE, FALSE, NULL));
}

static ks_object *
new_request(void *os)
{
    (void)os;
    ks_object *request = new_object(REQUEST, CreateEventW(NULL, TRUE, FALSE, NULL));
    if (request == NULL)
        return NULL;
    request->flight = calloc(1, sizeof *request->flight);
    if (request->flight == NULL) {
        CloseHandle(request->handle);
        free(request);
        return NULL;
    }
    request->flight->overlapped.hEvent = request->handle;
    return request;
}

static ks_object *
new_timer(void *os)
{
    (void)os;
    HANDLE timer = CreateWaitableTimerExW(NULL, NULL, 0x2 /* high resolution: Windows 10 1803 */,
                                          TIMER_ALL_ACCESS);
    return new_object(TIMER, timer != NULL ? timer : CreateWaitableTimerW(NULL, TRUE, NULL));
}

static void *
handle_of(void *os, ks_object *event)
{
    (void)os;
    return event->handle;
}

/* ---------------------------------------------------------------- requests */

/* The end of a call; KS_TIMEOUT after 2 s, and then the block belongs to the driver. */
static ks_status
await_call(HANDLE handle, call *c, DWORD *got)
{
    if (WaitForSingleObject(c->overlapped.hEvent, ANSWER_MS) == WAIT_OBJECT_0)
        return GetOverlappedResult(handle, &c->overlapped, got, FALSE)
                   ? KS_OK
                   : ks_status_of(GetLastError());
    CancelIoEx(handle, &c->overlapped);
    if (WaitForSingleObject(c->overlapped.hEvent, ANSWER_MS) != WAIT_OBJECT_0)
        return KS_TIMEOUT;
    /* Cancelled, or answered at the last moment. */
    return GetOverlappedResult(handle, &c->overlapped, got, FALSE) ? KS_OK : KS_FAILED;
}

static ks_status
control(void *os, ks_object *object, uint32_t code, const void *in, uint32_t in_bytes, void *out,
        uint32_t out_bytes, uint32_t *got)
{
    (void)os;
    DWORD n = 0;
    size_t in_room = ((size_t)in_bytes + 15) & ~(size_t)15;
    call *c = calloc(1, sizeof *c + in_room + out_bytes);
    *got = 0;
    if (c == NULL)
        return KS_MEMORY;
    uint8_t *answer = c->memory + in_room;
    memcpy(c->memory, in, in_bytes);
    if (out_bytes > 0)
        memcpy(answer, out, out_bytes);
    c->overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (c->overlapped.hEvent == NULL) {
        free(c);
        return KS_MEMORY;
    }
    ks_status status = KS_OK;
    if (!DeviceIoControl(object->handle, code, c->memory, in_bytes, out_bytes > 0 ? answer : NULL,
                         out_bytes, &n, &c->overlapped))
        status = ks_status_of(GetLastError());
    if (status == KS_PENDING)
        status = await_call(object->handle, c, &n);
    *got = n;
    if (status == KS_TIMEOUT)
        return KS_TIMEOUT; /* the block and its event stay */
    if (status == KS_OK && out_bytes > 0)
        memcpy(out, answer, n < out_bytes ? n : out_bytes);
    CloseHandle(c->overlapped.hEvent);
    free(c);
    return status;
}

static ks_status
submit(void *os, ks_object *pin, ks_object *request, ks_stream_header *header, bool read)
{
    (void)os;
    if (request->pin == NULL) {
        request->pin = pin;
        request->next = pin->requests;
        pin->requests = request;
    }
    flight *f = request->flight;
    DWORD n = 0;
    f->overlapped = (OVERLAPPED){.hEvent = request->handle};
    ResetEvent(request->handle);
    f->pending = true;
    if (DeviceIoControl(pin->handle, read ? KS_IOCTL_READ_STREAM : KS_IOCTL_WRITE_STREAM, NULL, 0,
                        header, sizeof *header, &n, &f->overlapped))
        return KS_OK;
    ks_status status = ks_status_of(GetLastError());
    f->pending = status == KS_PENDING;
    return status;
}

static ks_status
reap(void *os, ks_object *request)
{
    (void)os;
    DWORD n = 0;
    flight *f = request->flight;
    if (request->pin == NULL)
        return KS_ABORTED;
    if (GetOverlappedResult(request->pin->handle, &f->overlapped, &n, FALSE)) {
        f->pending = false;
        return KS_OK;
    }
    ks_status status = ks_status_of(GetLastError());
    f->pending = status == KS_PENDING;
    return status;
}

static ks_status
cancel(void *os, ks_object *pin)
{
    (void)os;
    if (CancelIoEx(pin->handle, NULL) || GetLastError() == ERROR_NOT_FOUND)
        return KS_OK;
    return ks_status_of(GetLastError());
}

/* ---------------------------------------------------------------- waiting */

static int64_t
now_ns(void *os)
{
    const system_state *system = os;
    return system->services->now_ns(system->services);
}

static int64_t
boot_ns(void *os)
{
    const system_state *system = os;
    return system->services->boot_ns(system->services);
}

static ks_status
wait_for(void *os, ks_object *object, ks_object *timer, int64_t until_ns)
{
    int64_t left_ns = until_ns - now_ns(os);
    HANDLE handles[2];
    DWORD n = 0, most_ms = 0;
    if (object != NULL)
        handles[n++] = object->handle;
    if (left_ns > 0) {
        /* Relative, in 100 ns. Without a timer in whole milliseconds. */
        LARGE_INTEGER due = {.QuadPart = -(left_ns / 100 + 1)};
        most_ms = left_ns / 1000000 < 1000000 ? (DWORD)(left_ns / 1000000) + 1 : 1000000;
        if (timer != NULL && SetWaitableTimer(timer->handle, &due, 0, NULL, NULL, FALSE)) {
            handles[n++] = timer->handle;
            most_ms += 10;
        }
    }
    if (n == 0) {
        if (most_ms > 0)
            Sleep(most_ms);
        return KS_TIMEOUT;
    }
    DWORD which = WaitForMultipleObjects(n, handles, FALSE, most_ms);
    return object != NULL && which == WAIT_OBJECT_0 ? KS_OK : KS_TIMEOUT;
}

/* ---------------------------------------------------------------- removal */

static DWORD CALLBACK
on_notification(HCMNOTIFICATION notification, PVOID context, CM_NOTIFY_ACTION action,
                PCM_NOTIFY_EVENT_DATA data, DWORD bytes)
{
    (void)notification;
    (void)data;
    (void)bytes;
    if (action == CM_NOTIFY_ACTION_DEVICEQUERYREMOVE ||
        action == CM_NOTIFY_ACTION_DEVICEREMOVEPENDING ||
        action == CM_NOTIFY_ACTION_DEVICEREMOVECOMPLETE)
        atomic_store((atomic_bool *)context, true);
    return ERROR_SUCCESS;
}

static void
watch(void *os, ks_object *filter, atomic_bool *gone)
{
    const system_state *system = os;
    if (system->watch == NULL || system->unwatch == NULL || filter->notification != NULL)
        return;
    CM_NOTIFY_FILTER what = {.cbSize = sizeof what,
                             .FilterType = CM_NOTIFY_FILTER_TYPE_DEVICEHANDLE};
    what.u.DeviceHandle.hTarget = filter->handle;
    filter->gone = gone;
    if (system->watch(&what, gone, on_notification, &filter->notification) != CR_SUCCESS)
        filter->notification = NULL;
}

/* ---------------------------------------------------------------- close */

/* All packets of a pin are to be back before its memory goes. */
static ks_status
recall(ks_object *pin)
{
    ks_status status = KS_OK;
    CancelIoEx(pin->handle, NULL);
    for (ks_object *request = pin->requests; request != NULL; request = request->next) {
        if (request->flight->pending &&
            WaitForSingleObject(request->handle, ANSWER_MS) != WAIT_OBJECT_0)
            status = KS_TIMEOUT;
        else
            request->flight->pending = false;
        request->pin = NULL;
    }
    return status;
}

static ks_status
close_object(void *os, ks_object *object)
{
    const system_state *system = os;
    if (object == NULL)
        return KS_OK;
    ks_status status = object->kind == PIN ? recall(object) : KS_OK;
    if (object->notification != NULL)
        system->unwatch(object->notification);
    CloseHandle(object->handle);
    free(object->flight);
    free(object);
    return status;
}

const gph_ks_os *
gph_ks_os_system(void)
{
    static const gph_ks_os os = {
        .create = create,
        .destroy = destroy,
        .list = ks_list,
        .open = open_filter,
        .pin = open_pin,
        .ioctl = control,
        .event = new_event,
        .request = new_request,
        .timer = new_timer,
        .handle = handle_of,
        .submit = submit,
        .reap = reap,
        .cancel = cancel,
        .wait = wait_for,
        .watch = watch,
        .close = close_object,
        .now_ns = now_ns,
        .boot_ns = boot_ns,
    };
    return &os;
}
