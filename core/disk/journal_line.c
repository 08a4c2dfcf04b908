/* A line of a journal. [writer, control] */
#include "journal_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK = 10 }; /* " ~" and 8 digits */

/* CRC-32 as in zip, PNG and Ethernet, so that any tool can check a line. */
uint32_t
gph_journal_crc(const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    uint32_t crc = 0xFFFFFFFFu;
    for (; n; n--) {
        crc ^= *at++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static void
add(gph_journal_line *line, const char *text, size_t n)
{
    /* The check and the newline always fit. */
    if (line->full || n > sizeof line->text - CHECK - 2 - line->length) {
        line->full = true;
        return;
    }
    memcpy(line->text + line->length, text, n);
    line->length += n;
}

static void
add_key(gph_journal_line *line, const char *key)
{
    add(line, " ", 1);
    add(line, key, strlen(key));
    add(line, "=", 1);
}

void
gph_journal_line_begin(gph_journal_line *line, const char *word)
{
    line->length = 0;
    line->full = false;
    add(line, word, strlen(word));
}

void
gph_journal_line_number(gph_journal_line *line, const char *key, int64_t value)
{
    char text[24];
    add_key(line, key);
    add(line, text, (size_t)snprintf(text, sizeof text, "%" PRId64, value));
}

void
gph_journal_line_text(gph_journal_line *line, const char *key, const char *value)
{
    add_key(line, key);
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;
        char text[4] = {*value, '\0', '\0', '\0'};
        if (c <= ' ' || c == 0x7F || c == '%' || c == '~')
            snprintf(text, sizeof text, "%%%02X", c);
        add(line, text, strlen(text));
    }
}

void
gph_journal_line_bytes(gph_journal_line *line, const char *key, const void *bytes, size_t n)
{
    add_key(line, key);
    for (const unsigned char *at = bytes; n; n--) {
        char text[3];
        snprintf(text, sizeof text, "%02x", *at++);
        add(line, text, 2);
    }
}

bool
gph_journal_line_end(gph_journal_line *line)
{
    uint32_t crc = gph_journal_crc(line->text, line->length);
    line->length += (size_t)snprintf(line->text + line->length, sizeof line->text - line->length,
                                     " ~%08" PRIx32 "\n", crc);
    return !line->full;
}

static int
digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place; what was no such text cannot have come from us. */
static bool
plain(char *text)
{
    char *to = text;
    for (; *text; text++) {
        char c = *text;
        if (c == '%') {
            int high = digit(text[1]);
            int low = high < 0 ? -1 : digit(text[2]);
            if (low < 0 || high + low == 0)
                return false;
            c = (char)(high * 16 + low);
            text += 2;
        }
        *to++ = c;
    }
    *to = '\0';
    return true;
}

bool
gph_journal_words_of(char *line, size_t length, gph_journal_words *words)
{
    memset(words, 0, sizeof *words);
    if (length < CHECK + 1 || strlen(line) != length)
        return false;
    char check[CHECK + 1];
    length -= CHECK;
    snprintf(check, sizeof check, " ~%08" PRIx32, gph_journal_crc(line, length));
    if (strcmp(check, line + length) != 0)
        return false;
    line[length] = '\0';
    words->word = line;
    for (char *at = strchr(line, ' '); at; at = strchr(at, ' ')) {
        *at++ = '\0';
        char *equals = strchr(at, '=');
        if (!equals || words->n_fields == GPH_JOURNAL_FIELDS)
            return false;
        *equals = '\0';
        words->fields[words->n_fields].key = at;
        words->fields[words->n_fields++].value = equals + 1;
        at = equals + 1;
    }
    for (uint32_t n = 0; n < words->n_fields; n++)
        if (!plain((char *)(uintptr_t)words->fields[n].value))
            return false;
    return true;
}

const char *
gph_journal_words_text(const gph_journal_words *words, const char *key)
{
    for (uint32_t n = 0; n < words->n_fields; n++)
        if (!strcmp(words->fields[n].key, key))
            return words->fields[n].value;
    return "";
}

bool
gph_journal_words_number(const gph_journal_words *words, const char *key, bool sign, int64_t *value)
{
    const char *text = gph_journal_words_text(words, key);
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (!*text || *end || errno || (number < 0 && !sign))
        return false;
    *value = number;
    return true;
}
