/* Questions to filters and pins, and a pin's states. [control] */
#ifndef GPH_HOSTS_WDMKS_PROPERTY_H
#define GPH_HOSTS_WDMKS_PROPERTY_H

#include "ks_os.h"

#include <stddef.h>

/* Asks for an answer of exactly `bytes`; a shorter one is KS_FAILED. */
ks_status ks_get(const ks_system *system, ks_object *object, const void *in, size_t in_bytes,
                 void *out, size_t bytes);
ks_status ks_pin_get(const ks_system *system, ks_object *filter, uint32_t pin, uint32_t id,
                     void *out, size_t bytes);
/* Asks for an answer of any length, to be freed; the length may change between the question for it and the next. */
ks_status ks_get_all(const ks_system *system, ks_object *object, const void *in, size_t in_bytes,
                     void **out, size_t *bytes);
ks_status ks_pin_get_all(const ks_system *system, ks_object *filter, uint32_t pin, uint32_t id,
                         void **out, size_t *bytes);
/* Goes to a state step by step, each one asked for and heeded. *state says how far it came. */
ks_status ks_pin_go(const ks_system *system, ks_object *pin, ks_state *state, ks_state to);
/* What a status means, for people. Lives for ever. */
const char *ks_status_text(ks_status status);

#endif
