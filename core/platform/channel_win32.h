/* What a process that is started and its channel share on Windows. [control] */
#ifndef GPH_PLATFORM_CHANNEL_WIN32_H
#define GPH_PLATFORM_CHANNEL_WIN32_H

#include "channel.h"

#include <windows.h>

/* Two connected ends: ours, and one that a process to be started inherits. 0, or an error of the system. */
DWORD gph_channel_pair(HANDLE *ours, HANDLE *theirs);

/* The process at the other end, into which handles are put; the channel takes the handle over. */
void gph_channel_set_peer(gph_channel *channel, HANDLE process);

#endif
