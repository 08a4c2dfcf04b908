/* Every size and offset of <graphophone/module.h>, and the smallest effect of its page. [test program]
 *
 * A binary from any release of ABI 1 reads these places, so a line here may be added and never changed.
 * The numbers hold on 64-bit systems, which are all that Graphophone runs on.
 */
#include "../bench/module_bench.h"
#include "../suite.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " is not " #bytes " bytes")
#define AT(type, member, bytes)                                                                    \
    _Static_assert(offsetof(type, member) == (bytes), #type "." #member " moved")

/* clang-format off */
SIZE(gph_port, 48);
AT(gph_port, size, 0);
AT(gph_port, flags, 4);
AT(gph_port, direction, 8);
AT(gph_port, kind, 12);
AT(gph_port, rule, 16);
AT(gph_port, min, 20);
AT(gph_port, max, 24);
AT(gph_port, ref, 28);
AT(gph_port, name, 32);
AT(gph_port, doc, 40);

SIZE(gph_param, 64);
AT(gph_param, size, 0);
AT(gph_param, flags, 4);
AT(gph_param, unit, 8);
AT(gph_param, rule, 12);
AT(gph_param, items, 16);
AT(gph_param, min, 20);
AT(gph_param, def, 24);
AT(gph_param, max, 28);
AT(gph_param, smooth_ms, 32);
AT(gph_param, reserved, 36);
AT(gph_param, name, 40);
AT(gph_param, doc, 48);
AT(gph_param, choices, 56);

SIZE(gph_meter, 32);
AT(gph_meter, size, 0);
AT(gph_meter, unit, 4);
AT(gph_meter, rule, 8);
AT(gph_meter, items, 12);
AT(gph_meter, name, 16);
AT(gph_meter, doc, 24);

SIZE(gph_setting, 64);
AT(gph_setting, size, 0);
AT(gph_setting, kind, 4);
AT(gph_setting, flags, 8);
AT(gph_setting, unit, 12);
AT(gph_setting, min, 16);
AT(gph_setting, max, 24);
AT(gph_setting, def, 32);
AT(gph_setting, name, 40);
AT(gph_setting, doc, 48);
AT(gph_setting, choices, 56);

SIZE(gph_trigger, 24);
AT(gph_trigger, size, 0);
AT(gph_trigger, direction, 4);
AT(gph_trigger, name, 8);
AT(gph_trigger, doc, 16);

SIZE(gph_in, 24);
AT(gph_in, channels, 0);
AT(gph_in, flags, 4);
AT(gph_in, silent, 8);
AT(gph_in, ch, 16);

SIZE(gph_out, 24);
AT(gph_out, channels, 0);
AT(gph_out, flags, 4);
AT(gph_out, silent, 8);
AT(gph_out, ch, 16);

SIZE(gph_value, 24);
AT(gph_value, value, 0);
AT(gph_value, flags, 4);
AT(gph_value, ramp, 8);
AT(gph_value, ramps, 16);

SIZE(gph_event, 32);
AT(gph_event, when, 0);
AT(gph_event, frame, 8);
AT(gph_event, kind, 12);
AT(gph_event, index, 16);
AT(gph_event, value, 20);
AT(gph_event, data, 24);

SIZE(gph_io, 64);
AT(gph_io, frames, 0);
AT(gph_io, n_events, 4);
AT(gph_io, clock, 8);
AT(gph_io, in, 16);
AT(gph_io, out, 24);
AT(gph_io, params, 32);
AT(gph_io, meters, 40);
AT(gph_io, events, 48);
AT(gph_io, flags, 56);
AT(gph_io, reserved, 60);

SIZE(gph_setup, 48);
AT(gph_setup, size, 0);
AT(gph_setup, max_frames, 4);
AT(gph_setup, rate, 8);
AT(gph_setup, in_channels, 16);
AT(gph_setup, out_channels, 24);
AT(gph_setup, flags, 32);
AT(gph_setup, latency, 36);
AT(gph_setup, tail, 40);

SIZE(gph_config, 72);
AT(gph_config, size, 0);
AT(gph_config, flags, 4);
AT(gph_config, rate, 8);
AT(gph_config, in_channels, 16);
AT(gph_config, out_channels, 24);
AT(gph_config, text, 32);
AT(gph_config, number, 40);
AT(gph_config, error, 48);
AT(gph_config, error_size, 56);
AT(gph_config, reserved, 60);
AT(gph_config, bad_setting, 64);

SIZE(gph_runtime, 48);
AT(gph_runtime, size, 0);
AT(gph_runtime, abi_minor, 4);
AT(gph_runtime, get, 8);
AT(gph_runtime, log, 16);
AT(gph_runtime, fault, 24);
AT(gph_runtime, emit, 32);
AT(gph_runtime, restart, 40);

SIZE(gph_type, 200);
AT(gph_type, size, 0);
AT(gph_type, flags, 4);
AT(gph_type, id, 8);
AT(gph_type, name, 16);
AT(gph_type, doc, 24);
AT(gph_type, ports, 32);
AT(gph_type, n_ports, 40);
AT(gph_type, port_stride, 44);
AT(gph_type, params, 48);
AT(gph_type, n_params, 56);
AT(gph_type, param_stride, 60);
AT(gph_type, meters, 64);
AT(gph_type, n_meters, 72);
AT(gph_type, meter_stride, 76);
AT(gph_type, settings, 80);
AT(gph_type, n_settings, 88);
AT(gph_type, setting_stride, 92);
AT(gph_type, triggers, 96);
AT(gph_type, n_triggers, 104);
AT(gph_type, trigger_stride, 108);
AT(gph_type, faults, 112);
AT(gph_type, n_faults, 120);
AT(gph_type, reserved, 124);
AT(gph_type, create, 128);
AT(gph_type, destroy, 136);
AT(gph_type, configure, 144);
AT(gph_type, describe, 152);
AT(gph_type, activate, 160);
AT(gph_type, process, 168);
AT(gph_type, reset, 176);
AT(gph_type, deactivate, 184);
AT(gph_type, extension, 192);

SIZE(gph_module, 72);
AT(gph_module, size, 0);
AT(gph_module, magic, 4);
AT(gph_module, abi_major, 8);
AT(gph_module, abi_minor, 10);
AT(gph_module, min_minor, 12);
AT(gph_module, reserved, 14);
AT(gph_module, name, 16);
AT(gph_module, version, 24);
AT(gph_module, author, 32);
AT(gph_module, license, 40);
AT(gph_module, types, 48);
AT(gph_module, n_types, 56);
AT(gph_module, reserved2, 60);
AT(gph_module, url, 64);

SIZE(gph_table_mark, 56);
AT(gph_table_mark, filled, 0);
AT(gph_table_mark, head, 8);
AT(gph_table_mark, written, 16);
AT(gph_table_mark, pass, 24);
AT(gph_table_mark, clock, 32);
AT(gph_table_mark, state, 40);
AT(gph_table_mark, keeps_spare, 44);
AT(gph_table_mark, round, 48);

SIZE(gph_table_view, 104);
AT(gph_table_view, channels, 0);
AT(gph_table_view, bank, 4);
AT(gph_table_view, frames, 8);
AT(gph_table_view, generation, 16);
AT(gph_table_view, rate, 24);
AT(gph_table_view, ch, 32);
AT(gph_table_view, spare, 40);
AT(gph_table_view, mark, 48);

SIZE(gph_tables, 40);
AT(gph_tables, size, 0);
AT(gph_tables, reserved, 4);
AT(gph_tables, open, 8);
AT(gph_tables, view, 16);
AT(gph_tables, mark, 24);
AT(gph_tables, swap, 32);

SIZE(gph_worker, 24);
AT(gph_worker, size, 0);
AT(gph_worker, reserved, 4);
AT(gph_worker, schedule, 8);
AT(gph_worker, respond, 16);

SIZE(gph_worker_node, 24);
AT(gph_worker_node, size, 0);
AT(gph_worker_node, reserved, 4);
AT(gph_worker_node, work, 8);
AT(gph_worker_node, done, 16);

SIZE(gph_tag, 16);
AT(gph_tag, key, 0);
AT(gph_tag, value, 8);

SIZE(gph_stream_write, 144);
AT(gph_stream_write, size, 0);
AT(gph_stream_write, channels, 4);
AT(gph_stream_write, file, 8);
AT(gph_stream_write, format, 16);
AT(gph_stream_write, labels, 24);
AT(gph_stream_write, n_labels, 32);
AT(gph_stream_write, files, 36);
AT(gph_stream_write, buffer_seconds, 40);
AT(gph_stream_write, preroll_seconds, 48);
AT(gph_stream_write, sync_seconds, 56);
AT(gph_stream_write, gap_limit_seconds, 64);
AT(gph_stream_write, rotate_seconds, 72);
AT(gph_stream_write, rotate_bytes, 80);
AT(gph_stream_write, min_free_bytes, 88);
AT(gph_stream_write, reserve_seconds, 96);
AT(gph_stream_write, quality, 104);
AT(gph_stream_write, gap, 112);
AT(gph_stream_write, nan, 116);
AT(gph_stream_write, flags, 120);
AT(gph_stream_write, n_tags, 124);
AT(gph_stream_write, tags, 128);
AT(gph_stream_write, failover, 136);

SIZE(gph_stream_read, 56);
AT(gph_stream_read, size, 0);
AT(gph_stream_read, flags, 4);
AT(gph_stream_read, file, 8);
AT(gph_stream_read, buffer_seconds, 16);
AT(gph_stream_read, offset, 24);
AT(gph_stream_read, channels, 32);
AT(gph_stream_read, reserved, 36);
AT(gph_stream_read, rate, 40);
AT(gph_stream_read, frames, 48);

SIZE(gph_stream_stats, 80);
AT(gph_stream_stats, size, 0);
AT(gph_stream_stats, recording, 4);
AT(gph_stream_stats, frames, 8);
AT(gph_stream_stats, lost, 16);
AT(gph_stream_stats, gaps, 24);
AT(gph_stream_stats, fill, 32);
AT(gph_stream_stats, peak_fill, 40);
AT(gph_stream_stats, capacity, 48);
AT(gph_stream_stats, free_bytes, 56);
AT(gph_stream_stats, clipped, 64);
AT(gph_stream_stats, not_finite, 72);

SIZE(gph_disk, 88);
AT(gph_disk, size, 0);
AT(gph_disk, reserved, 4);
AT(gph_disk, open_write, 8);
AT(gph_disk, open_read, 16);
AT(gph_disk, close, 24);
AT(gph_disk, start, 32);
AT(gph_disk, stop, 40);
AT(gph_disk, mark, 48);
AT(gph_disk, write, 56);
AT(gph_disk, read, 64);
AT(gph_disk, seek, 72);
AT(gph_disk, stats, 80);

/* clang-format on */

/* The page's 23 lines, built as they stand there: -6 dB is half, on every channel, smoothly. */
START_TEST(smallest_effect)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/tests/unit/bench", getenv("GPH_BUILD"));
    setenv("GRAPHOPHONE_MODULE_PATH", folder, 1);
    float **noise = signal_noise(5, 4000, 1);
    bench b = {.type = "gain", .rate = 48000, .in = {{5, noise}}};
    bench_param(&b, "gain", 0, 1000, -6);
    take *t = bench_run(&b, 4000, NULL, 0);
    ck_assert_int_eq(t->status, GPH_OK);
    for (int f = 0; f < 4000; f++) {
        double end = pow(10, -6 / 20.0);
        double gain = f < 1000 ? 1 : f >= 1960 ? end : 1 + (end - 1) * (f - 999) / 960;
        ck_assert_double_eq_tol((double)t->out[0][4][f], (double)noise[4][f] * gain, 1e-6);
    }
    take_free(t);
    bench_check_blocks(&b, 4000);
    bench_check_widths(&b, 500, true);
    signal_free(noise);
}
END_TEST

/* What tells ABI 1.0 from others stands in the first 16 bytes. */
START_TEST(constants)
{
    ck_assert_int_eq(GPH_ABI_MAJOR, 1);
    ck_assert_int_eq(memcmp(&(uint32_t){GPH_MAGIC}, "GPH1", 4), 0);
    ck_assert_uint_eq(GPH_MAX_CHANNELS, 1024);
    ck_assert_uint_eq(GPH_MAX_FRAMES, 8192);
    ck_assert_int_eq(GPH_DONE, 1);
    ck_assert_int_eq(GPH_LIMIT, -6);
}
END_TEST

SUITE("abi", smallest_effect, constants)
