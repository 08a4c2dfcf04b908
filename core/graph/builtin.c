/* The four types that live in the runtime, described as any module describes its own. [control] */
#include "builtin.h"

#include "limits.h"

static const char *const absent[] = {"error", "silence", NULL};

/* ---------------------------------------------------------------- input */

static const gph_port input_ports[] = {
    GPH_OUT_N("out", 1, GPH_MAX_CHANNELS),
};

static const gph_setting input_settings[] = {
    GPH_TEXT("channels", 0, NULL,
             "Which channels of the device: 2 is the first two, 1-8, 17-24 are these."),
    GPH_TEXT("channel", 0, NULL, "One channel of the device: 17 is the seventeenth."),
    GPH_TEXT("connect", GPH_SETTING_LIST, "auto",
             "What is connected to it: auto, none, or ports or patterns of the host."),
    GPH_CHOICE("absent", absent, "error", "What becomes of channels that the device lacks."),
};

static const gph_type input = {
    GPH_TYPE("input", "Input", "Channels of the device, as they come in.", 0),
    GPH_PORTS(input_ports),
    GPH_SETTINGS(input_settings),
};

/* ---------------------------------------------------------------- output */

static const gph_port output_ports[] = {
    GPH_IN("in"),
};

static const gph_setting output_settings[] = {
    GPH_TEXT("channels", 0, NULL,
             "Which channels of the device: 2 is the first two, 1-8, 17-24 are these."),
    GPH_TEXT("channel", 0, NULL, "One channel of the device: 17 is the seventeenth."),
    GPH_TEXT("connect", GPH_SETTING_LIST, "auto",
             "What it is connected to: auto, none, or ports or patterns of the host."),
};

static const gph_type output = {
    GPH_TYPE("output", "Output",
             "Channels of the device, to be heard; several outputs on one channel add up.", 0),
    GPH_PORTS(output_ports),
    GPH_SETTINGS(output_settings),
};

/* ---------------------------------------------------------------- table */

static const gph_setting table_settings[] = {
    GPH_SETTING_X("channels", GPH_SETTING_INTEGER, 0, GPH_UNIT_NONE, 1, GPH_MAX_CHANNELS, NULL,
                  "How many channels; 1, or those of the file of load.", NULL),
    GPH_SETTING_X("length", GPH_SETTING_REAL, GPH_SETTING_OPEN_MIN, GPH_UNIT_SECONDS, 0,
                  GPH_TABLE_MAX_HOURS * 3600.0, NULL,
                  "How long it is; may be left out where load says it.", NULL),
    GPH_SETTING_X("load", GPH_SETTING_PATH, GPH_SETTING_READS, 0, 0, 0, NULL,
                  "A sound file that it holds at the start.", NULL),
    GPH_SETTING_X("save", GPH_SETTING_PATH, 0, 0, 0, 0, NULL,
                  "A sound file that it is written to at the end.", NULL),
    GPH_SWITCH("spare", "off", "Twice the memory, so that a recorder can undo."),
    GPH_SWITCH("share", "off", "Lets other programs of the user read it while it plays."),
};

static const gph_type table = {
    GPH_TYPE("table", "Table", "Memory with sound in it, for players and recorders to share.", 0),
    GPH_SETTINGS(table_settings),
};

/* ---------------------------------------------------------------- feedback */

static const gph_port feedback_ports[] = {
    GPH_IN("in"),
    GPH_OUT("out"),
};

static const gph_setting feedback_settings[] = {
    GPH_SETTING_X("time", GPH_SETTING_REAL, GPH_SETTING_OPEN_MIN, GPH_UNIT_SECONDS, 0, 1, NULL,
                  "How much later it comes out; one block of the host where nothing is said.",
                  NULL),
};

static const gph_type feedback = {
    GPH_TYPE("feedback", "Feedback", "Closes a circle: what comes in comes out later.", 0),
    GPH_PORTS(feedback_ports),
    GPH_SETTINGS(feedback_settings),
};

const gph_builtin gph_builtins[GPH_N_BUILTINS] = {
    {GPH_NODE_INPUT, &input},
    {GPH_NODE_OUTPUT, &output},
    {GPH_NODE_TABLE, &table},
    {GPH_NODE_FEEDBACK, &feedback},
};
