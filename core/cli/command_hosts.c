/* graphophone hosts: audio hosts and their devices. [control] */
#include "command.h"
#include "devices.h"
#include "inventory.h"
#include "json.h"
#include "rig_options.h"

#include <graphophone/graphophone.h>

#include <stdio.h>

static void
print_all(gph_catalogue *catalogue)
{
    gph_catalogue_host host = {.size = sizeof host};
    for (uint32_t i = 0; gph_catalogue_get_host(catalogue, i, &host) == GPH_OK; i++) {
        printf("%-10s %s\n", host.id, host.usable ? host.doc : "not usable here");
        if (!host.usable)
            printf("    %s (%s)\n", host.reason, host.path);
        json_t *devices = host.usable ? gph_devices_json(catalogue, i) : NULL;
        gph_devices_print(devices);
        json_decref(devices);
    }
}

static void
print_json(gph_catalogue *catalogue)
{
    json_t *hosts = json_array();
    gph_catalogue_host host = {.size = sizeof host};
    for (uint32_t i = 0; gph_catalogue_get_host(catalogue, i, &host) == GPH_OK; i++) {
        json_t *devices = host.usable ? gph_devices_json(catalogue, i) : json_array();
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
    .text = "Lists the hosts found, the devices of each and what they could be opened with (ways, "
            "rates, native samples, "
            "blocks; 'wasapi.mode = exclusive' in a patch asks for the way of that name), and why "
            "a host cannot be used here. "
            "A device is opened for a moment where only it knows.",
    .options = tables,
    .run = run,
};
