/* Files of the offline host: one to read, one to write, through libsndfile. [the caller's thread of step] */
#ifndef GPH_HOSTS_OFFLINE_SOUND_H
#define GPH_HOSTS_OFFLINE_SOUND_H

#include "../pump/pump.h"

typedef struct sound_file sound_file;

/* Opens a file for reading; its rate, channels and frames are in *rate, *channels, *frames. */
gph_status sound_open_read(const char *path, sound_file **made, double *rate, uint32_t *channels,
                           int64_t *frames, char *why, uint32_t n);
/* Makes a file, which must not exist yet, for float samples; its container is by the ending of its name. */
gph_status sound_open_write(const char *path, double rate, uint32_t channels, sound_file **made,
                            char *why, uint32_t n);
/* Reads or writes planar frames; returns how many. Fewer: the end, or for writing a failure. */
uint32_t sound_read(sound_file *sound, float *const *ch, uint32_t frames);
uint32_t sound_write(sound_file *sound, const float *const *ch, uint32_t frames);
/* Back to the first frame. */
void sound_rewind(sound_file *sound);
/* NULL is accepted. A file that was made and holds nothing is taken away. GPH_IO: what was written may be lost. */
gph_status sound_close(sound_file *sound);

#endif
