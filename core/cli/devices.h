/* The devices of a host, with what each could be opened with. [control] */
#ifndef GPH_CLI_DEVICES_H
#define GPH_CLI_DEVICES_H

#include "json.h"

#include <graphophone/graphophone.h>

/* An array of objects: id, name, channels_in, channels_out, rate, directions, roles; "in" and "out" are null where the device
 * does not go that way or the host does not tell, {"error": TEXT} where it could not be asked, else channels_min, channels_max,
 * block_min, block_max, rates, busy, modes (name, formats, rates). NULL: no memory. */
json_t *gph_devices_json(gph_catalogue *catalogue, uint32_t host);

/* The same for people: a line a device and one for each way to open it. */
void gph_devices_print(const json_t *devices);

#endif
