/* Datagrams by Windows sockets. [control] */
#include "datagram.h"

#include "wide_win32.h"

#include <winsock2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ws2tcpip.h>

struct gph_datagram {
    SOCKET socket;
};

static void
say(char *why, size_t n, const char *address, uint32_t port, int error)
{
    wchar_t words[200] = L"";
    FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, (DWORD)error,
                   0, words, 200, NULL);
    words[wcscspn(words, L"\r\n")] = L'\0';
    char *text = gph_narrow(words);
    snprintf(why, n, "%s:%u: %s (error %d)", address, port, text ? text : "", error);
    free(text);
}

/* Binds to the first address of the list that lets it. */
static SOCKET
bind_first(const struct addrinfo *list, int *error)
{
    u_long on = 1;
    *error = WSAEADDRNOTAVAIL;
    for (const struct addrinfo *a = list; a; a = a->ai_next) {
        SOCKET made = WSASocketW(a->ai_family, a->ai_socktype, a->ai_protocol, NULL, 0,
                                 WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
        if (made != INVALID_SOCKET && !bind(made, a->ai_addr, (int)a->ai_addrlen) &&
            !ioctlsocket(made, (long)FIONBIO, &on))
            return made;
        *error = WSAGetLastError();
        if (made != INVALID_SOCKET)
            closesocket(made);
    }
    return INVALID_SOCKET;
}

static SOCKET
open_socket(const char *address, uint32_t port, char *why, size_t n)
{
    char service[16];
    struct addrinfo *list = NULL;
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
    snprintf(service, sizeof service, "%u", port);
    int error = getaddrinfo(address, service, &hints, &list);
    SOCKET made = error ? INVALID_SOCKET : bind_first(list, &error);
    freeaddrinfo(list);
    if (made == INVALID_SOCKET)
        say(why, n, address, port, error);
    return made;
}

gph_status
gph_datagram_new(const char *address, uint32_t port, char *why, size_t n, gph_datagram **datagram)
{
    WSADATA about;
    *datagram = NULL;
    int error = WSAStartup(MAKEWORD(2, 2), &about);
    if (error) {
        say(why, n, address, port, error);
        return GPH_IO;
    }
    SOCKET made = open_socket(address, port, why, n);
    gph_datagram *result = made == INVALID_SOCKET ? NULL : calloc(1, sizeof *result);
    if (result) {
        result->socket = made;
        *datagram = result;
        return GPH_OK;
    }
    if (made != INVALID_SOCKET)
        closesocket(made);
    WSACleanup();
    return made == INVALID_SOCKET ? GPH_IO : GPH_MEMORY;
}

void
gph_datagram_free(gph_datagram *datagram)
{
    if (!datagram)
        return;
    closesocket(datagram->socket);
    WSACleanup();
    free(datagram);
}

int64_t
gph_datagram_take(gph_datagram *datagram, void *bytes, size_t n)
{
    int got = recv(datagram->socket, bytes, (int)n, 0);
    if (got != SOCKET_ERROR)
        return got;
    return WSAGetLastError() == WSAEMSGSIZE ? (int64_t)n : -1;
}

uint64_t
gph_datagram_n_dropped(gph_datagram *datagram)
{
    (void)datagram;
    return 0;
}
