/* A disk in memory with a log. [test program] */
#include "memory_disk.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, MOST_HANDLES = 4096, NAME = 512 };

/* What can be done to a disk. */
typedef enum deed { CREATE, WRITE, RESIZE, SYNC, RENAME, REMOVE, SYNC_FOLDER } deed;

typedef struct change {
    deed deed;
    uint32_t file; /* index of inodes */
    int64_t at;    /* offset, or length */
    size_t size;
    void *bytes; /* of a write */
    char *from, *to;
} change;

typedef struct inode {
    uint8_t *bytes;
    size_t size, room;
    int locks; /* -1: exclusive */
} inode;

typedef struct entry {
    char *name; /* with folders */
    uint32_t file;
} entry;

typedef struct handle {
    bool open, folder, locked;
    uint32_t file;
    char path[NAME]; /* of a folder: "" or "a/b/" */
} handle;

struct memory_disk {
    pthread_mutex_t lock;
    gph_file_system files;
    inode *inodes;
    uint32_t n_inodes, inode_room;
    entry *entries; /* in order of names */
    size_t n_entries, entry_room;
    change *log;
    size_t n_log, log_room;
    uint32_t calls, fail_at;
    bool fails_ever;
    handle handles[MOST_HANDLES];
};

static void *
more(void *list, size_t bytes)
{
    void *all = realloc(list, bytes);
    if (!all)
        abort();
    return all;
}

static char *
copy_text(const char *text)
{
    char *copy = more(NULL, strlen(text) + 1);
    return strcpy(copy, text);
}

/* ---- inodes and names */

static uint32_t
add_inode(memory_disk *disk)
{
    if (disk->n_inodes == disk->inode_room) {
        disk->inode_room = disk->inode_room * 2 + 16;
        disk->inodes = more(disk->inodes, disk->inode_room * sizeof *disk->inodes);
    }
    disk->inodes[disk->n_inodes] = (inode){NULL, 0, 0, 0};
    return disk->n_inodes++;
}

static void
set_size(inode *file, size_t size)
{
    if (size > file->room) {
        file->room = size + size / 2;
        file->bytes = more(file->bytes, file->room);
    }
    if (size > file->size)
        memset(file->bytes + file->size, 0, size - file->size);
    file->size = size;
}

static void
put_bytes(inode *file, int64_t at, const void *bytes, size_t size)
{
    if ((size_t)at + size > file->size)
        set_size(file, (size_t)at + size);
    if (size)
        memcpy(file->bytes + at, bytes, size);
}

static size_t
place_of(const memory_disk *disk, const char *name, bool *there)
{
    size_t n = 0;
    while (n < disk->n_entries && strcmp(disk->entries[n].name, name) < 0)
        n++;
    *there = n < disk->n_entries && !strcmp(disk->entries[n].name, name);
    return n;
}

static bool
add_entry(memory_disk *disk, const char *name, uint32_t file)
{
    bool there;
    size_t n = place_of(disk, name, &there);
    if (there)
        return false;
    if (disk->n_entries == disk->entry_room) {
        disk->entry_room = disk->entry_room * 2 + 16;
        disk->entries = more(disk->entries, disk->entry_room * sizeof *disk->entries);
    }
    memmove(disk->entries + n + 1, disk->entries + n,
            (disk->n_entries - n) * sizeof *disk->entries);
    disk->entries[n] = (entry){copy_text(name), file};
    disk->n_entries++;
    return true;
}

static bool
drop_entry(memory_disk *disk, const char *name, uint32_t *file)
{
    bool there;
    size_t n = place_of(disk, name, &there);
    if (!there)
        return false;
    *file = disk->entries[n].file;
    free(disk->entries[n].name);
    disk->n_entries--;
    memmove(disk->entries + n, disk->entries + n + 1,
            (disk->n_entries - n) * sizeof *disk->entries);
    return true;
}

static void
note(memory_disk *disk, change what, const void *bytes, const char *from, const char *to)
{
    if (disk->n_log == disk->log_room) {
        disk->log_room = disk->log_room * 2 + 256;
        disk->log = more(disk->log, disk->log_room * sizeof *disk->log);
    }
    if (bytes) {
        what.bytes = more(NULL, what.size + 1);
        memcpy(what.bytes, bytes, what.size);
    }
    what.from = from ? copy_text(from) : NULL;
    what.to = to ? copy_text(to) : NULL;
    disk->log[disk->n_log++] = what;
}

/* ---- the table of functions */

