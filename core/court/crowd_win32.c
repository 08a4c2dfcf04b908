/* The same thing on several threads at once, on Windows. [control] */
#include "crowd.h"

#include <windows.h>

enum { MOST = 16 };

typedef struct start {
    void (*run)(void *user);
    void *thing;
} start;

static DWORD WINAPI
begin(void *user)
{
    const start *s = user;
    s->run(s->thing);
    return 0;
}

bool
crowd_run(uint32_t n, void (*run)(void *user), void *things, size_t size)
{
    HANDLE threads[MOST];
    start starts[MOST];
    uint32_t made = 0;
    if (n == 0 || n > MOST)
        return false;
    for (; made < n; made++) {
        starts[made] = (start){run, (char *)things + made * size};
        threads[made] = CreateThread(NULL, 0, begin, &starts[made], CREATE_SUSPENDED, NULL);
        if (!threads[made])
            break;
    }
    for (uint32_t t = 0; t < made; t++) {
        if (made < n)
            TerminateThread(threads[t], 0);
        ResumeThread(threads[t]);
    }
    for (uint32_t t = 0; t < made; t++) {
        WaitForSingleObject(threads[t], INFINITE);
        CloseHandle(threads[t]);
    }
    return made == n;
}
