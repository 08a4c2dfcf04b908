/* Draws the state of a running rig, by ANSI sequences on a terminal, in lines elsewhere. [control] */
#include "display.h"

#include "../platform/terminal.h"
#include "figures.h"
#include "format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RECORDERS = 64, LINE = 512 };

/* What was shown of a recorder last, to see what is new. */
typedef struct shown {
    uint32_t state;
    uint32_t takes;
    uint64_t gaps;
} shown;

struct gph_display {
    bool live;
    bool colour;
    bool utf8;
    uint32_t drawn; /* lines of the live display that stand on the terminal */
    uint64_t xruns;
    uint64_t lost;
    uint32_t host_state;
    int64_t minute; /* minutes already told in lines */
    shown recorders[MOST_RECORDERS];
    float peaks[MOST_RECORDERS]; /* peak of each recorder, falling slowly, for steady bars */
};

static const char *const state_colours[] = {"\x1b[2m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[36m",
                                            "\x1b[1;37;41m"};

gph_display *
gph_display_new(int live)
{
    gph_display *display = calloc(1, sizeof *display);
    if (!display)
        return NULL;
    display->live = live && gph_terminal_is(stderr);
    display->colour = gph_terminal_has_colour(stderr);
    display->utf8 = gph_terminal_is_utf8();
    display->host_state = GPH_STREAM_STATE_RUNNING;
    return display;
}

static void
erase(gph_display *display)
{
    if (display->drawn)
        fprintf(stderr, "\x1b[%uA\r\x1b[J", display->drawn);
    display->drawn = 0;
}

void
gph_display_free(gph_display *display)
{
    if (display)
        erase(display);
    free(display);
}

void GPH_CALL
gph_display_message(void *user, const gph_rig_message *message)
{
    gph_display *display = *(gph_display **)user;
    if (display)
        erase(display);
    fprintf(stderr, "%s\n", message->rendered);
}

static const char *
colour(const gph_display *display, const char *sequence)
{
    return display->colour ? sequence : "";
}

/* One live line, cut to the terminal's width so that counting lines stays right. */
static void
put_line(gph_display *display, uint32_t columns, const char *line)
{
    uint32_t cells = 0;
    for (const char *c = line; *c; c++) {
        if (*c == '\x1b') {
            const char *end = strchr(c, 'm');
            if (!end)
                break;
            fwrite(c, 1, (size_t)(end - c) + 1, stderr);
            c = end;
            continue;
        }
        bool begins = ((unsigned char)*c & 0xc0) != 0x80;
        if (begins && ++cells >= columns)
            break;
        fputc(*c, stderr);
    }
    fputs(display->colour ? "\x1b[0m\x1b[K\n" : "\x1b[K\n", stderr);
    display->drawn++;
}

/* A bar of `width` cells from -60 dB to 0 dB. */
static void
bar(const gph_display *display, float peak, uint32_t width, char *out, size_t n)
{
    double db = peak > 0 ? 20 * log10((double)peak) : -100;
    double part = db <= -60 ? 0 : db >= 0 ? 1 : (db + 60) / 60;
    uint32_t cells = (uint32_t)lrint(part * width);
    size_t at = 0;
    for (uint32_t i = 0; i < width && at + 4 < n; i++) {
        const char *cell = i < cells ? (display->utf8 ? "█" : "#") : (display->utf8 ? "·" : ".");
        size_t length = strlen(cell);
        memcpy(out + at, cell, length);
        at += length;
    }
    out[at] = 0;
}