/* Counts a call; below 0: it is to fail. */
static int
begin(memory_disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    disk->calls++;
    bool fails = disk->fail_at && (disk->calls == disk->fail_at ||
                                   (disk->fails_ever && disk->calls > disk->fail_at));
    return fails ? -EIO : 0;
}

static int64_t
end(memory_disk *disk, int64_t result)
{
    pthread_mutex_unlock(&disk->lock);
    return result;
}

static gph_file
add_handle(memory_disk *disk, handle what)
{
    for (gph_file n = 0; n < MOST_HANDLES; n++)
        if (!disk->handles[n].open) {
            disk->handles[n] = what;
            disk->handles[n].open = true;
            return n;
        }
    return -EMFILE;
}

static gph_file
open_folder(void *user, const char *path)
{
    memory_disk *disk = user;
    int error = begin(disk);
    handle what = {.folder = true};
    char name[NAME] = "";
    for (size_t n = 0; *path; path += n + strspn(path + n, "/")) {
        n = strcspn(path, "/");
        size_t length = strlen(name);
        if (n == 2 && !strncmp(path, "..", 2)) {
            char *slash = strrchr(name, '/');
            *(slash ? slash : name) = '\0';
        } else if (n && strncmp(path, ".", n) != 0) {
            snprintf(name + length, sizeof name - length, "%s%.*s", length ? "/" : "", (int)n,
                     path);
        }
    }
    bool there;
    place_of(disk, name, &there);
    if (!error && there)
        error = -ENOTDIR;
    if (*name)
        snprintf(what.path, sizeof what.path, "%.500s/", name);
    return (gph_file)end(disk, error ? error : add_handle(disk, what));
}

static gph_file
open_beneath(void *user, gph_file folder, const char *relative, bool create)
{
    memory_disk *disk = user;
    int error = begin(disk);
    handle what = {.folder = true};
    snprintf(what.path, sizeof what.path, "%.250s%.250s%s", disk->handles[folder].path, relative,
             *relative ? "/" : "");
    bool found = create || !*relative;
    size_t length = strlen(what.path);
    for (size_t n = 0; n < disk->n_entries && !found; n++)
        found = !strncmp(disk->entries[n].name, what.path, length);
    if (!error && !found)
        error = -ENOENT;
    return (gph_file)end(disk, error ? error : add_handle(disk, what));
}

static int
writable(void *user, gph_file folder)
{
    (void)user, (void)folder;
    return 0;
}

static void
whole_name(const memory_disk *disk, gph_file folder, const char *name, char text[NAME])
{
    snprintf(text, NAME, "%.255s%.255s", disk->handles[folder].path, name);
}

static gph_file
create_file(void *user, gph_file folder, const char *name)
{
    memory_disk *disk = user;
    int error = begin(disk);
    char text[NAME];
    whole_name(disk, folder, name, text);
    bool there;
    place_of(disk, text, &there);
    if (!error && there)
        error = -EEXIST;
    if (error)
        return (gph_file)end(disk, error);
    uint32_t file = add_inode(disk);
    add_entry(disk, text, file);
    disk->inodes[file].locks = -1;
    note(disk, (change){.deed = CREATE, .file = file}, NULL, NULL, text);
    return (gph_file)end(disk, add_handle(disk, (handle){.file = file, .locked = true}));
}

static gph_file
open_read(void *user, const char *path)
{
    (void)user, (void)path;
    return -ENOSYS;
}

static gph_file
open_in(void *user, gph_file folder, const char *name, bool change_it)
{
    memory_disk *disk = user;
    int error = begin(disk);
    char text[NAME];
    whole_name(disk, folder, name, text);
    bool there;
    size_t n = place_of(disk, text, &there);
    if (error || !there)
        return (gph_file)end(disk, error ? error : -ENOENT);
    inode *file = &disk->inodes[disk->entries[n].file];
    if (file->locks < 0 || (change_it && file->locks))
        return (gph_file)end(disk, -EAGAIN);
    file->locks += change_it ? -1 : 1;
    return (gph_file)end(disk,
                         add_handle(disk, (handle){.file = disk->entries[n].file, .locked = true}));
}

static int64_t
write_at(void *user, gph_file file, const void *data, size_t bytes, int64_t offset)
{
    memory_disk *disk = user;
    int error = begin(disk);
    if (error)
        return end(disk, error);
    uint32_t index = disk->handles[file].file;
    put_bytes(&disk->inodes[index], offset, data, bytes);
    note(disk, (change){.deed = WRITE, .file = index, .at = offset, .size = bytes}, data, NULL,
         NULL);
    return end(disk, (int64_t)bytes);
}

