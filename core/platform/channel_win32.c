/* Messages between two processes, by a named pipe that keeps messages apart. [any]
 *
 * A block of memory is a handle that the sender puts into the other process; its number there goes before the message.
 * Standard input of a process that was started is its end. */
#include "channel_win32.h"

#include "wide_win32.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct head {
    uint64_t handle; /* in the receiver; 0: none */
    uint32_t size;   /* of what follows */
    uint32_t ends;   /* the other side hangs up */
} head;

enum { BUFFER = sizeof(head) + GPH_CHANNEL_MESSAGE };

struct gph_channel {
    HANDLE pipe;
    HANDLE peer;              /* the process at the other end; NULL: none may be given handles */
    HANDLE hung_up;           /* rung for ever by gph_channel_hang_up */
    HANDLE sent, got;         /* of the writes and of the read that are under way */
    CRITICAL_SECTION sending; /* one message at a time */
    char *out;                /* BUFFER bytes, under `sending` */
    char *in;                 /* BUFFER bytes, of the one receiving thread */
    OVERLAPPED reading;
    bool is_reading; /* a read is under way, perhaps since an earlier call */
    bool ended;      /* [receiving] the other side has said that it ends */
};

DWORD
gph_channel_pair(HANDLE *ours, HANDLE *theirs)
{
    wchar_t name[80];
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    _snwprintf(name, 80, L"\\\\.\\pipe\\graphophone-%lu-%016llx",
               (unsigned long)GetCurrentProcessId(), (unsigned long long)gph_wide_random());
    *ours = CreateNamedPipeW(
        name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS, 1, BUFFER, BUFFER,
        0, NULL);
    if (*ours == INVALID_HANDLE_VALUE)
        return GetLastError();
    *theirs = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, &inherited, OPEN_EXISTING,
                          FILE_FLAG_OVERLAPPED, NULL);
    if (*theirs != INVALID_HANDLE_VALUE)
        return 0;
    DWORD error = GetLastError();
    CloseHandle(*ours);
    return error;
}

gph_status
gph_channel_new(intptr_t handle, gph_channel **result)
{
    DWORD mode = PIPE_READMODE_MESSAGE;
    gph_channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        return GPH_MEMORY;
    InitializeCriticalSection(&channel->sending);
    channel->hung_up = CreateEventW(NULL, TRUE, FALSE, NULL);
    channel->sent = CreateEventW(NULL, TRUE, FALSE, NULL);
    channel->got = CreateEventW(NULL, TRUE, FALSE, NULL);
    channel->out = malloc(BUFFER);
    channel->in = malloc(BUFFER);
    if (!channel->hung_up || !channel->sent || !channel->got || !channel->out || !channel->in) {
        gph_channel_free(channel);
        return GPH_MEMORY;
    }
    channel->pipe = (HANDLE)handle;
    SetNamedPipeHandleState(channel->pipe, &mode, NULL, NULL);
    *result = channel;
    return GPH_OK;
}

void
gph_channel_set_peer(gph_channel *channel, HANDLE process)
{
    channel->peer = process;
}

gph_status
gph_channel_adopt(gph_channel **result)
{
    DWORD flags = 0;
    ULONG starter = 0;
    HANDLE given = GetStdHandle(STD_INPUT_HANDLE);
    if (!GetNamedPipeInfo(given, &flags, NULL, NULL, NULL) || !(flags & PIPE_TYPE_MESSAGE))
        return GPH_STATE;
    SetHandleInformation(given, HANDLE_FLAG_INHERIT, 0);
    gph_status status = gph_channel_new((intptr_t)given, result);
    if (status == GPH_OK && GetNamedPipeServerProcessId(given, &starter))
        (*result)->peer = OpenProcess(PROCESS_DUP_HANDLE, FALSE, starter);
    return status;
}

static void
close_if(HANDLE handle)
{
    if (handle)
        CloseHandle(handle);
}

void
gph_channel_free(gph_channel *channel)
{
    DWORD n;
    if (!channel)
        return;
    if (channel->is_reading) {
        CancelIoEx(channel->pipe, &channel->reading);
        GetOverlappedResult(channel->pipe, &channel->reading, &n, TRUE);
    }
    close_if(channel->pipe);
    close_if(channel->peer);
    close_if(channel->hung_up);
    close_if(channel->sent);
    close_if(channel->got);
    DeleteCriticalSection(&channel->sending);
    free(channel->out);
    free(channel->in);
    free(channel);
}

