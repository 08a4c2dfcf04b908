/* What the guard stands before on Windows. [any] */
#include "guarded_calls_win32.h"

#include <stdbool.h>
#include <string.h>

static const struct {
    const char *name;
    guarded_call call;
} memory[] = {
    {"malloc", {GUARDED_NEW, 0}},
    {"calloc", {GUARDED_NEW, 0}},
    {"realloc", {GUARDED_RESIZE, 0}},
    {"free", {GUARDED_FREE, 0}},
    {"_strdup", {GUARDED_NEW, 0}},
    {"strdup", {GUARDED_NEW, 0}},
    {"_wcsdup", {GUARDED_NEW, 0}},
    {"_aligned_malloc", {GUARDED_NEW, 0}},
    {"_aligned_realloc", {GUARDED_RESIZE, 0}},
    {"_aligned_free", {GUARDED_FREE, 0}},
    {"HeapAlloc", {GUARDED_NEW, 0}},
    {"HeapReAlloc", {GUARDED_RESIZE, 2}},
    {"HeapFree", {GUARDED_FREE, 2}},
    {"LocalAlloc", {GUARDED_NEW, 0}},
    {"LocalFree", {GUARDED_FREE, 0}},
    {"GlobalAlloc", {GUARDED_NEW, 0}},
    {"GlobalFree", {GUARDED_FREE, 0}},
    {"VirtualAlloc", {GUARDED_NEW, 0}},
    {"VirtualFree", {GUARDED_FREE, 0}},
};

/* What else no audio thread may call; each word between spaces, here and below. */
static const char others[] =
    /* memory as C++ and the system have it */
    " _Znwy _Znay _ZdlPv _ZdaPv _ZdlPvy ??2@YAPEAX_K@Z ??3@YAXPEAX@Z ??3@YAXPEAX_K@Z"
    " VirtualProtect VirtualLock MapViewOfFile UnmapViewOfFile"
    /* locks */
    " EnterCriticalSection TryEnterCriticalSection LeaveCriticalSection"
    " AcquireSRWLockExclusive AcquireSRWLockShared TryAcquireSRWLockExclusive"
    " ReleaseSRWLockExclusive ReleaseSRWLockShared InitOnceExecuteOnce"
    " SleepConditionVariableCS SleepConditionVariableSRW WakeConditionVariable"
    " WakeAllConditionVariable _Mtx_lock _Mtx_trylock _Mtx_unlock pthread_mutex_lock"
    " pthread_mutex_trylock pthread_mutex_timedlock pthread_mutex_unlock pthread_spin_lock"
    " pthread_rwlock_rdlock pthread_rwlock_wrlock pthread_rwlock_unlock pthread_cond_wait"
    " pthread_cond_timedwait pthread_cond_signal pthread_cond_broadcast pthread_barrier_wait"
    " pthread_join pthread_create sem_wait sem_trywait sem_timedwait sem_post"
    /* waits, and what wakes; threads */
    " WaitForSingleObject WaitForSingleObjectEx WaitForMultipleObjects"
    " WaitForMultipleObjectsEx MsgWaitForMultipleObjects SignalObjectAndWait WaitOnAddress"
    " WakeByAddressSingle WakeByAddressAll SetEvent ResetEvent PulseEvent ReleaseMutex"
    " ReleaseSemaphore SetWaitableTimer Sleep SleepEx SwitchToThread _sleep CreateThread"
    " _beginthread _beginthreadex CreateEventA CreateEventW CreateMutexA CreateMutexW"
    " CreateSemaphoreA CreateSemaphoreW SuspendThread ResumeThread SetThreadPriority"
    /* files, libraries, the net */
    " CreateFileA CreateFileW ReadFile ReadFileEx WriteFile WriteFileEx FlushFileBuffers"
    " SetFilePointer SetFilePointerEx SetEndOfFile DeviceIoControl CloseHandle DeleteFileA"
    " DeleteFileW MoveFileExA MoveFileExW WriteConsoleA WriteConsoleW OutputDebugStringA"
    " OutputDebugStringW LoadLibraryA LoadLibraryW LoadLibraryExA LoadLibraryExW FreeLibrary"
    " send recv sendto recvfrom select"
    /* the C library's */
    " _open open _wopen _sopen _read read _write write _lseek _lseeki64 _close close _commit"
    " fopen _wfopen fopen_s fclose fread fwrite fputc putc fputs puts putchar fflush printf"
    " fprintf vprintf vfprintf __stdio_common_vfprintf remove _unlink unlink rename _lock"
    " ";

/* What would change, end or copy the whole process. Another program may be started, but not from process(). Not among it is
 * what a compiler's own start of every DLL takes (abort, UnhandledExceptionFilter, TerminateProcess, ...). */
static const char of_process[] =
    " quick_exit _cexit ExitProcess FatalExit system _wsystem _popen _wpopen _execl _execv _execve"
    " _execvp _wexecv _wexecve _chdir chdir _chdrive SetCurrentDirectoryA SetCurrentDirectoryW"
    " _umask umask _umask_s _wsetlocale _putenv _wputenv putenv _putenv_s _wputenv_s"
    " SetEnvironmentVariableA SetEnvironmentVariableW SetErrorMode SetPriorityClass"
    " SetProcessWorkingSetSize SetConsoleCtrlHandler SetDllDirectoryA SetDllDirectoryW"
    " SetDefaultDllDirectories timeBeginPeriod"
    " ";

/* Likewise, but libraries that a compiler links in (threads, C++) take it and seldom call it. */
static const char of_process_in_libraries[] =
    " exit _exit _Exit signal setlocale _wchdir SetProcessAffinityMask"
    " ";

static bool
is_among(const char *words, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = words + 1; (at = strstr(at, name)); at++)
        if (at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

const guarded_call *
guarded_call_named(const char *name)
{
    static const struct {
        const char *words;
        guarded_call call;
    } kinds[] = {{others, {GUARDED_OTHER, 0}},
                 {of_process, {GUARDED_PROCESS, 0}},
                 {of_process_in_libraries, {GUARDED_PROCESS_CALLED, 0}}};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        if (strcmp(memory[i].name, name) == 0)
            return &memory[i].call;
    for (size_t i = 0; *name && i < sizeof kinds / sizeof *kinds; i++)
        if (is_among(kinds[i].words, name))
            return &kinds[i].call;
    return NULL;
}
