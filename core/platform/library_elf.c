/* Reads what an ELF shared object gives and needs out of its bytes, whatever they are. [any]
 *
 * As the loader does, through the program headers: section headers may be stripped, or lie. */
#include "library_elf.h"

#include "library_proof.h"

#include <elf.h>
#include <link.h>
#include <string.h>

/* What is known of a file. `strings` and `symbols` are checked to lie in it. */
typedef struct image {
    const uint8_t *bytes;
    size_t n;
    const ElfW(Phdr) * headers;
    uint32_t n_headers;
    const char *strings;
    size_t n_strings;
    const ElfW(Sym) * symbols;
    size_t n_symbols;
} image;

/* Addresses of the dynamic section; 0: not there. */
typedef struct dynamic {
    uint64_t strings, n_strings, symbols, symbol_size, hash, gnu_hash;
} dynamic;

/* Exports that some linkers add to every object. */
static const char *const of_the_linker[] = {"_init", "_fini", "_edata", "_end", "__bss_start"};

static const char damaged[] = "is damaged: its tables point outside of the file";

/* `size` bytes at an offset of the file; NULL if they are not all there or not aligned to `align`.
 */
static const void *
at_offset(const image *file, uint64_t offset, uint64_t size, size_t align)
{
    if (offset > file->n || size > file->n - offset || offset % align != 0)
        return NULL;
    return file->bytes + offset;
}

/* Bytes that the file has from an address on; *offset is where. 0: none. */
static uint64_t
from_address(const image *file, uint64_t address, uint64_t *offset)
{
    for (uint32_t i = 0; i < file->n_headers; i++) {
        const ElfW(Phdr) *header = &file->headers[i];
        if (header->p_type != PT_LOAD || address < header->p_vaddr)
            continue;
        const uint64_t into = address - header->p_vaddr;
        if (into >= header->p_filesz || header->p_offset > file->n ||
            header->p_filesz > file->n - header->p_offset)
            continue;
        *offset = header->p_offset + into;
        return header->p_filesz - into;
    }
    return 0;
}

static const void *
at_address(const image *file, uint64_t address, uint64_t size, size_t align)
{
    uint64_t offset = 0;
    if (from_address(file, address, &offset) < size)
        return NULL;
    return at_offset(file, offset, size, align);
}

static bool
is_shared_object(image *file)
{
    const ElfW(Ehdr) *header = at_offset(file, 0, sizeof *header, 1);
    const uint16_t one = 1;
    uint8_t low_first;
    memcpy(&low_first, &one, 1);
    if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) ||
        header->e_ident[EI_DATA] != (low_first ? ELFDATA2LSB : ELFDATA2MSB) ||
        header->e_type != ET_DYN || header->e_phentsize != sizeof(ElfW(Phdr)))
        return false;
    file->n_headers = header->e_phnum;
    file->headers = at_offset(file, header->e_phoff, (uint64_t)header->e_phnum * sizeof(ElfW(Phdr)),
                              _Alignof(ElfW(Phdr)));
    return file->headers != NULL;
}

static void
note_entry(dynamic *found, const ElfW(Dyn) * entry)
{
    switch (entry->d_tag) {
    case DT_STRTAB:
        found->strings = entry->d_un.d_ptr;
        break;
    case DT_STRSZ:
        found->n_strings = entry->d_un.d_val;
        break;
    case DT_SYMTAB:
        found->symbols = entry->d_un.d_ptr;
        break;
    case DT_SYMENT:
        found->symbol_size = entry->d_un.d_val;
        break;
    case DT_HASH:
        found->hash = entry->d_un.d_ptr;
        break;
    case DT_GNU_HASH:
        found->gnu_hash = entry->d_un.d_ptr;
        break;
    default:
        break;
    }
}

/* The dynamic section, with room for *n entries; NULL: there is none. */
static const ElfW(Dyn) * dynamic_section(const image *file, uint64_t *n)
{
    for (uint32_t i = 0; i < file->n_headers; i++) {
        const ElfW(Phdr) *header = &file->headers[i];
        if (header->p_type != PT_DYNAMIC)
            continue;
        *n = header->p_filesz / sizeof(ElfW(Dyn));
        return at_offset(file, header->p_offset, header->p_filesz, _Alignof(ElfW(Dyn)));
    }
    return NULL;
}

static bool
read_dynamic(const image *file, dynamic *found)
{
    uint64_t n = 0;
    const ElfW(Dyn) *entries = dynamic_section(file, &n);
    for (uint64_t k = 0; entries != NULL && k < n && entries[k].d_tag != DT_NULL; k++)
        note_entry(found, &entries[k]);
    return entries != NULL;
}

/* The last symbol that the chains of a GNU hash table reach, plus 1; 0: damaged. */
static size_t
count_by_gnu_hash(const image *file, uint64_t address)
{
    const uint32_t *header = at_address(file, address, 16, 4);
    if (header == NULL)
        return 0;
    const uint32_t n_buckets = header[0], first = header[1], n_bloom = header[2];
    const uint64_t buckets_at = address + 16 + (uint64_t)n_bloom * sizeof(ElfW(Addr));
    const uint32_t *buckets = at_address(file, buckets_at, (uint64_t)n_buckets * 4, 4);
    if (buckets == NULL)
        return 0;
    uint32_t last = 0;
    for (uint32_t i = 0; i < n_buckets; i++)
        last = buckets[i] > last ? buckets[i] : last;
    if (last < first)
        return first;
    uint64_t chain = buckets_at + (uint64_t)n_buckets * 4 + (uint64_t)(last - first) * 4;
    for (;; chain += 4, last++) {
        const uint32_t *hash = at_address(file, chain, 4, 4);
        if (hash == NULL || last == UINT32_MAX)
            return 0;
        if (*hash & 1)
            return (size_t)last + 1;
    }
}