/* [sending] The whole of `out`; `waits` for room, until somebody hangs up. */
static gph_status
put(gph_channel *channel, size_t size, bool waits)
{
    OVERLAPPED writing = {.hEvent = channel->sent};
    const HANDLE either[] = {channel->sent, channel->hung_up};
    DWORD n = 0;
    ResetEvent(channel->sent);
    if (!WriteFile(channel->pipe, channel->out, (DWORD)size, NULL, &writing)) {
        if (GetLastError() != ERROR_IO_PENDING)
            return GPH_STATE;
        if (!waits || WaitForMultipleObjects(2, either, FALSE, INFINITE) != WAIT_OBJECT_0)
            CancelIoEx(channel->pipe, &writing);
    }
    bool done = GetOverlappedResult(channel->pipe, &writing, &n, TRUE);
    return done && n == size ? GPH_OK : GPH_STATE;
}

/* The number that a block's handle has in the other process; 0: it cannot be given. */
static uint64_t
give(const gph_channel *channel, const gph_shm *memory)
{
    HANDLE there = NULL;
    if (!channel->peer || !DuplicateHandle(GetCurrentProcess(), (HANDLE)gph_shm_handle(memory),
                                           channel->peer, &there, 0, FALSE, DUPLICATE_SAME_ACCESS))
        return 0;
    return (uint64_t)(uintptr_t)there;
}

gph_status
gph_channel_send(gph_channel *channel, const void *bytes, size_t size, const gph_shm *memory)
{
    head before = {.size = (uint32_t)size};
    if (size > GPH_CHANNEL_MESSAGE)
        return GPH_LIMIT;
    if (WaitForSingleObject(channel->hung_up, 0) == WAIT_OBJECT_0)
        return GPH_STATE;
    if (memory && !(before.handle = give(channel, memory)))
        return GPH_STATE;
    EnterCriticalSection(&channel->sending);
    memcpy(channel->out, &before, sizeof before);
    memcpy(channel->out + sizeof before, bytes, size);
    gph_status status = put(channel, sizeof before + size, true);
    LeaveCriticalSection(&channel->sending);
    return status;
}

static int
read_error(DWORD error)
{
    switch (error) {
    case ERROR_BROKEN_PIPE:
    case ERROR_PIPE_NOT_CONNECTED:
    case ERROR_NO_DATA:
    case ERROR_OPERATION_ABORTED:
        return 0;
    case ERROR_MORE_DATA:
        return -EMSGSIZE;
    default:
        return -gph_wide_errno(error);
    }
}

/* Waits for a message; its bytes with the head, or 0 and below as gph_channel_receive. */
static int64_t
take(gph_channel *channel, int32_t timeout_ms)
{
    const HANDLE either[] = {channel->got, channel->hung_up};
    DWORD n = 0;
    if (!channel->is_reading) {
        channel->reading = (OVERLAPPED){.hEvent = channel->got};
        ResetEvent(channel->got);
        if (!ReadFile(channel->pipe, channel->in, BUFFER, NULL, &channel->reading) &&
            GetLastError() != ERROR_IO_PENDING && GetLastError() != ERROR_MORE_DATA)
            return read_error(GetLastError());
        channel->is_reading = true;
    }
    DWORD wait = timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms;
    DWORD which = WaitForMultipleObjects(2, either, FALSE, wait);
    if (which == WAIT_TIMEOUT)
        return -EAGAIN;
    if (which != WAIT_OBJECT_0)
        return 0;
    channel->is_reading = false;
    return GetOverlappedResult(channel->pipe, &channel->reading, &n, TRUE)
               ? (int64_t)n
               : read_error(GetLastError());
}

int64_t
gph_channel_receive(gph_channel *channel, void *bytes, size_t size, int32_t timeout_ms,
                    intptr_t *memory)
{
    head before;
    *memory = -1;
    if (channel->ended)
        return 0;
    int64_t got = take(channel, timeout_ms);
    if (got <= 0)
        return got;
    memcpy(&before, channel->in, sizeof before);
    if ((size_t)got < sizeof before || before.size != (size_t)got - sizeof before)
        return -EMSGSIZE;
    channel->ended = before.ends != 0;
    if (channel->ended)
        return 0;
    if (before.size > size) {
        close_if((HANDLE)(uintptr_t)before.handle);
        return -EMSGSIZE;
    }
    memcpy(bytes, channel->in + sizeof before, before.size);
    if (before.handle)
        *memory = (intptr_t)before.handle;
    return before.size;
}

void
gph_channel_hang_up(gph_channel *channel)
{
    const head last = {.ends = 1};
    SetEvent(channel->hung_up);
    EnterCriticalSection(&channel->sending);
    memcpy(channel->out, &last, sizeof last);
    /* Without room for it the other side learns of the end when the channel is freed. */
    (void)put(channel, sizeof last, false);
    LeaveCriticalSection(&channel->sending);
}
