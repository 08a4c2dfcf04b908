/* Opens a client on one rung after the other. A client that failed to initialise is never used again. [owner] */
#include "ladder.h"

enum {
    CAPTURE_PERIODS = 20, /* asked for in shared capture: so long may we sleep */
    MOST_TRIES = 24       /* of sizes: a driver may say another one for ever */
};

static const int64_t longest_units = WA_UNITS / 2;

const char *
wa_ladder_name(wa_rung rung)
{
    static const char *const names[] = {"exclusive", "shared, low latency", "shared"};
    return names[rung];
}

static wa_status
initialize(wa_line *line, uint32_t mode, int64_t duration, int64_t period, const wa_wave *wave)
{
    uint32_t flags = WA_STREAM_EVENT | (line->loopback ? (uint32_t)WA_STREAM_LOOPBACK : 0);
    line->spent = true;
    return wa_status_of(line->os->initialize(line->client, mode, flags, duration, period, wave));
}

/* ---------------------------------------------------------------- exclusive */

static int64_t
exclusive_period(const wa_line *line, const wa_ask *ask)
{
    int64_t usual = 0, least = 0;
    wa_status status = wa_status_of(line->os->device_period(line->client, &usual, &least));
    bool sane = status == WA_OK && least > 0 && usual >= least && usual <= longest_units;
    int64_t period = sane ? usual : WA_UNITS / 100;
    if (ask->block > 0)
        period = wa_line_units(ask->rate, ask->block);
    if (sane && period < least)
        period = least;
    return period < longest_units ? period : longest_units;
}

/* One format: sizes are aligned as the device says, refused periods are doubled. */
static wa_status
initialize_exclusive(wa_line *line, const wa_format *format, int64_t period)
{
    wa_wave wave;
    bool aligned = false;
    wa_format_write(format, &wave);
    for (int tries = 0;; tries++) {
        wa_status status = initialize(line, WA_EXCLUSIVE, period, period, &wave);
        if (status != WA_SIZE && status != WA_PERIOD)
            return status;
        uint32_t frames = 0;
        bool told = status == WA_SIZE && !aligned &&
                    line->os->buffer_size(line->client, &frames) >= 0 && frames > 0;
        int64_t next = told ? wa_line_units(format->rate, frames) : 2 * period;
        aligned = told;
        if (next <= 0 || next > longest_units || tries >= MOST_TRIES)
            return status;
        period = next;
        status = wa_line_renew(line);
        if (status != WA_OK)
            return status;
    }
}

static wa_status
climb_exclusive(wa_line *line, const wa_ask *ask)
{
    const wa_wish wish = {ask->device, ask->rate, line->channels, ask->sample};
    int64_t period = exclusive_period(line, ask);
    wa_status status = WA_FORMAT;
    wa_format format;
    wa_wave wave;
    if (line->loopback)
        return WA_NOT_OFFERED;
    for (uint32_t n = 0; wa_format_candidate(&wish, &n, &format);) {
        wa_format_write(&format, &wave);
        wa_result said = line->os->is_supported(line->client, WA_EXCLUSIVE, &wave);
        status = said == WA_S_OK ? WA_OK : said > 0 ? WA_FORMAT : wa_status_of(said);
        if (status == WA_FORMAT || status == WA_FAILED)
            continue;
        if (status == WA_OK)
            status = initialize_exclusive(line, &format, period);
        if (status == WA_OK)
            return wa_line_settle(line, WA_RUNG_EXCLUSIVE, &format, 1);
        /* What is supported may be refused all the same. */
        if (status != WA_FORMAT && status != WA_FAILED)
            return status;
        status = wa_line_renew(line);
        if (status != WA_OK)
            return status;
        status = WA_FORMAT;
    }
    return status == WA_FAILED ? WA_FORMAT : status;
}

/* ---------------------------------------------------------------- low latency */

