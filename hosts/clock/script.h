/* Faults on request: the text of a script as a list of what happens at which frame. [control] */
#ifndef GPH_HOSTS_CLOCK_SCRIPT_H
#define GPH_HOSTS_CLOCK_SCRIPT_H

#include <graphophone/host.h>

/* What a line does. */
enum {
    SCRIPT_LOSE,      /* amount: frames, and the device says so */
    SCRIPT_STALL,     /* amount: seconds in which the device stands still and says nothing */
    SCRIPT_LATE,      /* amount: seconds by which one wake-up is late */
    SCRIPT_VANISH,    /* amount: seconds until the device is there again */
    SCRIPT_RETURN,    /* rate, channels: what it is then; 0: as before */
    SCRIPT_REFUSE,    /* amount: how many times opening fails */
    SCRIPT_BLOCK,     /* amount: frames */
    SCRIPT_DRIFT,     /* amount: parts in a million */
    SCRIPT_FREEWHEEL, /* amount: 1 on, 0 off */
    SCRIPT_NO_EVENTS, /* the device stops calling */
    SCRIPT_XRUN       /* told as late, nothing is lost */
};

typedef struct script_line {
    int64_t frame; /* when; of a line without a number: that of the line before */
    uint32_t what; /* SCRIPT_* */
    uint32_t channels;
    double amount;
    double rate;
} script_line;

enum { SCRIPT_LINES = 1000 };

typedef struct clock_script {
    script_line *lines;
    uint32_t n_lines;
} clock_script;

/* Adds the lines of a text, which newlines or semicolons separate; a # begins a comment. On failure nothing is added and
 * a sentence is in `why`. */
gph_status script_add(clock_script *script, const char *text, char *why, uint32_t n);
void script_finish(clock_script *script);

#endif
