/* What the two kinds of threads share on Windows. [control] */
#ifndef GPH_PLATFORM_THREAD_WIN32_H
#define GPH_PLATFORM_THREAD_WIN32_H

/* Gives a thread, by its handle, a name for debuggers; at most 15 letters of it. */
void gph_thread_call_it(void *handle, const char *name);

#endif
