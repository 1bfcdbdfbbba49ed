/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: what decides in build/cairn is what the library installs. Method: every function of every
 * policy object is looked for, byte by byte, in the program, in the shared object and in the
 * archive's one object; only bytes that the linker fills in may differ. And the names that the
 * library shows are those of policies/exports.map, neither more nor fewer. */
#include "tests/support.h"
#include <elf.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct elf {
    char path[512];
    unsigned char *bytes;
    size_t length;
    const Elf64_Shdr *sections;
    unsigned count;
};

static const char *folder(void)
{
    const char *b = getenv("B");
    return b ? b : "build";
}

static void elf_open(struct elf *elf, const char *path)
{
    snprintf(elf->path, sizeof elf->path, "%s", path);
    elf->bytes = (void *)support_read(path, &elf->length);
    if (!elf->bytes)
        fail_msg("%s is not there", path);
    const Elf64_Ehdr *head = (const void *)elf->bytes;
    assert_memory_equal(head->e_ident, ELFMAG, SELFMAG);
    assert_int_equal(head->e_ident[EI_CLASS], ELFCLASS64);
    elf->sections = (const void *)(elf->bytes + head->e_shoff);
    elf->count = head->e_shnum;
}

static const Elf64_Shdr *section_of(const struct elf *elf, unsigned type)
{
    for (unsigned i = 0; i < elf->count; i++)
        if (elf->sections[i].sh_type == type)
            return &elf->sections[i];
    return NULL;
}

static const char *symbol_name(const struct elf *elf, const Elf64_Shdr *table, const Elf64_Sym *sym)
{
    return (const char *)elf->bytes + elf->sections[table->sh_link].sh_offset + sym->st_name;
}

static const unsigned char *symbol_bytes(const struct elf *elf, const Elf64_Sym *sym)
{
    const Elf64_Shdr *section = &elf->sections[sym->st_shndx];
    const Elf64_Ehdr *head = (const void *)elf->bytes;
    uint64_t base = head->e_type == ET_REL ? 0 : section->sh_addr;
    return elf->bytes + section->sh_offset + (sym->st_value - base);
}

/* Marks the bytes of a function that a relocation fills in; where the linker may relax an access
 * through the table of addresses, the instruction's bytes before it too. */
static void mark_relocated(const struct elf *elf, const Elf64_Sym *sym, bool *is_filled)
{
    for (unsigned i = 0; i < elf->count; i++) {
        const Elf64_Shdr *s = &elf->sections[i];
        if (s->sh_type != SHT_RELA || s->sh_info != sym->st_shndx)
            continue;
        const Elf64_Rela *r = (const void *)(elf->bytes + s->sh_offset);
        for (size_t k = 0; k < s->sh_size / sizeof *r; k++) {
            unsigned type = (unsigned)ELF64_R_TYPE(r[k].r_info);
            bool is_got = type == R_X86_64_GOTPCRELX || type == R_X86_64_REX_GOTPCRELX;
            int64_t at = (int64_t)(r[k].r_offset - sym->st_value);
            for (int64_t b = at - (is_got ? 3 : 0); b < at + 4; b++)
                if (b >= 0 && b < (int64_t)sym->st_size)
                    is_filled[b] = true;
        }
    }
}

static bool is_function(const Elf64_Sym *sym)
{
    return ELF64_ST_TYPE(sym->st_info) == STT_FUNC && sym->st_shndx != SHN_UNDEF &&
           sym->st_shndx < SHN_LORESERVE && sym->st_size > 0;
}

static bool is_same(const unsigned char *a, const unsigned char *b, const bool *is_filled,
                    size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (a[i] != b[i] && !is_filled[i])
            return false;
    return true;
}

/* Is the function in `linked` under its name and size with its bytes? */
static bool is_found(const struct elf *elf, const char *name, const Elf64_Sym *sym,
                     const struct elf *linked)
{
    const Elf64_Shdr *table = section_of(linked, SHT_SYMTAB);
    const Elf64_Sym *other = (const void *)(linked->bytes + table->sh_offset);
    bool *is_filled = calloc(sym->st_size, sizeof *is_filled), found = false;
    assert_non_null(is_filled);
    mark_relocated(elf, sym, is_filled);
    for (size_t i = 0; i < table->sh_size / sizeof *other && !found; i++)
        found = is_function(&other[i]) && other[i].st_size == sym->st_size &&
                strcmp(symbol_name(linked, table, &other[i]), name) == 0 &&
                is_same(symbol_bytes(elf, sym), symbol_bytes(linked, &other[i]), is_filled,
                        sym->st_size);
    free(is_filled);
    return found;
}