static wa_status
low_period(const wa_line *line, const wa_wave *wave, uint32_t block, uint32_t *frames)
{
    wa_periods p = {0};
    wa_status status = wa_status_of(line->os->engine_period(line->client, wave, &p));
    if (status != WA_OK)
        return status;
    if (p.step == 0 || p.least == 0 || p.least > p.usual || p.usual > p.most ||
        p.most > line->mix.rate)
        return WA_LIES;
    if (block >= p.usual)
        return WA_NOTHING; /* no need of it */
    uint32_t period = (block + p.step - 1) / p.step * p.step;
    period = period < p.least ? p.least : period;
    *frames = period > p.most ? p.most : period;
    return WA_OK;
}

/* Another program may have fixed the period of the engine: then its period is ours. */
static wa_status
initialize_low(wa_line *line, const wa_wave *wave, uint32_t *frames)
{
    const gph_wa_os *os = line->os;
    line->spent = true;
    wa_status status =
        wa_status_of(os->initialize_low(line->client, WA_STREAM_EVENT, *frames, wave));
    if (status != WA_LOCKED)
        return status;
    status = wa_line_renew(line);
    if (status == WA_OK)
        status = wa_status_of(os->current_period(line->client, frames));
    if (status == WA_OK && (*frames == 0 || *frames > line->mix.rate))
        status = WA_LIES;
    if (status != WA_OK)
        return status;
    line->spent = true;
    return wa_status_of(os->initialize_low(line->client, WA_STREAM_EVENT, *frames, wave));
}

static wa_status
climb_low(wa_line *line, const wa_ask *ask)
{
    wa_wave wave;
    uint32_t frames = 0;
    wa_format_write(&line->mix, &wave);
    wa_status status = low_period(line, &wave, ask->block, &frames);
    if (status != WA_OK)
        return status;
    status = initialize_low(line, &wave, &frames);
    return status == WA_OK ? wa_line_settle(line, WA_RUNG_LOW, &line->mix, frames) : status;
}

/* ---------------------------------------------------------------- shared */

static uint32_t
shared_period(const wa_line *line)
{
    int64_t usual = 0, least = 0;
    if (line->os->device_period(line->client, &usual, &least) < 0)
        usual = 0;
    uint32_t frames = wa_line_frames(line->mix.rate, usual);
    return frames >= 16 && frames <= line->mix.rate / 2 ? frames : line->mix.rate / 100;
}

static wa_status
climb_shared(wa_line *line)
{
    wa_wave wave;
    wa_format_write(&line->mix, &wave);
    uint32_t period = shared_period(line);
    int64_t duration = line->out ? 0 : wa_line_units(line->mix.rate, CAPTURE_PERIODS * period);
    wa_status status = initialize(line, WA_SHARED, duration, 0, &wave);
    if (duration > 0 && (status == WA_PERIOD || status == WA_SIZE || status == WA_FAILED)) {
        status = wa_line_renew(line);
        if (status == WA_OK)
            status = initialize(line, WA_SHARED, 0, 0, &wave);
    }
    return status == WA_OK ? wa_line_settle(line, WA_RUNG_SHARED, &line->mix, period) : status;
}

/* ---------------------------------------------------------------- all */

wa_status
wa_ladder_climb(wa_line *line, const wa_ask *ask, const char **why)
{
    wa_status status;
    *why = NULL;
    if (ask->exclusive) {
        status = climb_exclusive(line, ask);
    } else {
        status = WA_NOTHING;
        *why = "the period of the engine";
        if (ask->low && ask->block > 0 && !line->loopback)
            status = climb_low(line, ask);
        bool next = status == WA_NOTHING || status == WA_NOT_OFFERED || status == WA_LOCKED ||
                    status == WA_LIES || status == WA_FORMAT || status == WA_PERIOD ||
                    status == WA_SIZE || status == WA_FAILED;
        if (next) {
            if (status != WA_NOTHING)
                *why = wa_status_text(status);
            status = line->spent ? wa_line_renew(line) : WA_OK;
            if (status == WA_OK)
                status = climb_shared(line);
        }
    }
    if (status != WA_OK)
        wa_line_close(line);
    return status;
}
