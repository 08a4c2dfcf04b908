/* What the runtime does for hosts, over core/platform. [control; table: as host.h says] */
#include "services.h"

#include "../platform/now.h"
#include "../platform/realtime.h"
#include "../platform/wake.h"

#include <stdlib.h>

struct gph_services {
    gph_host_services table; /* first: the host's pointer is ours */
    gph_wake *wake;
    gph_services_log *log;
    void *user;
    char id[32];
};

static const gph_services *
owner(const gph_host_services *table)
{
    return (const gph_services *)table;
}

static void GPH_CALL
log_line(const gph_host_services *table, uint32_t level, const char *text)
{
    const gph_services *services = owner(table);
    if (services->log != NULL)
        services->log(services->user, level, services->id, text);
}

static int64_t GPH_CALL
now_ns(const gph_host_services *table)
{
    (void)table;
    return gph_now_ns();
}

static int64_t GPH_CALL
boot_ns(const gph_host_services *table)
{
    (void)table;
    return gph_now_boot_ns();
}

static void GPH_CALL
sleep_until_ns(const gph_host_services *table, int64_t ns)
{
    (void)table;
    gph_now_sleep_until_ns(ns);
}

/* The ABI's opaque thread is the platform's. */
static gph_status GPH_CALL
thread_start(const gph_host_services *table, const char *name, uint32_t how,
             void(GPH_CALL *run)(void *arg), void *arg, gph_thread **thread, const char **level)
{
    (void)table;
    gph_realtime *made = NULL;
    gph_status status =
        gph_realtime_start(name, how == GPH_THREAD_REALTIME, run, arg, &made, level);
    *thread = (gph_thread *)made;
    return status;
}

static gph_status GPH_CALL
thread_join(const gph_host_services *table, gph_thread *thread, int32_t timeout_ms)
{
    (void)table;
    return gph_realtime_join((gph_realtime *)thread, timeout_ms);
}

static void GPH_CALL
wake(const gph_host_services *table)
{
    gph_wake_up(owner(table)->wake);
}

static int32_t GPH_CALL
wait_for_wake(const gph_host_services *table, int32_t timeout_ms)
{
    return gph_wake_wait(owner(table)->wake, timeout_ms) ? 1 : 0;
}

gph_status
gph_services_new(const char *id, gph_services_log *log, void *user, gph_services **made)
{
    *made = NULL;
    gph_services *services = calloc(1, sizeof *services);
    if (services == NULL)
        return GPH_MEMORY;
    gph_status status = gph_wake_new(&services->wake);
    if (status != GPH_OK) {
        free(services);
        return status;
    }
    services->table = (gph_host_services){
        .size = sizeof services->table,
        .abi_minor = GPH_ABI_MINOR,
        .log = log_line,
        .now_ns = now_ns,
        .boot_ns = boot_ns,
        .sleep_until_ns = sleep_until_ns,
        .thread_start = thread_start,
        .thread_join = thread_join,
        .wake = wake,
        .wait = wait_for_wake,
    };
    services->log = log;
    services->user = user;
    for (size_t n = 0; id != NULL && n + 1 < sizeof services->id && id[n] != 0; n++)
        services->id[n] = id[n];
    *made = services;
    return GPH_OK;
}

void
gph_services_free(gph_services *services)
{
    if (services == NULL)
        return;
    gph_wake_free(services->wake);
    free(services);
}

const gph_host_services *
gph_services_table(const gph_services *services)
{
    return &services->table;
}

void
gph_services_wake(gph_services *services)
{
    gph_wake_up(services->wake);
}
