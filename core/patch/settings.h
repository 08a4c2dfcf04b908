/* The typed keys of the section [patch]. [control] */
#ifndef GPH_PATCH_SETTINGS_H
#define GPH_PATCH_SETTINGS_H

#include "value.h"

struct gph_patch_entry;

typedef enum gph_length_kind {
    GPH_LENGTH_DEFAULT, /* not written: `end` for offline, else `endless` */
    GPH_LENGTH_TIME,
    GPH_LENGTH_END,
    GPH_LENGTH_ENDLESS
} gph_length_kind;

typedef enum gph_on_loss { GPH_ON_LOSS_WAIT, GPH_ON_LOSS_FOLLOW, GPH_ON_LOSS_STOP } gph_on_loss;
typedef enum gph_patch_timeline { GPH_KEEP_HOLD, GPH_KEEP_CLOCK } gph_patch_timeline;
typedef enum gph_patch_realtime { GPH_REALTIME_WANTED, GPH_REALTIME_REQUIRED } gph_patch_realtime;
/* What becomes of a node that fails. INHERIT: as [patch] says; there it is SILENCE. */
typedef enum gph_on_error {
    GPH_ON_ERROR_INHERIT,
    GPH_ON_ERROR_SILENCE,
    GPH_ON_ERROR_BYPASS,
    GPH_ON_ERROR_STOP
} gph_on_error;

/* `HOST.option = value`: counts for that host only, which alone knows what it takes. */
typedef struct gph_host_option {
    const char *host; /* lower case */
    const char *name; /* lower case */
    const struct gph_patch_entry *entry;
} gph_host_option;

/* The entry of a key that was not written is NULL. */
typedef struct gph_patch_settings {
    const char *host;                            /* lower case; "auto" by default */
    uint32_t rate;                               /* frames a second; 0: any */
    uint32_t block;                              /* frames; 0: any */
    const char *device, *device_in, *device_out; /* NULL: the host's own; device_in and device_out
                                                    are `device` where not written themselves */
    gph_on_loss on_loss;
    gph_patch_timeline timeline;
    gph_length_kind length_kind;
    gph_quantity length; /* with GPH_LENGTH_TIME: seconds or frames */
    const char *folder;  /* "." by default; relative to the working folder of the run */
    const char *name;    /* the file's name without folder and .ini by default */
    gph_on_error on_error;
    gph_patch_realtime realtime;
    const struct gph_patch_entry *host_entry, *rate_entry, *block_entry, *device_entry,
        *device_in_entry, *device_out_entry, *length_entry, *folder_entry;
    const gph_host_option *options;
    uint32_t n_options;
} gph_patch_settings;

#endif
