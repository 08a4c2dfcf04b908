/* Which disk a file is on: by the number of its volume. [any but audio] */
#include "disk.h"

#include <windows.h>

bool
gph_disk_is_same(gph_file one, gph_file other)
{
    BY_HANDLE_FILE_INFORMATION a;
    BY_HANDLE_FILE_INFORMATION b;
    return GetFileInformationByHandle((HANDLE)one, &a) &&
           GetFileInformationByHandle((HANDLE)other, &b) &&
           a.dwVolumeSerialNumber == b.dwVolumeSerialNumber;
}
