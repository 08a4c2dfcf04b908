/* Libraries that no listing of plugins may fall over: each does one thing as soon as it is loaded. [tests only] */
#include <stdlib.h>
#include <unistd.h>

enum { CRASHES, ENDS, HANGS };

__attribute__((constructor)) static void
begin(void)
{
    volatile int *volatile nowhere = (volatile int *)8;
    if (HOW == CRASHES)
        *nowhere = 1;
    if (HOW == ENDS)
        _exit(0);
    while (HOW == HANGS)
        pause();
}
