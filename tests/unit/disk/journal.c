/* The journal of a part: what stands in it, when it goes and when it stays, and that whatever a crash
 * leaves of it is read as far as it checks. */
#include "../../../core/disk/journal_line.h"
#include "../../../core/disk/journal_read.h"
#include "bench.h"

#include <errno.h>
#include <fcntl.h>

/* A journal read by path. */
static int
read_at_path(const char *path, gph_journal_facts *facts)
{
    gph_file file = gph_file_system_real.open_read(NULL, path);
    ck_assert_int_ge(file, 0);
    int error = gph_journal_read(&gph_file_system_real, file, facts);
    gph_file_system_real.close(NULL, file);
    return error;
}

static char *
text_of(const char *folder, const char *name, size_t *size)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "no %s", path);
    char *text = calloc(1, 1 << 20);
    *size = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    return text;
}

static void
put_bytes(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static int
read_there(const char *folder, const char *name, gph_journal_facts *facts)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return read_at_path(path, facts);
}

/* A journal with every kind of line, closed with something to tell. */
static void
write_one(const rig *r)
{
    const gph_file_system *files = &gph_file_system_real;
    gph_file folder = files->open_folder(NULL, r->folder);
    const gph_journal_about about = {.format = {GPH_CAF, GPH_S24},
                                     .channels = 1,
                                     .rate = 96000,
                                     .patch = "rain & 50% fog",
                                     .node = "dry",
                                     .below = "a b/~c",
                                     .take = 7,
                                     .part = 2,
                                     .start_clock = -48,
                                     .wall_ns = 1764115200000000001,
                                     .first_frame = 1000};
    gph_journal *journal;
    ck_assert_int_eq(gph_journal_new(files, folder, "x-ch1.caf", &about, &journal), 0);
    gph_journal_file(journal, "a b/~c", "x-ch1.caf.part", 1);
    gph_journal_file(journal, "d\xC3\xA9j\xC3\xA0\nvu", "x-ch2.caf.part", 2);
    ck_assert_int_eq(gph_journal_begin(journal), 0);
    ck_assert_int_eq(gph_journal_sync(journal, 480), 0);
    gph_journal_gap(journal, 500, 20, true);
    gph_journal_cue(journal, 600);
    ck_assert_int_eq(gph_journal_sync(journal, 960), 0);
    gph_journal_error(journal, -EIO, "Input/output error");
    gph_journal_close(journal, 1000, true);
    files->close(NULL, folder);
}

START_TEST(all_that_was_written_is_read)
{
    rig r;
    gph_journal_facts facts;
    rig_init(&r, 2, "x.wav");
    write_one(&r);
    ck_assert_int_eq(read_there(r.folder, "x-ch1.caf.journal", &facts), 0);
    ck_assert(facts.is_journal && facts.has_about && facts.closed);
    ck_assert_uint_eq(facts.n_damaged, 0);
    ck_assert_uint_eq(facts.n_errors, 1);
    ck_assert_int_eq(facts.format.container, GPH_CAF);
    ck_assert_int_eq(facts.format.sample, GPH_S24);
    ck_assert_uint_eq(facts.channels, 1);
    ck_assert_uint_eq(facts.rate, 96000);
    ck_assert_str_eq(facts.patch, "rain & 50% fog");
    ck_assert_str_eq(facts.node, "dry");
    ck_assert_str_eq(facts.below, "a b/~c");
    ck_assert_uint_eq(facts.take, 7);
    ck_assert_uint_eq(facts.part, 2);
    ck_assert_int_eq(facts.start_clock, -48);
    ck_assert_int_eq(facts.wall_ns, 1764115200000000001);
    ck_assert_int_eq(facts.first_frame, 1000);
    ck_assert_int_eq(facts.synced, 960);
    ck_assert_uint_eq(facts.n_files, 2);
    ck_assert_str_eq(facts.files[0].part_name, "x-ch1.caf.part");
    ck_assert_uint_eq(facts.files[1].channel, 2);
    ck_assert_str_eq(facts.files[1].below, "d\xC3\xA9j\xC3\xA0\nvu");
    ck_assert_ptr_eq(gph_journal_find(&facts, "a b/~c", "x-ch1.caf.part"), &facts.files[0]);
    ck_assert_ptr_null(gph_journal_find(&facts, "a b/~c", "x-ch2.caf.part"));
    ck_assert_uint_eq(facts.n_notes, 2);
    ck_assert(facts.notes[0].at == 500 && facts.notes[0].frames == 20 && facts.notes[0].dropped);
    ck_assert(facts.notes[1].at == 600 && facts.notes[1].frames == 0);
    char boot[GPH_BOOT_ID];
    gph_boot_id(boot);
    ck_assert_uint_ge(strlen(boot), 16);
    ck_assert_str_eq(facts.boot, boot);
    gph_journal_facts_finish(&facts);
    rig_free(&r);
}
END_TEST

