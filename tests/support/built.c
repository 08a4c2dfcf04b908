/* A graph of a patch given as text, with everything that it needs. [control] */
#include "built.h"

#include "../../core/platform/textstream.h"

#include <stdlib.h>
#include <string.h>

static void
keep_messages(built *self)
{
    gph_textstream stream;
    FILE *out = gph_textstream_begin(&stream);
    if (out == NULL)
        abort();
    gph_diagnostics_print(self->diagnostics, out, false);
    self->said = gph_textstream_end(&stream, NULL);
}

void
built_init(built *self, const char *text, uint32_t max_frames, const char *folder,
           const gph_allocator *allocator)
{
    const gph_catalog_options catalog = {
        .folders = &folder, .n_folders = folder != NULL, .allocator = allocator};
    const gph_graph_options graph = {.allocator = allocator};
    memset(self, 0, sizeof *self);
    self->services = stand_in_services(&self->run);
    self->diagnostics = gph_diagnostics_new(NULL);
    if (self->diagnostics == NULL)
        abort();
    self->status =
        gph_patch_load_text("x.ini", text, strlen(text), NULL, self->diagnostics, &self->patch);
    if (self->status == GPH_OK)
        self->status = gph_catalog_new(&catalog, &self->catalog);
    if (self->status == GPH_OK)
        self->status = gph_graph_build(self->patch, self->catalog, &self->services, &graph,
                                       self->diagnostics, &self->graph);
    if (self->status == GPH_OK && max_frames > 0)
        self->status = gph_graph_activate(self->graph, max_frames, self->diagnostics);
    keep_messages(self);
}

void
built_finish(built *self)
{
    gph_graph_free(self->graph);
    gph_catalog_free(self->catalog);
    gph_patch_free(self->patch);
    gph_diagnostics_free(self->diagnostics);
    free(self->said);
    if (self->run.n_runtimes != 0 || self->run.n_tables != 0)
        abort();
}
