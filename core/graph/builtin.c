/* The four types that live in the runtime, described as any module describes its own. [control] */
#include "builtin.h"

#include "limits.h"

static const char *const absent[] = {"error", "silence", NULL};

/* ---------------------------------------------------------------- input */

static const gph_port input_ports[] = {
    GPH_PORT_X("out", GPH_PORT_OUT, 0, GPH_WIDTH_RANGE, 1, GPH_MAX_CHANNELS, 0,
               "The channels that were asked for."),
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
    GPH_IN_DOC("in", "What is to be heard."),
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
                  "A sound file that it holds at the start, and after 'load'.", NULL),
    GPH_SETTING_X("save", GPH_SETTING_PATH, 0, 0, 0, 0, NULL,
                  "A sound file that it is written to when its recorder is done, by 'save', and at "
                  "the end.",
                  NULL),
    GPH_TEXT("format", 0, NULL,
             "Container and sample of that file, such as wav-s24; by its ending, or wav-f32."),
    GPH_SWITCH("spare", "off",
               "Twice the memory, so that a recorder can undo and the triggers below can work."),
    GPH_SWITCH("share", "off", "Lets other programs of the user read it while it plays."),
    GPH_SETTING_X("other", GPH_SETTING_TABLE, 0, 0, 0, 0, NULL,
                  "The table that 'copy', 'add', 'subtract' and 'multiply' take from.", NULL),
};

static const char *const shapes[] = {"linear", "sqrt", "sine", "squared", NULL};

static const gph_param table_params[] = {
    [GPH_TABLE_LEVEL] =
        GPH_PARAM_X("level", GPH_PARAM_GAIN | GPH_PARAM_STEP, GPH_UNIT_DB, GPH_INDEX_ONE, 0, -90, 0,
                    24, 0, "The peak that 'normalize' brings it to.", NULL),
    [GPH_TABLE_CUTOFF] =
        GPH_PARAM_X("cutoff", GPH_PARAM_OF_RATE | GPH_PARAM_STEP, GPH_UNIT_HERTZ, GPH_INDEX_ONE, 0,
                    1, 1000, 0.49f, 0, "Where 'lowpass' begins to take away.", NULL),
    [GPH_TABLE_FADE] =
        GPH_PARAM_X("fade", GPH_PARAM_STEP, GPH_UNIT_SECONDS, GPH_INDEX_ONE, 0, 0, 0.1f, 3600, 0,
                    "How long 'fade-in' and 'fade-out' are; at most all of it.", NULL),
    [GPH_TABLE_FADE_SHAPE] =
        GPH_PARAM_X("fade-shape", GPH_PARAM_CHOICE, GPH_UNIT_NONE, GPH_INDEX_ONE, 0, 0, 0, 0, 0,
                    "How the gain of a fade goes from 0 to 1.", shapes),
    [GPH_TABLE_SHIFT] = GPH_PARAM_X(
        "shift", GPH_PARAM_STEP, GPH_UNIT_FRAMES, GPH_INDEX_ONE, 0, -16000000, 0, 16000000, 0,
        "By how much 'rotate' moves it to its start; what goes out there comes in at "
        "the end.",
        NULL),
    [GPH_TABLE_EXPONENT] =
        GPH_PARAM_X("exponent", GPH_PARAM_STEP, GPH_UNIT_NONE, GPH_INDEX_ONE, 0, 0.01f, 2, 100, 0,
                    "What 'pow' raises the magnitude of each sample to.", NULL),
    [GPH_TABLE_AMOUNT] =
        GPH_PARAM_X("amount", GPH_PARAM_STEP, GPH_UNIT_NONE, GPH_INDEX_ONE, 0, -1000, 1, 1000, 0,
                    "What 'add', 'subtract' and 'multiply' take without 'other'; with it, how much "
                    "of the other table.",
                    NULL),
};

static const gph_trigger table_triggers[] = {
    [GPH_TABLE_DO_SAVE] = GPH_TRIGGER("save", "Writes what is in it to the file of 'save'."),
    [GPH_TABLE_DO_CLEAR] = GPH_TRIGGER("clear", "Empties it."),
    [GPH_TABLE_DO_UNDO] =
        GPH_TRIGGER("undo", "Brings back what was there before the last of these; again: redo."),
    [GPH_TABLE_DO_LOAD] = GPH_TRIGGER("load", "Reads the file of 'load' again."),
    [GPH_TABLE_DO_COPY] = GPH_TRIGGER("copy", "Takes over what is in the table 'other'."),
    [GPH_TABLE_DO_NORMALIZE] = GPH_TRIGGER(
        "normalize", "Brings its greatest peak to 'level', all channels by the same gain."),
    [GPH_TABLE_DO_REMOVE_DC] = GPH_TRIGGER("remove-dc", "Takes each channel's mean away from it."),
    [GPH_TABLE_DO_REVERSE] = GPH_TRIGGER("reverse", "Turns it round in time."),
    [GPH_TABLE_DO_INVERT] = GPH_TRIGGER("invert", "Turns its polarity."),
    [GPH_TABLE_DO_RECTIFY] = GPH_TRIGGER("rectify", "Makes what is negative positive."),
    [GPH_TABLE_DO_FADE_IN] = GPH_TRIGGER("fade-in", "Lets it rise over 'fade' at its start."),
    [GPH_TABLE_DO_FADE_OUT] = GPH_TRIGGER("fade-out", "Lets it fall over 'fade' at its end."),
    [GPH_TABLE_DO_ROTATE] = GPH_TRIGGER("rotate", "Moves it by 'shift', round and round."),
    [GPH_TABLE_DO_LOWPASS] = GPH_TRIGGER("lowpass", "A filter of one pole at 'cutoff'."),
    [GPH_TABLE_DO_POW] =
        GPH_TRIGGER("pow", "Raises each sample to 'exponent' and leaves it its sign."),
    [GPH_TABLE_DO_ADD] = GPH_TRIGGER("add", "Adds 'amount' to each sample, or of 'other'."),
    [GPH_TABLE_DO_SUBTRACT] =
        GPH_TRIGGER("subtract", "Takes 'amount' from each sample, or of 'other'."),
    [GPH_TABLE_DO_MULTIPLY] =
        GPH_TRIGGER("multiply", "Multiplies each sample by 'amount', or by 'amount' of 'other'."),
};

static const gph_type table = {
    GPH_TYPE("table", "Table", "Memory with sound in it, for players and recorders to share.",
             GPH_TYPE_LATE),
    GPH_SETTINGS(table_settings),
    GPH_PARAMS(table_params),
    GPH_TRIGGERS(table_triggers),
};

/* ---------------------------------------------------------------- feedback */

static const gph_port feedback_ports[] = {
    GPH_IN_DOC("in", "What is to come back."),
    GPH_OUT_DOC("out", "The same channels, later."),
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