/* What the whole lines among the first `size` bytes say of `sync`, without the code under test. */
static int64_t
synced_within(const char *text, size_t size)
{
    static const int64_t said[] = {480, 960};
    int64_t synced = -1;
    const char *at = text;
    for (int n = 0; n < 2; n++) {
        at = strstr(at, "\nsync ") + 1;
        size_t end = (size_t)(strchr(at, '\n') + 1 - text);
        synced = end <= size ? said[n] : synced;
    }
    return synced;
}

START_TEST(any_length_of_it_is_read)
{
    rig r;
    size_t size;
    rig_init(&r, 2, "x.wav");
    write_one(&r);
    char *text = text_of(r.folder, "x-ch1.caf.journal", &size);
    ck_assert_uint_gt(size, 500);
    for (size_t n = 0; n <= size; n++) {
        gph_journal_facts facts;
        put_bytes(r.folder, "torn", text, n);
        ck_assert_int_eq(read_there(r.folder, "torn", &facts), 0);
        ck_assert_int_eq(facts.synced, synced_within(text, n));
        ck_assert_uint_eq(facts.n_damaged, n && text[n - 1] != '\n');
        ck_assert_int_eq(facts.closed, n == size);
        ck_assert_int_eq(facts.has_about, n > strcspn(text, "\n"));
        gph_journal_facts_finish(&facts);
    }
    free(text);
    rig_free(&r);
}
END_TEST

/* A flipped bit costs the line that it is in, and the next if it was the newline; no other. */
START_TEST(any_flipped_bit_costs_its_line)
{
    rig r;
    size_t size;
    rig_init(&r, 2, "x.wav");
    write_one(&r);
    char *text = text_of(r.folder, "x-ch1.caf.journal", &size);
    const char *last_sync = strstr(strstr(text, "\nsync ") + 1, "\nsync ") + 1;
    size_t from = (size_t)(last_sync - text);
    size_t to = (size_t)(strchr(last_sync, '\n') - text);
    for (size_t n = 0; n < size * 8; n++) {
        gph_journal_facts facts;
        text[n / 8] ^= (char)(1 << n % 8);
        put_bytes(r.folder, "torn", text, size);
        text[n / 8] ^= (char)(1 << n % 8);
        ck_assert_int_eq(read_there(r.folder, "torn", &facts), 0);
        ck_assert_uint_ge(facts.n_damaged, 1);
        ck_assert_uint_le(facts.n_damaged, 2);
        /* From the newline before it. */
        bool costs_sync = n / 8 + 1 >= from && n / 8 <= to;
        ck_assert_msg(facts.synced == (costs_sync ? 480 : 960), "bit %zu: %lld", n,
                      (long long)facts.synced);
        gph_journal_facts_finish(&facts);
    }
    free(text);
    rig_free(&r);
}
END_TEST

START_TEST(what_makes_no_sense_is_not_believed)
{
    static const struct {
        const char *word, *key, *value, *key2, *value2;
    } lines[] = {
        {"file", "name", "../x.wav.part", "below", ""},
        {"file", "name", "/etc/x.part", "below", ""},
        {"file", "name", "x.wav", "below", ""},
        {"file", "name", ".part", "below", ""},
        {"sync", "frames", "-5", "x", ""},
        {"sync", "frames", "99999999999999999999", "x", ""},
        {"sync", "frames", "12x", "x", ""},
        {"gap", "at", "5", "frames", "0"},
        {"open", "format", "wav-f32", "channels", "5000"},
        {"open", "format", "wav-s99", "channels", "1"},
        {"recovered", "name", "x.wav.part", "as", "../../y"},
    };
    rig r;
    gph_journal_line line;
    rig_init(&r, 2, "x.wav");
    for (size_t n = 0; n < sizeof lines / sizeof *lines; n++) {
        gph_journal_facts facts;
        gph_journal_line_begin(&line, lines[n].word);
        gph_journal_line_text(&line, lines[n].key, lines[n].value);
        gph_journal_line_text(&line, lines[n].key2, lines[n].value2);
        gph_journal_line_text(&line, "rate", "48000");
        ck_assert(gph_journal_line_end(&line));
        put_bytes(r.folder, "odd", line.text, line.length);
        ck_assert_int_eq(read_there(r.folder, "odd", &facts), 0);
        ck_assert(facts.is_journal && !facts.has_about && facts.synced == -1);
        ck_assert_uint_eq(facts.n_files + facts.n_notes, 0);
        gph_journal_facts_finish(&facts);
    }
    rig_free(&r);
}
END_TEST

/* A take of which the journal is looked at while it is written. */
static void
record(rig *r, int64_t frames)
{
    ck_assert_msg(rig_open(r) == GPH_OK, "%s", r->problem.text);
    gph_stream_start(r->stream, 0);
    rig_run(r, frames, 1000);
}

