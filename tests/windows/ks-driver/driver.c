/* The driver's devices and calls. [its dispatcher; a thread of its own that passes time] */
#include "driver.h"

world all;

static const WCHAR filter_name[] = L"\\Device\\GraphophoneFilter",
                   filter_link[] = L"\\??\\" TEST_LINK_NAME,
                   private_name[] = L"\\Device\\GraphophoneKS",
                   private_link[] = L"\\??\\" TEST_DEVICE_NAME;

void
complain(const char *text)
{
    if (all.seen.complaints++ > 0)
        return;
    for (size_t n = 0; n + 1 < sizeof all.seen.complaint && text[n] != 0; n++)
        all.seen.complaint[n] = text[n];
}

NTSTATUS
present(void)
{
    return (NTSTATUS)all.gone;
}

/* ---------------------------------------------------------------- private calls */

static NTSTATUS
set_plan(const void *in, uint32_t bytes)
{
    if (bytes != sizeof all.plan)
        return STATUS_INVALID_PARAMETER;
    memcpy(&all.plan, in, sizeof all.plan);
    memset(&all.seen, 0, sizeof all.seen);
    all.gone = 0;
    return STATUS_SUCCESS;
}

static NTSTATUS
set_gone(const void *in, uint32_t bytes)
{
    test_gone gone;
    if (bytes != sizeof gone)
        return STATUS_INVALID_PARAMETER;
    memcpy(&gone, in, sizeof gone);
    all.gone = gone.status;
    for (pin *p = all.pins; gone.status != 0 && p != NULL; p = p->next)
        pin_release(p, (NTSTATUS)gone.status);
    return STATUS_SUCCESS;
}

static void
count(void)
{
    all.seen.open = all.seen.events = all.seen.held = 0;
    for (const pin *p = all.pins; p != NULL; p = p->next) {
        all.seen.open++;
        all.seen.events += p->event != NULL;
        all.seen.held += p->n_held;
    }
}

