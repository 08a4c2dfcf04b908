/* Where the offline host's files are: what the system does to open them. [the caller's thread of step] */
#ifndef OFFLINE_PLACE_H
#define OFFLINE_PLACE_H

#include <sndfile.h>

/* An existing file, to be read; NULL as sf_open gives it. */
SNDFILE *place_open(const char *path, SF_INFO *info);
/* A new file, to be written. 0, or an errno value: EEXIST there is one. With 0 *file is NULL if libsndfile refuses. */
int place_new(const char *path, SF_INFO *info, SNDFILE **file);
void place_remove(const char *path);

#endif
