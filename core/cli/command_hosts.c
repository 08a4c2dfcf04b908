/* graphophone hosts: audio hosts and their devices. [control] */
#include "command.h"
#include "format.h"
#include "inventory.h"
#include "json.h"
#include "rig_options.h"

#include <graphophone/graphophone.h>

#include <stdio.h>

static void GPH_CALL
print_device(void *user, const gph_device *device)
{
    (void)user;
    printf("    %-28s %s", device->id, device->name);
    if (device->channels_in || device->channels_out)
        printf("  %u in, %u out", device->channels_in, device->channels_out);
    if (device->rate > 0)
        printf("  %s", gph_format_rate(device->rate).text);
    puts(device->roles ? "  (default)" : "");
}

static void GPH_CALL
add_device(void *user, const gph_device *device)
{
    json_array_append_new(user, json_pack("{ss ss si si sf si si}", "id", device->id, "name",
                                          device->name, "channels_in", (int)device->channels_in,
                                          "channels_out", (int)device->channels_out, "rate",
                                          device->rate, "directions", (int)device->directions,
                                          "roles", (int)device->roles));
}

static void
print_all(gph_catalogue *catalogue)
{
    gph_catalogue_host host = {.size = sizeof host};
    for (uint32_t i = 0; gph_catalogue_get_host(catalogue, i, &host) == GPH_OK; i++) {
        printf("%-10s %s\n", host.id, host.usable ? host.doc : "not usable here");
        if (!host.usable)
            printf("    %s (%s)\n", host.reason, host.path);
        else
            gph_catalogue_devices(catalogue, i, print_device, NULL);
    }
}

static void
print_json(gph_catalogue *catalogue)
{
    json_t *hosts = json_array();
    gph_catalogue_host host = {.size = sizeof host};
    for (uint32_t i = 0; gph_catalogue_get_host(catalogue, i, &host) == GPH_OK; i++) {
        json_t *devices = json_array();
        if (host.usable)
            gph_catalogue_devices(catalogue, i, add_device, devices);
        json_array_append_new(hosts, json_pack("{ss ss? ss? ss sb ss so}", "id", host.id, "label",
                                               host.label, "doc", host.doc, "path", host.path,
                                               "usable", (int)host.usable, "reason", host.reason,
                                               "devices", devices));
    }
    gph_json_print(hosts);
}

static int
show(const gph_arguments *arguments, gph_catalogue *catalogue)
{
    if (gph_arguments_has(arguments, "json"))
        print_json(catalogue);
    else
        print_all(catalogue);
    return GPH_EXIT_OK;
}

static int
run(const gph_arguments *arguments)
{
    return gph_inventory_show(arguments, show);
}

static const gph_option *const tables[] = {gph_folder_option_table, gph_json_option_table, NULL};

const gph_command gph_command_hosts = {
    .name = "hosts",
    .words = "",
    .summary = "List audio hosts and their devices.",
    .text = "Lists the hosts found, what each could be run on, and why one cannot be used here.",
    .options = tables,
    .run = run,
};
