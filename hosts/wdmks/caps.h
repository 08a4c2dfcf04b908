/* The members `list` and `caps_of` of the host's table. [control] */
#ifndef GPH_HOSTS_WDMKS_CAPS_H
#define GPH_HOSTS_WDMKS_CAPS_H

#include "devices.h"

#include "../pump/pump.h"

gph_status GPH_CALL ks_host_list(gph_host_self *self, uint64_t *generation,
                                 void(GPH_CALL *each)(void *user, const gph_device *device),
                                 void *user);
gph_status GPH_CALL ks_host_caps_of(gph_host_self *self, const char *id, uint32_t direction,
                                    gph_device_caps *caps);

#endif
