/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: whatever allocation fails, every command ends with exit code 6, a sentence, nothing leaked
 * and nothing half-written; or it did without, and its answer is the same as ever.
 * Method: this program's own malloc and friends count; the n-th fails, alone or with all behind
 * it, for n = 1, 2, 3, … until the command runs clean. Allocations alive are counted on both
 * sides.
 */
#include "tests/faults/inside.h"
#include <errno.h>

/* ---- the allocator, with faults ------------------------------------------------------------- */

#ifdef __has_feature /* clang */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
/* The sanitizer still sees every piece and tells leaks at the end; it has a strdup of its own, that
 * would spoil the count. */
#define REAL(name) __interceptor_##name
enum { COUNTS_PIECES = 0 };
#else
#define REAL(name) __libc_##name
enum { COUNTS_PIECES = 1 };
#endif

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *piece, size_t size);
void *REAL(memalign)(size_t alignment, size_t size);
void REAL(free)(void *piece);

static long alive, calls, fault_at;
static bool is_armed, is_lasting, has_struck;

static bool fault(void)
{
    if (!is_armed)
        return false;
    calls++;
    if (fault_at == 0 || calls < fault_at || (!is_lasting && calls > fault_at))
        return false;
    has_struck = true;
    errno = ENOMEM;
    return true;
}

static void *count_piece(void *piece)
{
    alive += piece != NULL;
    return piece;
}

void *malloc(size_t size)
{
    return fault() ? NULL : count_piece(REAL(malloc)(size));
}

void *calloc(size_t count, size_t size)
{
    return fault() ? NULL : count_piece(REAL(calloc)(count, size));
}

void *realloc(void *piece, size_t size)
{
    if (fault())
        return NULL;
    void *moved = REAL(realloc)(piece, size);
    alive += piece == NULL && moved != NULL;
    return moved;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fault() ? NULL : count_piece(REAL(memalign)(alignment, size));
}

int posix_memalign(void **piece, size_t alignment, size_t size)
{
    if (fault())
        return ENOMEM;
    *piece = count_piece(REAL(memalign)(alignment, size));
    return *piece ? 0 : ENOMEM;
}

void free(void *piece)
{
    alive -= piece != NULL;
    REAL(free)(piece);
}

/* ---- the loop ------------------------------------------------------------------------------- */

static void arm(void)
{
    calls = 0;
    has_struck = false;
    is_armed = true;
}

static void disarm(void)
{
    is_armed = false;
}

/* NULL, or what is wrong with the end of a command that an allocation failed. */
static const char *complaint(const struct inside_result *r, long before)
{
    if (COUNTS_PIECES && alive != before)
        return "leaks";
    if (inside_is_clean(r))
        return NULL;
    if (r->code != EXIT_MACHINE)
        return "exit code is not 6";
    if (!strstr(r->err, "error: "))
        return "says nothing";
    if (!strstr(r->err, "annot allocate memory") && !strstr(r->err, "no memory"))
        return "does not say that memory is out";
    if (r->err[strlen(r->err) - 1] != '\n')
        return "ends in the middle of a line";
    return inside_is_whole(r->files, inside_clean.files) ? NULL : "leaves files behind";
}

static unsigned strike_case(const struct inside_case *c)
{
    unsigned wrong = 0;
    long struck = 0;
    inside_measure(c);
    do {
        inside_sweep();
        snprintf(inside_context, sizeof inside_context, "cairn %s %s: allocation %ld fails%s\n",
                 c->words[0], c->words[1] ? c->words[1] : "", fault_at,
                 is_lasting ? ", and all behind it" : "");
        long before = alive;
        inside_run(c, &inside_last, arm, disarm);
        const char *what = complaint(&inside_last, before);
        if (what && wrong++ < 5)
            print_error("%s  %s: exit %d\n%s%s", inside_context, what, inside_last.code,
                        inside_last.err, inside_last.files);
        struck += has_struck;
        fault_at++;
    } while (has_struck);
    inside_sweep();
    printf("  %s: %ld allocations\n", c->words[0], struck);
    return wrong + (struck == 0);
}

static void strike_all(bool lasting)
{
    unsigned wrong = 0;
    signal(SIGABRT, inside_crash);
    signal(SIGSEGV, inside_crash);
    is_lasting = lasting;
    for (size_t i = 0; i < COUNT(inside_cases); i++) {
        const struct inside_case *c = &inside_cases[i];
        if (lasting && (c->with_gnuplot || strcmp(c->words[0], "list") == 0))
            continue; /* seconds, for ways through the code that other commands go too */
        fault_at = 1;
        wrong += strike_case(c);
    }
    assert_int_equal(wrong, 0);
}

static void one_failed_allocation_ends_a_command_in_order(void **state)
{
    (void)state;
    strike_all(false);
}

static void memory_that_ends_and_stays_out_ends_a_command_in_order(void **state)
{
    (void)state;
    strike_all(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_failed_allocation_ends_a_command_in_order),
        cmocka_unit_test(memory_that_ends_and_stays_out_ends_a_command_in_order),
    };
    return cmocka_run_group_tests(tests, inside_open, inside_close);
}