static int64_t
read_at(void *user, gph_file file, void *data, size_t bytes, int64_t offset)
{
    memory_disk *disk = user;
    int error = begin(disk);
    const inode *from = &disk->inodes[disk->handles[file].file];
    size_t left = offset < (int64_t)from->size ? from->size - (size_t)offset : 0;
    size_t n = bytes < left ? bytes : left;
    if (!error && n)
        memcpy(data, from->bytes + offset, n);
    return end(disk, error ? error : (int64_t)n);
}

static int64_t
size_of(void *user, gph_file file)
{
    memory_disk *disk = user;
    int error = begin(disk);
    return end(disk, error ? error : (int64_t)disk->inodes[disk->handles[file].file].size);
}

static int
resize(void *user, gph_file file, int64_t bytes)
{
    memory_disk *disk = user;
    int error = begin(disk);
    if (!error) {
        uint32_t index = disk->handles[file].file;
        set_size(&disk->inodes[index], (size_t)bytes);
        note(disk, (change){.deed = RESIZE, .file = index, .at = bytes}, NULL, NULL, NULL);
    }
    return (int)end(disk, error);
}

static int
sync_file(void *user, gph_file file)
{
    memory_disk *disk = user;
    int error = begin(disk);
    const handle *what = &disk->handles[file];
    if (!error)
        note(disk, (change){.deed = what->folder ? SYNC_FOLDER : SYNC, .file = what->file}, NULL,
             what->folder ? what->path : NULL, NULL);
    return (int)end(disk, error);
}

static int
reserve(void *user, gph_file file, int64_t bytes)
{
    (void)user, (void)file, (void)bytes;
    return -EOPNOTSUPP;
}

static int
is_still(void *user, gph_file folder, const char *name, gph_file file)
{
    memory_disk *disk = user;
    int error = begin(disk);
    char text[NAME];
    bool there;
    whole_name(disk, folder, name, text);
    size_t n = place_of(disk, text, &there);
    if (!error && (!there || disk->entries[n].file != disk->handles[file].file))
        error = -ENOENT;
    return (int)end(disk, error);
}

static int
rename_new(void *user, gph_file folder, const char *from, const char *to)
{
    memory_disk *disk = user;
    int error = begin(disk);
    char old_name[NAME];
    char new_name[NAME];
    whole_name(disk, folder, from, old_name);
    whole_name(disk, folder, to, new_name);
    bool there;
    uint32_t file;
    place_of(disk, new_name, &there);
    if (!error && there)
        error = -EEXIST;
    if (!error && !drop_entry(disk, old_name, &file))
        error = -ENOENT;
    if (!error) {
        add_entry(disk, new_name, file);
        note(disk, (change){.deed = RENAME, .file = file}, NULL, old_name, new_name);
    }
    return (int)end(disk, error);
}

static int
remove_file(void *user, gph_file folder, const char *name)
{
    memory_disk *disk = user;
    int error = begin(disk);
    char text[NAME];
    uint32_t file;
    whole_name(disk, folder, name, text);
    if (!error && !drop_entry(disk, text, &file))
        error = -ENOENT;
    if (!error)
        note(disk, (change){.deed = REMOVE, .file = file}, NULL, text, NULL);
    return (int)end(disk, error);
}

static int
exists(void *user, gph_file folder, const char *name)
{
    memory_disk *disk = user;
    int error = begin(disk);
    char text[NAME];
    bool there;
    whole_name(disk, folder, name, text);
    place_of(disk, text, &there);
    return (int)end(disk, error ? error : there);
}

static int
list(void *user, gph_file folder, gph_file_name_found *found, void *found_user)
{
    memory_disk *disk = user;
    int error = begin(disk);
    const char *path = disk->handles[folder].path;
    size_t length = strlen(path);
    char last[NAME] = "";
    for (size_t n = 0; n < disk->n_entries && !error; n++) {
        const char *name = disk->entries[n].name;
        if (strncmp(name, path, length) != 0)
            continue;
        char one[NAME];
        snprintf(one, sizeof one, "%.*s", (int)strcspn(name + length, "/"), name + length);
        if (strcmp(one, last) != 0)
            found(found_user, one);
        memcpy(last, one, sizeof last);
    }
    return (int)end(disk, error);
}

static int64_t
free_bytes(void *user, gph_file file)
{
    (void)user, (void)file;
    return INT64_C(1) << 40;
}

static int64_t
handles(void *user, int64_t wanted)
{
    (void)user;
    return wanted;
}

