/* Messages between two processes, by a pair of Unix sockets that keep messages apart. [any] */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GIVEN = 3 }; /* the descriptor that a started process finds its end at */

struct gph_channel {
    int socket;
};

gph_status
gph_channel_new(intptr_t handle, gph_channel **result)
{
    gph_channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        return GPH_MEMORY;
    channel->socket = (int)handle;
    int bytes = 2 * GPH_CHANNEL_MESSAGE;
    setsockopt(channel->socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    *result = channel;
    return GPH_OK;
}

gph_status
gph_channel_adopt(gph_channel **result)
{
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(GIVEN, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET)
        return GPH_STATE;
    fcntl(GIVEN, F_SETFD, FD_CLOEXEC);
    return gph_channel_new(GIVEN, result);
}

void
gph_channel_free(gph_channel *channel)
{
    if (!channel)
        return;
    close(channel->socket);
    free(channel);
}

gph_status
gph_channel_send(gph_channel *channel, const void *bytes, size_t size, const gph_shm *memory)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.room = {0}};
    struct iovec part = {(void *)(uintptr_t)bytes, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (memory) {
        int file = (int)gph_shm_handle(memory);
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof file);
        memcpy(CMSG_DATA(&control.header), &file, sizeof file);
    }
    ssize_t sent;
    do
        sent = sendmsg(channel->socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent == (ssize_t)size)
        return GPH_OK;
    return errno == ENOMEM || errno == ENOBUFS ? GPH_MEMORY
           : errno == EMSGSIZE                 ? GPH_LIMIT
                                               : GPH_STATE;
}

/* Takes the handles out of a message; all but the first are not ours to want. */
static intptr_t
handle_of(struct msghdr *message)
{
    intptr_t found = -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int file;
            memcpy(&file, CMSG_DATA(c) + i * sizeof file, sizeof file);
            if (found < 0)
                found = file;
            else
                close(file);
        }
    }
    return found;
}

int64_t
gph_channel_receive(gph_channel *channel, void *bytes, size_t size, int32_t timeout_ms,
                    intptr_t *memory)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct iovec part = {bytes, size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = sizeof control.room};
    struct pollfd wanted = {channel->socket, POLLIN, 0};
    *memory = -1;
    int ready;
    do
        ready = poll(&wanted, 1, timeout_ms);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        return ready ? -errno : -EAGAIN;
    ssize_t got;
    do
        got = recvmsg(channel->socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return got == 0 || errno == ECONNRESET ? 0 : -errno;
    *memory = handle_of(&message);
    if (!(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        return got;
    if (*memory >= 0)
        close((int)*memory);
    *memory = -1;
    return -EMSGSIZE;
}

void
gph_channel_hang_up(gph_channel *channel)
{
    shutdown(channel->socket, SHUT_RDWR);
}
