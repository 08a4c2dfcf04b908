/* A sanitizer's report, read for what an author must know. [any] */
#ifndef GPH_COURT_SANITIZED_REPORT_H
#define GPH_COURT_SANITIZED_REPORT_H

#include <stdbool.h>
#include <stddef.h>

/* What the sanitizer is told to print of each function of a stack: name, file, line, object. */
#define SANITIZED_FRAME "#%n\t%f\t%s\t%l\t%m"

/* Where the module's code was. */
typedef struct sanitized_place {
    bool is_there; /* false: no function of the module was */
    char entry
        [128]; /* the outermost of its functions, which others called: "process()"; "": not known */
    char line[300]; /* of the innermost: "my.c:12" */
} sanitized_place;

typedef struct sanitized_access {
    bool writes;
    char thread[64]; /* its name, "main thread", or "T2" */
    sanitized_place at;
} sanitized_access;

typedef struct sanitized_report {
    char by[32];   /* "ThreadSanitizer" */
    char kind[96]; /* "data race" */
    bool is_last;  /* the sanitizer ends the process after it */
    sanitized_access accesses[2];
    unsigned n_accesses;
    sanitized_place at; /* the first stack that is of no access */
    char variable[128]; /* whose memory it is, if it has a name; else "" */
} sanitized_report;

/* Reads the next report of a text about the file `module`, and moves *text behind it; false: there is none. */
bool sanitized_report_read(const char **text, const char *module, sanitized_report *report);
/* Whether two reports are of the same places. */
bool sanitized_report_same(const sanitized_report *a, const sanitized_report *b);
/* One sentence without a full stop. */
void sanitized_report_say(const sanitized_report *report, char *text, size_t size);

#endif
