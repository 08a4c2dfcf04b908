/* What a person sees while a rig runs: one live display on a terminal, else a line when something changes. [control] */
#ifndef GPH_CLI_DISPLAY_H
#define GPH_CLI_DISPLAY_H

#include <graphophone/graphophone.h>

typedef struct gph_display gph_display;

/* For standard error. `live` may be 0 to have lines even on a terminal. NULL when memory is out. */
gph_display *gph_display_new(int live);

/* Removes the live lines and frees it. */
void gph_display_free(gph_display *display);

/* Tells that the rig runs: what on, at which rate, with which rights. */
void gph_display_begin(gph_display *display, gph_rig *rig);

/* Draws what has changed; to be called some ten times a second. */
void gph_display_update(gph_display *display, gph_rig *rig);

/* Prints a line above the live display. For gph_rig_options.message; `user` points to the display's pointer, which may
 * be NULL. */
void GPH_CALL gph_display_message(void *user, const gph_rig_message *message);

#endif