static void
close_file(void *user, gph_file file)
{
    memory_disk *disk = user;
    pthread_mutex_lock(&disk->lock);
    handle *what = &disk->handles[file];
    if (what->locked) {
        inode *locked = &disk->inodes[what->file];
        locked->locks = locked->locks < 0 ? 0 : locked->locks - 1;
    }
    what->open = false;
    pthread_mutex_unlock(&disk->lock);
}

memory_disk *
memory_disk_new(void)
{
    memory_disk *disk = calloc(1, sizeof *disk);
    if (!disk || pthread_mutex_init(&disk->lock, NULL))
        abort();
    /* What a function of a later table does, the real one's place in it shows. */
    disk->files = gph_file_system_real;
    disk->files.user = disk;
    disk->files.open_folder = open_folder;
    disk->files.open_beneath = open_beneath;
    disk->files.writable = writable;
    disk->files.create = create_file;
    disk->files.open_read = open_read;
    disk->files.open_in = open_in;
    disk->files.write_at = write_at;
    disk->files.read_at = read_at;
    disk->files.size = size_of;
    disk->files.resize = resize;
    disk->files.sync = sync_file;
    disk->files.sync_data = sync_file;
    disk->files.reserve = reserve;
    disk->files.is_still = is_still;
    disk->files.rename_new = rename_new;
    disk->files.remove = remove_file;
    disk->files.exists = exists;
    disk->files.list = list;
    disk->files.free_bytes = free_bytes;
    disk->files.handles = handles;
    disk->files.close = close_file;
    return disk;
}

void
memory_disk_free(memory_disk *disk)
{
    if (!disk)
        return;
    for (uint32_t n = 0; n < disk->n_inodes; n++)
        free(disk->inodes[n].bytes);
    for (size_t n = 0; n < disk->n_entries; n++)
        free(disk->entries[n].name);
    for (size_t n = 0; n < disk->n_log; n++) {
        free(disk->log[n].bytes);
        free(disk->log[n].from);
        free(disk->log[n].to);
    }
    free(disk->inodes);
    free(disk->entries);
    free(disk->log);
    pthread_mutex_destroy(&disk->lock);
    free(disk);
}

const gph_file_system *
memory_disk_files(memory_disk *disk)
{
    return &disk->files;
}

uint32_t
memory_disk_fail_at(memory_disk *disk, uint32_t call, bool ever)
{
    pthread_mutex_lock(&disk->lock);
    uint32_t calls = disk->calls;
    disk->calls = 0;
    disk->fail_at = call;
    disk->fails_ever = ever;
    pthread_mutex_unlock(&disk->lock);
    return calls;
}

size_t
memory_disk_n_changes(const memory_disk *disk)
{
    return disk->n_log;
}

/* ---- built again from the log */

static void
do_name(memory_disk *disk, const change *what)
{
    uint32_t file = what->file;
    if (what->deed == CREATE)
        add_entry(disk, what->to, file);
    if (what->deed == REMOVE || what->deed == RENAME)
        if (drop_entry(disk, what->from, &file) && what->deed == RENAME)
            add_entry(disk, what->to, file);
}

static memory_disk *
with_inodes(const memory_disk *disk)
{
    memory_disk *copy = memory_disk_new();
    while (copy->n_inodes < disk->n_inodes)
        add_inode(copy);
    return copy;
}

memory_disk *
memory_disk_after(const memory_disk *disk, size_t n_changes)
{
    memory_disk *copy = with_inodes(disk);
    for (size_t n = 0; n < n_changes; n++) {
        const change *what = &disk->log[n];
        inode *file = &copy->inodes[what->file];
        if (what->deed == WRITE)
            put_bytes(file, what->at, what->bytes, what->size);
        else if (what->deed == RESIZE)
            set_size(file, (size_t)what->at);
        else
            do_name(copy, what);
    }
    return copy;
}

static uint32_t
roll(uint64_t *dice, uint32_t sides)
{
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    return (uint32_t)(*dice >> 16) % sides;
}

/* Each sector of a write that was not synced is there or not, on its own. */
static void
put_sectors(inode *file, const change *what, uint32_t share, uint64_t *dice)
{
    for (size_t done = 0; done < what->size;) {
        int64_t at = what->at + (int64_t)done;
        size_t n = SECTOR - (size_t)(at % SECTOR);
        n = n < what->size - done ? n : what->size - done;
        if (roll(dice, 100) < share)
            put_bytes(file, at, (const uint8_t *)what->bytes + done, n);
        done += n;
    }
}