/* One character a channel, so that 128 channels can be seen at once. */
static void
columns_of(const gph_display *display, const float *peaks, uint32_t channels, uint32_t width,
           char *out, size_t n)
{
    static const char *const steps[] = {"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char plain[] = ".123456789";
    size_t at = 0;
    for (uint32_t c = 0; c < channels && c < width && at + 4 < n; c++) {
        double db = peaks[c] > 0 ? 20 * log10((double)peaks[c]) : -100;
        int step = db <= -60 ? 0 : db >= 0 ? 8 : 1 + (int)((db + 60) / 60 * 7);
        if (display->utf8) {
            size_t length = strlen(steps[step]);
            memcpy(out + at, steps[step], length);
            at += length;
        } else {
            out[at++] = plain[step];
        }
    }
    out[at] = 0;
}

static float
loudest(const gph_rig_recorder *recorder)
{
    float peak = 0;
    for (uint32_t c = 0; recorder->peaks && c < recorder->channels; c++)
        peak = recorder->peaks[c] > peak ? recorder->peaks[c] : peak;
    return peak;
}

static void
draw_head(gph_display *display, const gph_rig_info *info, const gph_rig_status *status,
          uint32_t columns)
{
    char line[LINE];
    bool bad =
        status->lost_in || status->lost_frames || status->host_state != GPH_STREAM_STATE_RUNNING;
    const char *of = "";
    gph_short_text length = {""};
    if (info->length >= 0) {
        of = " of ";
        length = gph_format_clock((double)info->length / info->rate);
    }
    snprintf(line, sizeof line,
             "%s%s%s%s%s%s  %s %s, %s, block %u   load %.0f %%   xruns %llu   %slost %s frames%s",
             info->n_faults ? "REHEARSAL  " : "", colour(display, "\x1b[1m"),
             gph_format_clock((double)status->frame / info->rate).text, of, length.text,
             colour(display, "\x1b[0m"), info->host, gph_host_word(status->host_state),
             gph_format_rate(info->rate).text, info->block, status->load * 100,
             (unsigned long long)status->xruns, bad ? colour(display, "\x1b[1;31m") : "",
             gph_format_count((int64_t)(status->lost_in + status->lost_frames)).text,
             colour(display, "\x1b[0m"));
    put_line(display, columns, line);
}

static void
draw_recorder(gph_display *display, uint32_t index, const gph_rig_recorder *r,
              const gph_rig_info *info, uint32_t columns)
{
    char line[LINE];
    uint32_t state = r->state > 4 ? 4 : r->state;
    gph_short_text lost = r->lost ? gph_format_count(r->lost) : (gph_short_text){""};
    snprintf(line, sizeof line, "%s%-9s%s %-12s %s  %8s   ring %2.0f %%   disk %s   %s%s%s%s%s",
             colour(display, state_colours[state]), gph_recorder_word(state),
             colour(display, "\x1b[0m"), r->node,
             gph_format_clock((double)r->frames / info->rate).text, gph_format_bytes(r->bytes).text,
             r->fill * 100, gph_format_span(r->seconds_left).text,
             r->lost ? colour(display, "\x1b[1;31m") : "", r->lost ? "lost " : "", lost.text,
             r->lost ? colour(display, "\x1b[0m") : "", r->lost ? "   " : "");
    size_t used = strlen(line);
    snprintf(line + used, sizeof line - used, "%s", r->reason[0] ? r->reason : r->file);
    put_line(display, columns, line);
    char meter[LINE / 2];
    float peak = loudest(r);
    display->peaks[index] = fmaxf(peak, display->peaks[index] * 0.8f);
    if (r->channels > 2 && r->peaks)
        columns_of(display, r->peaks, r->channels, columns - 34, meter, sizeof meter);
    else
        bar(display, display->peaks[index], columns > 80 ? 40 : columns / 2, meter, sizeof meter);
    snprintf(line, sizeof line, "%10s%-12s %s %s%s", "", "", meter,
             peak > 1 ? colour(display, "\x1b[1;31m") : "", gph_format_level((double)peak).text);
    put_line(display, columns, line);
}

static void
draw(gph_display *display, gph_rig *rig, const gph_rig_info *info, const gph_rig_status *status)
{
    uint32_t columns;
    uint32_t rows;
    gph_terminal_size(stderr, &columns, &rows);
    columns = columns < 40 ? 40 : columns > 200 ? 200 : columns;
    erase(display);
    draw_head(display, info, status, columns);
    for (uint32_t i = 0; i < info->n_recorders && i < MOST_RECORDERS && 2 * i + 4 < rows; i++) {
        gph_rig_recorder recorder = {.size = sizeof recorder};
        if (gph_rig_get_recorder(rig, i, &recorder) == GPH_OK)
            draw_recorder(display, i, &recorder, info, columns);
    }
    put_line(display, columns, "Ctrl-C finishes the takes and ends");
    fflush(stderr);
}

static void
tell(double seconds, const char *text)
{
    fprintf(stderr, "%s  %s\n", gph_format_clock(seconds).text, text);
}

static void
tell_recorder(gph_display *display, uint32_t index, const gph_rig_recorder *r, double seconds)
{
    shown *last = &display->recorders[index];
    char line[LINE];
    bool shows_file = r->file[0] && r->state != GPH_RECORDER_ARMED;
    if (r->state != last->state) {
        snprintf(line, sizeof line, "%s: %s%s%s", r->node, gph_recorder_word(r->state),
                 r->reason[0] ? ": "
                 : shows_file ? " "
                              : "",
                 r->reason[0] ? r->reason
                 : shows_file ? r->file
                              : "");
        tell(seconds, line);
    }
    if (r->gaps != last->gaps) {
        snprintf(line, sizeof line, "%s: gap: %s frames missing in this take", r->node,
                 gph_format_count(r->lost).text);
        tell(seconds, line);
    }
    *last = (shown){r->state, r->takes, r->gaps};
}

/* Without a terminal: what has changed, and every ten minutes that it still runs. */
static void
tell_changes(gph_display *display, gph_rig *rig, const gph_rig_info *info,
             const gph_rig_status *status)
{
    double seconds = (double)status->frame / info->rate;
    char line[LINE];
    for (uint32_t i = 0; i < info->n_recorders && i < MOST_RECORDERS; i++) {
        gph_rig_recorder recorder = {.size = sizeof recorder};
        if (gph_rig_get_recorder(rig, i, &recorder) == GPH_OK)
            tell_recorder(display, i, &recorder, seconds);
    }
    if (status->host_state != display->host_state) {
        snprintf(line, sizeof line, "%s: %s%s%s", info->host, gph_host_word(status->host_state),
                 status->host_text[0] ? ": " : "", status->host_text);
        tell(seconds, line);
    }
    if (status->xruns != display->xruns || status->lost_in != display->lost) {
        snprintf(line, sizeof line, "xruns %llu, frames lost by the host %s",
                 (unsigned long long)status->xruns,
                 gph_format_count((int64_t)status->lost_in).text);
        tell(seconds, line);
    }
    display->host_state = status->host_state;
    display->xruns = status->xruns;
    display->lost = status->lost_in;
    int64_t minute = (int64_t)(seconds / 60);
    if (minute >= display->minute + 10) {
        snprintf(line, sizeof line, "running; load %.0f %%, xruns %llu, frames lost %s",
                 status->load * 100, (unsigned long long)status->xruns,
                 gph_format_count((int64_t)(status->lost_in + status->lost_frames)).text);
        tell(seconds, line);
        display->minute = minute;
    }
}

void
gph_display_begin(gph_display *display, gph_rig *rig)
{
    gph_rig_info info = {.size = sizeof info};
    gph_rig_get_info(rig, &info);
    fprintf(stderr, "%s on %s%s%s: %s, block %u, %u in, %u out", info.name, info.host,
            info.device[0] ? " " : "", info.device, gph_format_rate(info.rate).text, info.block,
            info.channels_in, info.channels_out);
    if (info.rights[0])
        fprintf(stderr, "; %s", info.rights);
    fputc('\n', stderr);
    if (info.deviations[0])
        fprintf(stderr, "%s\n", info.deviations);
    (void)display;
}

void
gph_display_update(gph_display *display, gph_rig *rig)
{
    gph_rig_info info = {.size = sizeof info};
    gph_rig_status status = {.size = sizeof status};
    gph_rig_get_info(rig, &info);
    gph_rig_get_status(rig, &status);
    if (display->live)
        draw(display, rig, &info, &status);
    else
        tell_changes(display, rig, &info, &status);
}
