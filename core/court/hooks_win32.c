/* Stands between a DLL and the functions that it takes from others. [any]
 *
 * A function may take anything, so what stands before it takes nothing: it saves the registers that words are given in,
 * asks, and goes on into the function as if it had not been there. Source of the registers: Microsoft, "x64 calling
 * convention". */
#include "hooks_win32.h"

#include <windows.h>

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)

/* r10: the hook. The stack is aligned to 16 once five words and 96 bytes are on it: 32 that every call wants, and four
 * floating-point words. */
__attribute__((naked)) static void
stand(void)
{
    __asm__ volatile("push %r9\n\t"
                     "push %r8\n\t"
                     "push %rdx\n\t"
                     "push %rcx\n\t"
                     "push %r10\n\t"
                     "sub $96, %rsp\n\t"
                     "movups %xmm0, 32(%rsp)\n\t"
                     "movups %xmm1, 48(%rsp)\n\t"
                     "movups %xmm2, 64(%rsp)\n\t"
                     "movups %xmm3, 80(%rsp)\n\t"
                     "mov %r10, %rcx\n\t"
                     "mov 136(%rsp), %rdx\n\t"
                     "lea 104(%rsp), %r8\n\t"
                     "call hook_noted\n\t"
                     "movups 32(%rsp), %xmm0\n\t"
                     "movups 48(%rsp), %xmm1\n\t"
                     "movups 64(%rsp), %xmm2\n\t"
                     "movups 80(%rsp), %xmm3\n\t"
                     "add $96, %rsp\n\t"
                     "pop %r10\n\t"
                     "pop %rcx\n\t"
                     "pop %rdx\n\t"
                     "pop %r8\n\t"
                     "pop %r9\n\t"
                     "test %al, %al\n\t"
                     "jnz 1f\n\t"
                     "jmp *(%r10)\n"
                     "1:\n\t"
                     "xor %eax, %eax\n\t"
                     "ret");
}

/* mov r10, h; mov r11, stand; jmp r11 */
enum { ENTRY = 32, ROOM = 512 * ENTRY };

static void
write_entry(unsigned char *code, const hook *h)
{
    void (*const to)(void) = stand;
    const unsigned char form[] = {0x49, 0xba, 0, 0, 0, 0, 0, 0, 0,    0,    0x49, 0xbb,
                                  0,    0,    0, 0, 0, 0, 0, 0, 0x41, 0xff, 0xe3};
    memcpy(code, form, sizeof form);
    memcpy(code + 2, &h, 8);
    memcpy(code + 12, &to, 8);
}

bool
hook_put(hook *h, void **slot)
{
    static unsigned char *code;
    static size_t used;
    DWORD before;
    if (!code)
        code = VirtualAlloc(NULL, ROOM, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    if (!code || used + ENTRY > ROOM ||
        !VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &before))
        return false;
    h->real = *slot;
    write_entry(code + used, h);
    FlushInstructionCache(GetCurrentProcess(), code + used, ENTRY);
    *slot = code + used;
    used += ENTRY;
    return VirtualProtect(slot, sizeof *slot, before, &before);
}

#else

bool
hook_put(hook *h, void **slot)
{
    (void)h;
    (void)slot;
    return false;
}

#endif