/* The last sync of each file among so many changes, and of the names: the caller frees the list. */
static size_t *
last_syncs(const memory_disk *disk, size_t n_changes, size_t *names_synced)
{
    size_t *synced = calloc(disk->n_inodes + 1, sizeof *synced);
    *names_synced = 0;
    for (size_t n = 0; n < n_changes && synced; n++) {
        if (disk->log[n].deed == SYNC)
            synced[disk->log[n].file] = n;
        if (disk->log[n].deed == SYNC_FOLDER)
            *names_synced = n;
    }
    if (!synced)
        abort();
    return synced;
}

memory_disk *
memory_disk_safe(const memory_disk *disk, size_t n_changes)
{
    memory_disk *copy = with_inodes(disk);
    size_t names_synced;
    size_t *synced = last_syncs(disk, n_changes, &names_synced);
    for (size_t n = 0; n < n_changes; n++) {
        const change *what = &disk->log[n];
        inode *file = &copy->inodes[what->file];
        if (what->deed == WRITE && n < synced[what->file])
            put_bytes(file, what->at, what->bytes, what->size);
        else if (what->deed == RESIZE && n < synced[what->file])
            set_size(file, (size_t)what->at);
        else if (n < names_synced)
            do_name(copy, what);
    }
    free(synced);
    return copy;
}

memory_disk *
memory_disk_cut(const memory_disk *disk, size_t n_changes, uint64_t *dice)
{
    static const uint32_t shares[] = {0, 10, 50, 90, 100};
    memory_disk *copy = with_inodes(disk);
    size_t names_synced;
    size_t *synced = last_syncs(disk, n_changes, &names_synced);
    /* Length that a file falls back to, or -1. */
    int64_t *lengths = calloc(disk->n_inodes + 1, sizeof *lengths);
    for (uint32_t f = 0; f < disk->n_inodes; f++)
        lengths[f] = -1;
    uint32_t share = shares[roll(dice, 5)];
    for (size_t n = 0; n < n_changes; n++) {
        const change *what = &disk->log[n];
        inode *file = &copy->inodes[what->file];
        bool safe = n < synced[what->file];
        size_t before = file->size;
        if (what->deed == WRITE && safe)
            put_bytes(file, what->at, what->bytes, what->size);
        else if (what->deed == WRITE)
            put_sectors(file, what, share, dice);
        else if (what->deed == RESIZE && (safe || roll(dice, 2)))
            set_size(file, (size_t)what->at);
        else if (what->deed == CREATE || what->deed == RENAME || what->deed == REMOVE)
            if (n < names_synced || roll(dice, 2))
                do_name(copy, what);
        /* A length that was not synced may be an older one, or that of a write whose bytes are
         * not there. */
        if (what->deed == WRITE && !safe && roll(dice, 100) < share &&
            file->size < (size_t)what->at + what->size)
            set_size(file, (size_t)what->at + what->size);
        if (!safe && file->size > before && lengths[what->file] < 0 && roll(dice, 8) == 0)
            lengths[what->file] = (int64_t)before;
        if (n == synced[what->file])
            lengths[what->file] = -1;
    }
    for (uint32_t f = 0; f < disk->n_inodes; f++)
        if (lengths[f] >= 0)
            set_size(&copy->inodes[f], (size_t)lengths[f]);
    free(synced);
    free(lengths);
    return copy;
}

const char *
memory_disk_name(const memory_disk *disk, size_t index)
{
    return index < disk->n_entries ? disk->entries[index].name : NULL;
}

const uint8_t *
memory_disk_bytes(const memory_disk *disk, const char *name, size_t *size)
{
    bool there;
    size_t n = place_of(disk, name, &there);
    *size = there ? disk->inodes[disk->entries[n].file].size : 0;
    if (!there)
        return NULL;
    const uint8_t *bytes = disk->inodes[disk->entries[n].file].bytes;
    return bytes ? bytes : (const uint8_t *)"";
}

void
memory_disk_put(memory_disk *disk, const char *name, const void *bytes, size_t size)
{
    uint32_t file = add_inode(disk);
    add_entry(disk, name, file);
    put_bytes(&disk->inodes[file], 0, bytes, size);
}

bool
memory_disk_same(const memory_disk *a, const memory_disk *b)
{
    bool same = a->n_entries == b->n_entries;
    for (size_t n = 0; n < a->n_entries && same; n++) {
        const inode *one = &a->inodes[a->entries[n].file];
        const inode *other = &b->inodes[b->entries[n].file];
        same = !strcmp(a->entries[n].name, b->entries[n].name) && one->size == other->size &&
               (!one->size || !memcmp(one->bytes, other->bytes, one->size));
    }
    return same;
}
