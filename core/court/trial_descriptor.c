/* What the descriptor says of itself. What the runtime refuses was refused before this. [control] */
#include "trial.h"

#include <string.h>

static bool
is_empty(const char *text)
{
    return !text || !*text;
}

static void
documented(const char *what, const char *name, const char *doc)
{
    if (is_empty(doc))
        verdict_fail("%s '%s' has no doc", what, name);
}

void
trial_descriptor(const trial_case *c)
{
    const gph_type *t = &c->type->type;
    if (is_empty(c->module->license))
        verdict_fail("the module names no license");
    if (is_empty(c->module->version))
        verdict_fail("the module has no version");
    if (strcmp(c->module->name, c->module->stem) != 0)
        verdict_fail("the module calls itself '%s'; its file is %s, and that is what patches say",
                     c->module->name, c->module->stem);
    documented("type", t->id, t->doc);
    for (uint32_t n = 0; n < t->n_params; n++)
        documented("parameter", t->params[n].name, t->params[n].doc);
    for (uint32_t n = 0; n < t->n_settings; n++)
        documented("setting", t->settings[n].name, t->settings[n].doc);
    for (uint32_t n = 0; n < t->n_meters; n++)
        documented("meter", t->meters[n].name, t->meters[n].doc);
    if (c->type->given->create && !c->type->given->destroy)
        verdict_fail("it has create() and no destroy()");
    if (t->n_ports == 0 && t->n_triggers == 0)
        verdict_fail("it has neither a port nor a trigger");
}
