/* Sets the test driver up, and asks it what it has seen:
 *
 *     ks-setup install FILE.sys    ks-setup plan KEY=VALUE ...    ks-setup seen    ks-setup gone STATUS    ks-setup remove
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <setupapi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

static const GUID media = {
    0x4d36e96c, 0xe325, 0x11ce, {0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18}};
static const GUID audio = {
    0x6994ad04, 0x93ef, 0x11d0, {0xa3, 0xcc, 0x00, 0xa0, 0xc9, 0x22, 0x31, 0x96}};
static const wchar_t service[] = L"gphks";
static const wchar_t linked[] =
    L"SYSTEM\\CurrentControlSet\\Control\\DeviceClasses\\"
    L"{6994ad04-93ef-11d0-a3cc-00a0c9223196}\\##?#" TEST_LINK_NAME L"\\#\\Control";

static int
fail(const char *what)
{
    fprintf(stderr, "ks-setup: %s: error %lu\n", what, GetLastError());
    return 1;
}

/* ---------------------------------------------------------------- device and service */

static BOOL
register_device(void)
{
    static const wchar_t name[] = L"Z\u00e4hlkarte";
    SP_DEVINFO_DATA device = {.cbSize = sizeof device};
    SP_DEVICE_INTERFACE_DATA interface = {.cbSize = sizeof interface};
    HKEY key = NULL;
    DWORD one = 1;
    HDEVINFO set = SetupDiCreateDeviceInfoList(&media, NULL);
    BOOL good =
        set != INVALID_HANDLE_VALUE &&
        SetupDiCreateDeviceInfoW(set, L"ROOT\\MEDIA\\0000", &media, NULL, NULL, 0, &device) &&
        SetupDiRegisterDeviceInfo(set, &device, 0, NULL, NULL, NULL) &&
        SetupDiSetDeviceRegistryPropertyW(set, &device, SPDRP_FRIENDLYNAME, (const BYTE *)name,
                                          sizeof name) &&
        SetupDiCreateDeviceInterfaceW(set, &device, &audio, NULL, 0, &interface) &&
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, linked, 0, NULL, REG_OPTION_VOLATILE, KEY_WRITE, NULL,
                        &key, NULL) == ERROR_SUCCESS &&
        RegSetValueExW(key, L"Linked", 0, REG_DWORD, (const BYTE *)&one, sizeof one) ==
            ERROR_SUCCESS;
    if (key != NULL)
        RegCloseKey(key);
    if (set != INVALID_HANDLE_VALUE)
        SetupDiDestroyDeviceInfoList(set);
    return good;
}

static int
install(const wchar_t *file)
{
    wchar_t path[MAX_PATH];
    if (!register_device())
        return fail("the device is not registered");
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    if (manager == NULL || GetFullPathNameW(file, MAX_PATH, path, NULL) == 0)
        return fail("no service manager");
    SC_HANDLE made = CreateServiceW(manager, service, service, SERVICE_ALL_ACCESS,
                                    SERVICE_KERNEL_DRIVER, SERVICE_DEMAND_START,
                                    SERVICE_ERROR_NORMAL, path, NULL, NULL, NULL, NULL, NULL);
    if (made == NULL)
        return fail("the service is not made");
    if (!StartServiceW(made, 0, NULL))
        return fail("the driver does not start");
    CloseServiceHandle(made);
    CloseServiceHandle(manager);
    return 0;
}

static int
uninstall(void)
{
    SERVICE_STATUS status;
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    SC_HANDLE found = manager != NULL ? OpenServiceW(manager, service, SERVICE_ALL_ACCESS) : NULL;
    if (found == NULL)
        return fail("there is no service");
    BOOL stopped = ControlService(found, SERVICE_CONTROL_STOP, &status);
    int answer = stopped ? 0 : fail("the driver does not stop");
    DeleteService(found);
    CloseServiceHandle(found);
    CloseServiceHandle(manager);
    return answer;
}

/* ---------------------------------------------------------------- private calls */

static int
call(DWORD code, void *in, DWORD in_bytes, void *out, DWORD out_bytes)
{
    DWORD n = 0;
    HANDLE device = CreateFileW(L"\\\\.\\" TEST_DEVICE_NAME, GENERIC_READ | GENERIC_WRITE,
                                FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (device == INVALID_HANDLE_VALUE)
        return fail("the driver is not there");
    BOOL good =
        DeviceIoControl(device, code, in, in_bytes, out, out_bytes, &n, NULL) && n == out_bytes;
    int answer = good ? 0 : fail("the driver does not answer");
    CloseHandle(device);
    return answer;
}

#define KEY(name)                                                                                  \
    {                                                                                              \
#name, offsetof(test_plan, name)                                                           \
    }

static int
plan(wchar_t **words)
{
    static const struct {
        const char *name;
        size_t at;
    } keys[] = {KEY(looped),     KEY(streaming),   KEY(event),    KEY(register_bits),
                KEY(by_set),     KEY(bits),        KEY(channels), KEY(min_rate),
                KEY(max_rate),   KEY(ring_frames), KEY(busy),     KEY(busy_status),
                KEY(gone_state), KEY(gone_status), KEY(frozen)};
    test_plan made = TEST_USUAL_PLAN;
    for (; *words != NULL; words++) {
        char word[64] = "";
        snprintf(word, sizeof word, "%ls", *words);
        char *value = strchr(word, '=');
        size_t n = 0;
        if (value != NULL)
            *value++ = 0;
        while (n < sizeof keys / sizeof *keys && strcmp(keys[n].name, word) != 0)
            n++;
        if (value == NULL || n == sizeof keys / sizeof *keys) {
            fprintf(stderr, "ks-setup: no key '%s'\n", word);
            return 2;
        }
        uint32_t number = (uint32_t)strtoul(value, NULL, 0);
        memcpy((char *)&made + keys[n].at, &number, sizeof number);
    }
    return call(TEST_PLAN, &made, sizeof made, NULL, 0);
}

static int
seen(void)
{
    test_seen all;
    int answer = call(TEST_SEEN, NULL, 0, &all, sizeof all);
    if (answer == 0)
        printf("captured %llu\nright %llu\nbreaks %llu\nbreak_after %llu\nbreak_before "
               "%llu\nbreak_silent %llu\nsilent %llu\npins %u\nopen %u\nevents "
               "%u\nheld %u\n"
               "rung %u\ncomplaints %u\n%.79s\n",
               (unsigned long long)all.captured, (unsigned long long)all.right,
               (unsigned long long)all.breaks, (unsigned long long)all.break_after,
               (unsigned long long)all.break_before, (unsigned long long)all.break_silent,
               (unsigned long long)all.silent, all.pins, all.open, all.events, all.held, all.rung,
               all.complaints, all.complaint);
    return answer;
}

int wmain(int n, wchar_t **words);

int
wmain(int n, wchar_t **words)
{
    const wchar_t *what = n > 1 ? words[1] : L"";
    if (wcscmp(what, L"install") == 0 && n == 3)
        return install(words[2]);
    if (wcscmp(what, L"remove") == 0)
        return uninstall();
    if (wcscmp(what, L"plan") == 0)
        return plan(words + 2);
    if (wcscmp(what, L"seen") == 0)
        return seen();
    if (wcscmp(what, L"gone") == 0 && n == 3) {
        test_gone gone = {(uint32_t)wcstoul(words[2], NULL, 0)};
        return call(TEST_GONE, &gone, sizeof gone, NULL, 0);
    }
    fprintf(stderr, "ks-setup: install FILE, plan KEY=VALUE..., seen, gone STATUS or remove\n");
    return 2;
}
