/* Lets iniparser load the same bytes, and compares what it made of them. [control] */
#ifndef GPH_PATCH_DICTIONARY_H
#define GPH_PATCH_DICTIONARY_H

#include "scan.h"

/* A difference is an error at its place. For texts whose scan found nothing wrong. GPH_OK whenever
 * the comparison could be made, also when it failed; GPH_IO when iniparser could not be given the
 * bytes (which was then told). */
gph_status gph_dictionary_check(const gph_scan *scan, gph_diagnostics *diagnostics);

#endif