START_TEST(it_is_there_while_the_part_is_and_gone_after)
{
    rig r;
    gph_journal_facts facts;
    rig_init(&r, 2, "{take}-{ch}.wav");
    r.what.files = GPH_FILES_PER_CHANNEL;
    record(&r, 20000);
    gph_stream_status status;
    do
        gph_stream_status_get(r.stream, &status);
    while (status.frames == 0);
    ck_assert_int_eq(read_there(r.folder, "001-01.wav.journal", &facts), 0);
    ck_assert(facts.has_about && !facts.closed);
    ck_assert_str_eq(facts.node, "rec");
    ck_assert_str_eq(facts.patch, "test");
    ck_assert_uint_eq(facts.channels, 1);
    ck_assert_uint_eq(facts.n_files, 2);
    ck_assert_str_eq(facts.files[1].part_name, "001-02.wav.part");
    gph_journal_facts_finish(&facts);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    ck_assert_uint_eq(count_names(r.folder), 2);
    rig_free(&r);
}
END_TEST

START_TEST(gaps_and_cues_without_another_place_keep_it)
{
    static const struct {
        const char *name, *journal;
        bool stays;
    } files[] = {{"x.au", "x.au.journal", true}, {"x.wav", "x.wav.journal", false}};
    for (size_t n = 0; n < 2; n++) {
        rig r;
        gph_journal_facts facts;
        rig_init(&r, 2, files[n].name);
        record(&r, 5000);
        gph_stream_mark(r.stream, r.clock, 0);
        r.clock += 480; /* the host lost them */
        rig_run(&r, 9000, 1000);
        ck_assert_int_eq(rig_finish(&r), GPH_OK);
        ck_assert_int_eq(is_there(&r, files[n].journal), files[n].stays);
        if (files[n].stays) {
            ck_assert_int_eq(read_there(r.folder, files[n].journal, &facts), 0);
            ck_assert(facts.closed);
            bool gap = false;
            for (uint32_t i = 0; i < facts.n_notes; i++)
                gap = gap || (facts.notes[i].at == 5000 && facts.notes[i].frames == 480);
            ck_assert(gap);
            gph_journal_facts_finish(&facts);
        }
        rig_free(&r);
    }
}
END_TEST

START_TEST(a_foreign_file_of_its_name_is_left_alone)
{
    rig r;
    size_t size;
    rig_init(&r, 1, "x.wav");
    put_text(&r, "x.wav.journal", "Tuesday: rain.\n");
    record(&r, 5000);
    ck_assert_int_eq(rig_finish(&r), GPH_OK);
    char *text = text_of(r.folder, "x.wav.journal", &size);
    ck_assert_str_eq(text, "Tuesday: rain.\n");
    free(text);
    ck_assert(is_there(&r, "x-2.wav"));
    ck_assert_uint_eq(count_names(r.folder), 2);
    rig_free(&r);
}
END_TEST

/* A disk that takes half a line, then none, then all. */
typedef struct moody {
    gph_file_system files;
    int writes;
} moody;

static int64_t
moody_write(void *user, gph_file file, const void *data, size_t bytes, int64_t offset)
{
    moody *m = user;
    int n = m->writes++ % 3;
    if (n == 1)
        return -ENOSPC;
    return gph_file_system_real.write_at(NULL, file, data, n == 0 ? bytes / 2 + 1 : bytes, offset);
}

START_TEST(a_line_that_was_taken_in_part_is_written_whole)
{
    rig r;
    moody m = {gph_file_system_real, 2};
    gph_journal *journal;
    gph_journal_facts facts;
    const gph_journal_about about = {.format = {GPH_AU, GPH_S16}, .channels = 1, .rate = 8000};
    m.files.user = &m;
    m.files.write_at = moody_write;
    rig_init(&r, 1, "x.au");
    gph_file folder = gph_file_system_real.open_folder(NULL, r.folder);
    ck_assert_int_eq(gph_journal_new(&m.files, folder, "x.au", &about, &journal), 0);
    ck_assert_int_eq(gph_journal_begin(journal), 0);
    int failed = 0;
    for (int n = 1; n <= 100; n++)
        failed += gph_journal_sync(journal, n) != 0;
    ck_assert_int_gt(failed, 20);
    m.writes = 2;
    gph_journal_error(journal, -ENOSPC, "full");
    m.writes = 2;
    gph_journal_close(journal, 100, false);
    ck_assert_int_eq(read_there(r.folder, "x.au.journal", &facts), 0);
    ck_assert_uint_eq(facts.n_damaged, 0);
    ck_assert_int_eq(facts.synced, 100);
    gph_journal_facts_finish(&facts);
    gph_file_system_real.close(NULL, folder);
    rig_free(&r);
}
END_TEST

SUITE("journal", all_that_was_written_is_read, any_length_of_it_is_read,
      any_flipped_bit_costs_its_line, what_makes_no_sense_is_not_believed,
      it_is_there_while_the_part_is_and_gone_after, gaps_and_cues_without_another_place_keep_it,
      a_foreign_file_of_its_name_is_left_alone, a_line_that_was_taken_in_part_is_written_whole)
