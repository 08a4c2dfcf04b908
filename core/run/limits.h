/* What a run holds at most, each limit with its reason. [any] */
#ifndef GPH_RUN_LIMITS_H
#define GPH_RUN_LIMITS_H

enum {
    /* Commands on their way to the audio thread: a burst of OSC at 100,000 a second fills a few of
     * them between two cycles of 20 ms; more is dropped and counted. A power of two. */
    GPH_RUN_MAX_COMMANDS = 4096,
    /* Notices on their way back: several a node in the worst cycle. A power of two. */
    GPH_RUN_MAX_NOTICES = 1024,
    /* Things that happen at a frame of one cycle: commands, times and MIDI together. */
    GPH_RUN_MAX_ACTIONS = 4096,
    /* Commands for frames that are still to come. */
    GPH_RUN_MAX_AHEAD = 256,
    /* MIDI messages of one cycle: a cable carries 1,000 in a second. */
    GPH_RUN_MAX_MIDI = 256,
    /* Events that one node takes in a block: what four nodes may emit. */
    GPH_RUN_MAX_EVENTS = 256,
    /* Events that wait for the next block. */
    GPH_RUN_MAX_LATE = 64,
    /* Calls into which the block of a plain type is split, beyond the first (module-abi.md). */
    GPH_RUN_MAX_SPLITS = 8,
    /* Streams and tables of one instance; the stock recorder has one of each. */
    GPH_RUN_MAX_STREAMS = 8,
    GPH_RUN_MAX_TABLES = 16,
    /* Faults of one node that are told within a second; the rest is counted. */
    GPH_RUN_FAULTS_PER_SECOND = 10,
    /* Memory of all ramps, in floats: 64 MiB. A matrix of 1,024 x 1,024 gets shorter blocks. */
    GPH_RUN_RAMP_FLOATS = 1 << 24,
    /* A tail that never ends is played out for so long at the end of a run. */
    GPH_RUN_ENDLESS_TAIL_SECONDS = 10,
    /* How long a call of a module may take before it is cut: so much of the thread's time and so many
     * cycles. 50 ms are 9 usual cycles and shorter than anybody waits; with cycles of 8,192 frames one
     * alone lasts longer. Sleep is
     * given longer, as a lock may be held for a moment; hosts take a thread for dead after 500 ms. */
    GPH_RUN_HANG_NS = 50000000,
    GPH_RUN_HANG_CYCLES = 4,
    GPH_RUN_ASLEEP_NS = 200000000,
    /* Buckets of the histogram of cycle times: 16 to an octave, for every power of two. */
    GPH_RUN_TIME_BUCKETS = 64 * 16
};

#endif
