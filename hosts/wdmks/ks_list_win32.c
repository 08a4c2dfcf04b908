/* Lists the interfaces of KSCATEGORY_AUDIO. [control] */
#include "ks_win32.h"

#include <setupapi.h>

#include <stdlib.h>

enum { MAX_PATH_CHARS = 32768 };

char *
ks_utf8_of(const wchar_t *wide)
{
    int n = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = n > 0 ? malloc((size_t)n) : NULL;
    if (text != NULL)
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, n, NULL, NULL);
    return text;
}

wchar_t *
ks_wide_of(const char *text)
{
    int n = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *wide = n > 0 && n <= MAX_PATH_CHARS ? malloc((size_t)n * sizeof *wide) : NULL;
    if (wide != NULL)
        MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, n);
    return wide;
}

/* What the interface or the device is called for people. */
static char *
friendly_name(HDEVINFO set, SP_DEVICE_INTERFACE_DATA *interface, SP_DEVINFO_DATA *device)
{
    wchar_t wide[256] = L"";
    DWORD bytes = sizeof wide - sizeof *wide;
    HKEY key = SetupDiOpenDeviceInterfaceRegKey(set, interface, 0, KEY_READ);
    LSTATUS found = ERROR_FILE_NOT_FOUND;
    if (key != INVALID_HANDLE_VALUE) {
        DWORD type = 0;
        found = RegQueryValueExW(key, L"FriendlyName", NULL, &type, (BYTE *)wide, &bytes);
        if (type != REG_SZ)
            found = ERROR_FILE_NOT_FOUND;
        RegCloseKey(key);
    }
    if (found != ERROR_SUCCESS || wide[0] == 0) {
        memset(wide, 0, sizeof wide);
        SetupDiGetDeviceRegistryPropertyW(set, device, SPDRP_FRIENDLYNAME, NULL, (BYTE *)wide,
                                          sizeof wide - sizeof *wide, NULL);
    }
    return ks_utf8_of(wide);
}

/* One interface; its path is as long as it is. */
static ks_status
tell(HDEVINFO set, SP_DEVICE_INTERFACE_DATA *interface,
     void (*each)(void *user, const char *path, const char *name), void *user)
{
    DWORD bytes = 0;
    SetupDiGetDeviceInterfaceDetailW(set, interface, NULL, 0, &bytes, NULL);
    if (bytes < sizeof(SP_DEVICE_INTERFACE_DETAIL_DATA_W))
        return KS_OK;
    SP_DEVICE_INTERFACE_DETAIL_DATA_W *detail = calloc(1, bytes + sizeof(wchar_t));
    if (detail == NULL)
        return KS_MEMORY;
    SP_DEVINFO_DATA device = {.cbSize = sizeof device};
    detail->cbSize = sizeof *detail;
    if (SetupDiGetDeviceInterfaceDetailW(set, interface, detail, bytes, NULL, &device)) {
        char *path = ks_utf8_of(detail->DevicePath);
        char *name = friendly_name(set, interface, &device);
        if (path != NULL)
            each(user, path, name != NULL ? name : "");
        free(path);
        free(name);
    }
    free(detail);
    return KS_OK;
}

ks_status
ks_list(void *os, void (*each)(void *user, const char *path, const char *name), void *user)
{
    (void)os;
    GUID category;
    memcpy(&category, &ks_category_audio, sizeof category);
    HDEVINFO set =
        SetupDiGetClassDevsW(&category, NULL, NULL, DIGCF_PRESENT | DIGCF_DEVICEINTERFACE);
    if (set == INVALID_HANDLE_VALUE)
        return ks_status_of(GetLastError());
    ks_status status = KS_OK;
    for (DWORD n = 0; status == KS_OK; n++) {
        SP_DEVICE_INTERFACE_DATA interface = {.cbSize = sizeof interface};
        if (!SetupDiEnumDeviceInterfaces(set, NULL, &category, n, &interface))
            break;
        status = tell(set, &interface, each, user);
    }
    SetupDiDestroyDeviceInfoList(set);
    return status;
}
