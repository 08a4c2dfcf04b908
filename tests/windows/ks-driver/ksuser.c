/* KsCreatePin for the test driver: a name below a device does not reach a driver in Wine 8, so a pin is a handle of a second
 * device that is told what it is. Loaded in place of Wine's ksuser.dll. [any] */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "../../../hosts/wdmks/ks_abi.h"
#include "wire.h"

__declspec(dllexport) DWORD WINAPI
    KsCreatePin(HANDLE filter, ks_pin_connect *connect, ACCESS_MASK access, HANDLE *pin);

DWORD WINAPI
KsCreatePin(HANDLE filter, ks_pin_connect *connect, ACCESS_MASK access, HANDLE *pin)
{
    const ks_dataformat *format = (const ks_dataformat *)(connect + 1);
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD n = 0, error = ERROR_SUCCESS;
    (void)filter; /* there is one */
    *pin = INVALID_HANDLE_VALUE;
    if (overlapped.hEvent == NULL)
        return GetLastError();
    HANDLE made = CreateFileW(L"\\\\.\\" TEST_DEVICE_NAME, access, 0, NULL, OPEN_EXISTING,
                              FILE_FLAG_OVERLAPPED, NULL);
    if (made == INVALID_HANDLE_VALUE ||
        (!DeviceIoControl(made, TEST_PIN, connect, (DWORD)sizeof *connect + format->size, NULL, 0,
                          &n, &overlapped) &&
         !(GetLastError() == ERROR_IO_PENDING && GetOverlappedResult(made, &overlapped, &n, TRUE))))
        error = GetLastError();
    CloseHandle(overlapped.hEvent);
    if (error != ERROR_SUCCESS && made != INVALID_HANDLE_VALUE)
        CloseHandle(made);
    if (error == ERROR_SUCCESS)
        *pin = made;
    return error;
}