static NTSTATUS
make_pin(const void *in, uint32_t bytes, FILE_OBJECT *file)
{
    pin *made = NULL;
    if (file->FsContext != NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    NTSTATUS status = pin_make(in, bytes, &made);
    if (status != STATUS_SUCCESS)
        return status;
    made->next = all.pins;
    all.pins = made;
    all.seen.pins++;
    file->FsContext = made;
    return STATUS_SUCCESS;
}

static NTSTATUS
private_call(const IO_STACK_LOCATION *at, IRP *irp)
{
    void *buffer = irp->AssociatedIrp.SystemBuffer;
    uint32_t in = at->Parameters.DeviceIoControl.InputBufferLength,
             out = at->Parameters.DeviceIoControl.OutputBufferLength;
    switch (at->Parameters.DeviceIoControl.IoControlCode) {
    case TEST_PIN:
        return make_pin(buffer, in, at->FileObject);
    case TEST_PLAN:
        return set_plan(buffer, in);
    case TEST_GONE:
        return set_gone(buffer, in);
    case TEST_SEEN:
        if (out < sizeof all.seen)
            return STATUS_BUFFER_TOO_SMALL;
        count();
        memcpy(buffer, &all.seen, sizeof all.seen);
        irp->IoStatus.Information = sizeof all.seen;
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* ---------------------------------------------------------------- calls of kernel streaming */

static NTSTATUS
stream_call(const IO_STACK_LOCATION *at, IRP *irp, BOOLEAN is_filter)
{
    const void *in = at->Parameters.DeviceIoControl.Type3InputBuffer;
    uint32_t in_bytes = at->Parameters.DeviceIoControl.InputBufferLength,
             out_bytes = at->Parameters.DeviceIoControl.OutputBufferLength;
    uint32_t code = at->Parameters.DeviceIoControl.IoControlCode;
    pin *p = at->FileObject->FsContext;
    if (present() != STATUS_SUCCESS)
        return present();
    if (code == KS_IOCTL_PROPERTY && is_filter)
        return filter_property(in, in_bytes, irp->UserBuffer, out_bytes,
                               &irp->IoStatus.Information);
    if (p == NULL)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (code == KS_IOCTL_PROPERTY)
        return pin_property(p, in, in_bytes, irp->UserBuffer, out_bytes,
                            &irp->IoStatus.Information);
    if (code != KS_IOCTL_READ_STREAM && code != KS_IOCTL_WRITE_STREAM)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (out_bytes != sizeof(ks_stream_header)) {
        complain("a packet without a header");
        return STATUS_INVALID_PARAMETER;
    }
    return pin_hold(p, irp, code == KS_IOCTL_READ_STREAM);
}

static NTSTATUS NTAPI
control(DEVICE_OBJECT *device, IRP *irp)
{
    const IO_STACK_LOCATION *at = IoGetCurrentIrpStackLocation(irp);
    BOOLEAN neither = (at->Parameters.DeviceIoControl.IoControlCode & 3) == METHOD_NEITHER;
    irp->IoStatus.Information = 0;
    ExAcquireFastMutex(&all.lock);
    NTSTATUS status = neither ? stream_call(at, irp, device == all.filter) : private_call(at, irp);
    ExReleaseFastMutex(&all.lock);
    if (status == STATUS_PENDING)
        return status;
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS
finish(IRP *irp, NTSTATUS status)
{
    irp->IoStatus.Information = 0;
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

static NTSTATUS NTAPI
open(DEVICE_OBJECT *device, IRP *irp)
{
    IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext = NULL;
    return finish(irp, device == all.filter ? present() : STATUS_SUCCESS);
}

static NTSTATUS NTAPI
close(DEVICE_OBJECT *device, IRP *irp)
{
    FILE_OBJECT *file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    (void)device;
    ExAcquireFastMutex(&all.lock);
    for (pin **at = &all.pins; *at != NULL; at = &(*at)->next)
        if (*at == file->FsContext) {
            pin *p = *at;
            *at = p->next;
            pin_close(p);
            break;
        }
    file->FsContext = NULL;
    ExReleaseFastMutex(&all.lock);
    return finish(irp, STATUS_SUCCESS);
}

/* ---------------------------------------------------------------- life */

static void NTAPI
pass_time(void *arg)
{
    (void)arg;
    while (!all.ends) {
        LARGE_INTEGER nap = {.QuadPart = -20000};
        KeDelayExecutionThread(KernelMode, FALSE, &nap);
        ExAcquireFastMutex(&all.lock);
        for (pin *p = all.pins; p != NULL; p = p->next)
            pin_pass(p);
        ExReleaseFastMutex(&all.lock);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS
add_device(DRIVER_OBJECT *driver, const WCHAR *name, const WCHAR *link, DEVICE_OBJECT **made)
{
    UNICODE_STRING name_text, link_text;
    RtlInitUnicodeString(&name_text, name);
    RtlInitUnicodeString(&link_text, link);
    NTSTATUS status = IoCreateDevice(driver, 0, &name_text, FILE_DEVICE_UNKNOWN, 0, FALSE, made);
    if (status != STATUS_SUCCESS)
        return status;
    (*made)->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    return IoCreateSymbolicLink(&link_text, &name_text);
}

static void NTAPI
unload(DRIVER_OBJECT *driver)
{
    UNICODE_STRING text;
    (void)driver;
    all.ends = TRUE;
    ZwWaitForSingleObject(all.thread, FALSE, NULL);
    ZwClose(all.thread);
    RtlInitUnicodeString(&text, filter_link);
    IoDeleteSymbolicLink(&text);
    RtlInitUnicodeString(&text, private_link);
    IoDeleteSymbolicLink(&text);
    IoDeleteDevice(all.filter);
    IoDeleteDevice(all.private);
}

NTSTATUS NTAPI DriverEntry(DRIVER_OBJECT *driver, UNICODE_STRING *path);

NTSTATUS NTAPI
DriverEntry(DRIVER_OBJECT *driver, UNICODE_STRING *path)
{
    (void)path;
    if (!calls_find())
        return STATUS_PROCEDURE_NOT_FOUND;
    ExInitializeFastMutex(&all.lock);
    all.plan = (test_plan)TEST_USUAL_PLAN;
    driver->MajorFunction[IRP_MJ_CREATE] = open;
    driver->MajorFunction[IRP_MJ_CLOSE] = close;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = control;
    driver->DriverUnload = unload;
    NTSTATUS status = add_device(driver, filter_name, filter_link, &all.filter);
    if (status == STATUS_SUCCESS)
        status = add_device(driver, private_name, private_link, &all.private);
    if (status == STATUS_SUCCESS)
        status =
            PsCreateSystemThread(&all.thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, pass_time, NULL);
    return status;
}