static size_t
count_symbols(const image *file, const dynamic *found)
{
    if (found->gnu_hash != 0)
        return count_by_gnu_hash(file, found->gnu_hash);
    const uint32_t *hash = found->hash != 0 ? at_address(file, found->hash, 8, 4) : NULL;
    return hash != NULL ? hash[1] : 0;
}

static bool
find_symbols(image *file)
{
    dynamic found = {0};
    if (!read_dynamic(file, &found) || found.symbol_size != sizeof(ElfW(Sym)))
        return false;
    file->n_symbols = count_symbols(file, &found);
    file->symbols = at_address(file, found.symbols, (uint64_t)file->n_symbols * sizeof(ElfW(Sym)),
                               _Alignof(ElfW(Sym)));
    file->strings = at_address(file, found.strings, found.n_strings, 1);
    file->n_strings = (size_t)found.n_strings;
    return file->n_symbols > 0 && file->symbols != NULL && file->strings != NULL &&
           file->n_strings > 0 && file->strings[file->n_strings - 1] == '\0';
}

/* Whether other objects could see a symbol; in these three fields 32 and 64 bits do not differ. */
static bool
is_export(const ElfW(Sym) * symbol)
{
    const unsigned bind = ELF64_ST_BIND(symbol->st_info);
    const unsigned visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    return symbol->st_shndx != SHN_UNDEF && bind != STB_LOCAL &&
           (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static bool
is_of_the_linker(const char *name)
{
    for (size_t i = 0; i < sizeof of_the_linker / sizeof *of_the_linker; i++)
        if (strcmp(name, of_the_linker[i]) == 0)
            return true;
    /* What AddressSanitizer adds to each public variable, so that an author may use it. */
    return strncmp(name, "__odr_asan.", 11) == 0;
}

/* Our symbol, if it is the only export. */
static gph_status
find_export(const image *file, const gph_library_wanted *wanted, const ElfW(Sym) * *symbol,
            char *why)
{
    bool found = false;
    for (size_t i = 1; i < file->n_symbols; i++) {
        if (!is_export(&file->symbols[i]))
            continue;
        if (file->symbols[i].st_name >= file->n_strings)
            return gph_library_say(why, GPH_UNSUPPORTED, damaged);
        const char *name = file->strings + file->symbols[i].st_name;
        if (is_of_the_linker(name))
            continue;
        const gph_status status = gph_library_prove_export(name, wanted, &found, why);
        if (status != GPH_OK)
            return status;
        *symbol = &file->symbols[i];
    }
    return gph_library_prove_found(found, wanted, why);
}

gph_status
gph_elf_check(const uint8_t *bytes, size_t n, const gph_library_wanted *wanted, char *why)
{
    image file = {.bytes = bytes, .n = n};
    const ElfW(Sym) *symbol = NULL;
    if (!is_shared_object(&file))
        return gph_library_say(why, GPH_UNSUPPORTED, "is not a shared library for this machine");
    if (!find_symbols(&file))
        return gph_library_say(why, GPH_UNSUPPORTED, damaged);
    const gph_status found = find_export(&file, wanted, &symbol, why);
    if (found != GPH_OK)
        return found;
    const void *constant = at_address(&file, symbol->st_value, GPH_LIBRARY_OPENING, 1);
    if (constant == NULL || ELF64_ST_TYPE(symbol->st_info) != STT_OBJECT)
        return gph_library_say(why, GPH_UNSUPPORTED, damaged);
    return gph_library_prove_opening(constant, wanted, why);
}

bool
gph_elf_lacks(const uint8_t *bytes, size_t n, const char *symbol)
{
    image file = {.bytes = bytes, .n = n};
    if (!is_shared_object(&file) || !find_symbols(&file))
        return false;
    for (size_t i = 1; i < file.n_symbols; i++)
        if (file.symbols[i].st_shndx == SHN_UNDEF && file.symbols[i].st_name < file.n_strings &&
            strcmp(file.strings + file.symbols[i].st_name, symbol) == 0)
            return true;
    return false;
}

const char *
gph_elf_needed(const uint8_t *bytes, size_t n, const char *part)
{
    image file = {.bytes = bytes, .n = n};
    uint64_t n_entries = 0;
    if (!is_shared_object(&file) || !find_symbols(&file))
        return NULL;
    const ElfW(Dyn) *entries = dynamic_section(&file, &n_entries);
    for (uint64_t k = 0; entries && k < n_entries && entries[k].d_tag != DT_NULL; k++) {
        const uint64_t name = entries[k].d_un.d_val;
        if (entries[k].d_tag == DT_NEEDED && name < file.n_strings &&
            strstr(file.strings + name, part) != NULL)
            return file.strings + name;
    }
    return NULL;
}
