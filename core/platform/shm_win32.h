/* Where named blocks are on Windows: files of a folder of the user, mapped. [control]
 *
 * A mapping that is named in the system itself is gone with its owner; what a crash leaves must stay. */
#ifndef GPH_PLATFORM_SHM_WIN32_H
#define GPH_PLATFORM_SHM_WIN32_H

#include "shm.h"

#include <windows.h>

enum { GPH_SHM_FOLDER = 520 }; /* bytes of its path at most */

/* The path of the folder, without a separator at its end; false: it is not known. */
bool gph_shm_folder_path(char path[GPH_SHM_FOLDER]);
/* The folder, open, made if it is not there. 0, or an errno value. */
int gph_shm_folder(HANDLE *folder);
/* Whether a block may have this name. */
bool gph_shm_may_be_called(const char *name);

/* Gives a block of the folder another name in it. 0, or an errno value: EEXIST that is taken. */
int gph_shm_rename(HANDLE folder, const char *from, const char *to);
/* The end of a block: its name is free at once, whoever has it open or mapped. 0, or an errno value. */
int gph_shm_remove(HANDLE folder, const char *name);
/* Removes what could not be removed before, as somebody had it mapped. */
void gph_shm_sweep(HANDLE folder);

#endif
