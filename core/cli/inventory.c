/* Finds what is installed for the commands that show it. [control] */
#include "inventory.h"

#include "rig_options.h"

int
gph_inventory_show(const gph_arguments *arguments,
                   int (*show)(const gph_arguments *arguments, gph_catalogue *catalogue))
{
    gph_rig_options options;
    gph_catalogue *catalogue = NULL;
    int status = GPH_EXIT_INTERNAL;
    if (gph_rig_options_init(arguments, &options))
        status = gph_catalogue_new(&options, &catalogue);
    if (!status)
        status = show(arguments, catalogue);
    gph_catalogue_free(catalogue);
    gph_rig_options_finish(&options);
    return status;
}