static unsigned compare_object(const char *path, const struct elf *linked, unsigned *missing)
{
    struct elf elf;
    unsigned count = 0;
    elf_open(&elf, path);
    const Elf64_Shdr *table = section_of(&elf, SHT_SYMTAB);
    const Elf64_Sym *sym = (const void *)(elf.bytes + table->sh_offset);
    for (size_t i = 0; i < table->sh_size / sizeof *sym; i++) {
        if (!is_function(&sym[i]))
            continue;
        const char *name = symbol_name(&elf, table, &sym[i]);
        count++;
        if (!is_found(&elf, name, &sym[i], linked)) {
            print_error("    %s of %s is not, byte for byte, in %s\n", name, path, linked->path);
            ++*missing;
        }
    }
    free(elf.bytes);
    return count;
}

static void the_same_code_is_in_program_library_and_archive(void **state)
{
    static const char *const linked_names[] = {"cairn", "libcairn-policies.so.1", "policies.o"};
    char pattern[256];
    glob_t objects;
    (void)state;
#ifndef __x86_64__
    print_message("SKIPPED: relocations of this machine are not known to the test\n");
    skip();
#endif
    snprintf(pattern, sizeof pattern, "%s/policies/*.o", folder());
    assert_int_equal(glob(pattern, 0, NULL, &objects), 0);
    snprintf(pattern, sizeof pattern, "%s/policies/*/*.o", folder());
    assert_int_equal(glob(pattern, GLOB_APPEND, NULL, &objects), 0);
    snprintf(pattern, sizeof pattern, "%s/sim/base/fmath.o", folder());
    assert_int_equal(glob(pattern, GLOB_APPEND, NULL, &objects), 0);
    for (size_t i = 0; i < sizeof linked_names / sizeof *linked_names; i++) {
        struct elf linked;
        unsigned count = 0, missing = 0;
        snprintf(pattern, sizeof pattern, "%s/%s", folder(), linked_names[i]);
        elf_open(&linked, pattern);
        for (size_t k = 0; k < objects.gl_pathc; k++)
            count += compare_object(objects.gl_pathv[k], &linked, &missing);
        free(linked.bytes);
        print_message("    %s: %u functions of %zu objects\n", linked_names[i], count,
                      objects.gl_pathc);
        assert_true(count > 40);
        assert_int_equal(missing, 0);
    }
    globfree(&objects);
}

/* Is `name;` a line of the version script's global part? */
static bool is_exported(const char *map, const char *name)
{
    char line[128];
    snprintf(line, sizeof line, "    %s;\n", name);
    return strstr(map, line) != NULL;
}

static void the_library_shows_what_its_map_says(void **state)
{
    char path[256];
    struct elf so;
    unsigned shown = 0, listed = 0;
    (void)state;
    char *map = support_read("policies/exports.map", NULL);
    assert_non_null(map);
    for (const char *at = map; (at = strstr(at, "    cairn_")); at++)
        listed++;
    snprintf(path, sizeof path, "%s/libcairn-policies.so.1", folder());
    elf_open(&so, path);
    const Elf64_Shdr *table = section_of(&so, SHT_DYNSYM);
    const Elf64_Sym *sym = (const void *)(so.bytes + table->sh_offset);
    for (size_t i = 0; i < table->sh_size / sizeof *sym; i++) {
        const char *name = symbol_name(&so, table, &sym[i]);
        if (sym[i].st_shndx == SHN_UNDEF || sym[i].st_shndx == SHN_ABS || !name[0])
            continue;
        if (!is_exported(map, name))
            fail_msg("the library shows '%s', which policies/exports.map does not name", name);
        shown++;
    }
    free(so.bytes);
    free(map);
    assert_int_equal(shown, listed);
    assert_true(shown >= 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_code_is_in_program_library_and_archive),
        cmocka_unit_test(the_library_shows_what_its_map_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
