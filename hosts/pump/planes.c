/* Memory for planar samples. [control] */
#include "pump.h"

#include <stdlib.h>
#include <string.h>

float **
gph_pump_planes(uint32_t channels, uint32_t frames)
{
    /* An even number of pointers, so that the samples behind them are aligned as the whole is. */
    size_t n_pointers = ((size_t)channels + 2) & ~(size_t)1, n_samples = (size_t)channels * frames;
    float **planes = calloc(1, n_pointers * sizeof *planes + n_samples * sizeof **planes);
    if (planes == NULL)
        return NULL;
    float *samples = (float *)(planes + n_pointers);
    memset(samples, 0, n_samples * sizeof *samples); /* touched now, not in a cycle */
    for (size_t c = 0; c < channels; c++)
        planes[c] = samples + c * frames;
    return planes;
}
