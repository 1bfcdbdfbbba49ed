/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: files are read whole or refused with a sentence, appear whole or not at all, and no failing
 * call goes unnoticed or leaves anything behind.
 * Method: a folder of its own; this program's own open, read, write, fsync, close and rename go to
 * the kernel, but the n-th of them fails on demand, for n = 1, 2, … until nothing fails any more.
 */
#include "sim/base/io.h"

#include "tests/support.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- the kernel's calls, with faults -------------------------------------------------------- */

static int calls, fault_at, fault_code; /* the fault_at-th call fails with fault_code */
static int most_bytes;                  /* of one read or write; 0: no limit */

static bool fault(void)
{
    if (fault_at == 0 || ++calls != fault_at)
        return false;
    errno = fault_code;
    return true;
}

static size_t short_of(size_t count)
{
    return most_bytes > 0 && count > (size_t)most_bytes ? (size_t)most_bytes : count;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
    va_end(arguments);
    return fault() ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t read(int fd, void *bytes, size_t count)
{
    return fault() ? -1 : syscall(SYS_read, fd, bytes, short_of(count));
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    return fault() ? -1 : syscall(SYS_write, fd, bytes, short_of(count));
}

int fsync(int fd)
{
    return fault() ? -1 : (int)syscall(SYS_fsync, fd);
}

int close(int fd)
{
    int result = (int)syscall(SYS_close, fd); /* a close that fails has closed all the same */
    return fault() ? -1 : result;
}

int rename(const char *from, const char *to)
{
    return fault() ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* ---- helpers -------------------------------------------------------------------------------- */

static struct diag diag;
static struct sink sink;
static char folder[SUPPORT_PATH];

static int set_up(void **state)
{
    (void)state;
    diag_init(&diag);
    return support_folder(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    fault_at = most_bytes = 0;
    if (chdir("/") == 0)
        support_folder_remove(folder);
    return 0;
}

static int count_entries(const char *path)
{
    DIR *dir = opendir(path);
    assert_non_null(dir);
    int count = -2;
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static int count_descriptors(void)
{
    return count_entries("/proc/self/fd");
}

static void assert_file(const char *path, const char *wanted)
{
    char *text = support_read(path, NULL);
    assert_non_null(text);
    assert_string_equal(text, wanted);
    free(text);
}

/* ---- reading -------------------------------------------------------------------------------- */

static void files_of_any_size_are_read_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 300000};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char *bytes = calloc(1, sizes[i] + 1);
        for (size_t j = 0; j < sizes[i]; j++)
            bytes[j] = (char)(j * 7 % 251);
        assert_true(support_write("f", bytes, sizes[i]));
        for (most_bytes = 0; most_bytes <= 3000; most_bytes += 1500) {
            struct arena arena;
            arena_init(&arena);
            struct source source = {0};
            assert_int_equal(io_read("f", sizes[i], &arena, &source, &diag), STATUS_OK);
            assert_string_equal(source.name, "f");
            assert_int_equal(source.length, sizes[i]);
            assert_memory_equal(source.text, bytes, sizes[i]);
            assert_int_equal(source.text[sizes[i]], '\0');
            arena_fini(&arena);
        }
        free(bytes);
    }
    assert_int_equal(diag.errors, 0);
}

static void what_cannot_be_read_is_refused_with_a_sentence(void **state)
{
    (void)state;
    assert_true(support_write("five", "12345", 5));
    assert_int_equal(mkdir("dir", 0777), 0);
    assert_int_equal(mkfifo("pipe", 0666), 0);
    static const struct {
        const char *path;
        size_t limit;
        const char *message;
    } cases[] = {
        {"gone.yaml", 9, "error: cannot open 'gone.yaml': No such file or directory"},
        {"", 9, "error: cannot open '': No such file or directory"},
        {"five/x", 9, "error: cannot open 'five/x': Not a directory"},
        {"dir", 9, "error: cannot read 'dir': it is a folder, not a file"},
        {"pipe", 9, "error: cannot read 'pipe': not a regular file; pipe it into '-' instead"},
        {"/dev/zero", 9,
         "error: cannot read '/dev/zero': not a regular file; pipe it into '-' instead"},
        {"five", 4, "error: cannot read 'five': 5 bytes, more than the limit of 4"},
        {"/proc/self/status", 100, /* says it has no bytes, and has more */
         "error: cannot read '/proc/self/status': more than the limit of 100 bytes"},
    };
    int descriptors = count_descriptors();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena;
        arena_init(&arena);
        struct source source = {"untouched", NULL, 0};
        diag_init(&diag);
        assert_int_equal(io_read(cases[i].path, cases[i].limit, &arena, &source, &diag),
                         STATUS_INPUT);
        assert_string_equal(diag.text[0], cases[i].message);
        assert_string_equal(source.name, "untouched");
        arena_fini(&arena);
    }
    assert_int_equal(count_descriptors(), descriptors);
}

static void an_unreadable_file_is_the_user_s_mistake(void **state)
{
    (void)state;
    assert_true(support_write("secret", "x", 1));
    fault_at = 1; /* root may read anything, so the kernel's answer is made up */
    fault_code = EACCES;
    calls = 0;
    struct arena arena;
    arena_init(&arena);
    struct source source;
    assert_int_equal(io_read("secret", 9, &arena, &source, &diag), STATUS_INPUT);
    assert_string_equal(diag.text[0], "error: cannot open 'secret': Permission denied");
    arena_fini(&arena);
}

static void a_pipe_on_standard_input_is_read_up_to_the_limit(void **state)
{
    (void)state;
    static char bytes[60000];
    memset(bytes, 'x', sizeof bytes);
    for (int i = -1; i <= 1; i++) {
        int ends[2], saved = dup(0);
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], bytes, sizeof bytes), sizeof bytes);
        close(ends[1]);
        assert_int_equal(dup2(ends[0], 0), 0);
        close(ends[0]);
        struct arena arena;
        arena_init(&arena);
        struct source source = {0};
        enum status status = io_read("-", sizeof bytes - (size_t)i, &arena, &source, &diag);
        assert_int_equal(status, i > 0 ? STATUS_INPUT : STATUS_OK);
        if (i <= 0) {
            assert_string_equal(source.name, "<stdin>");
            assert_int_equal(source.length, sizeof bytes);
        }
        arena_fini(&arena);
        assert_int_equal(dup2(saved, 0), 0);
        close(saved);
    }
    assert_string_equal(diag.text[0],
                        "error: cannot read '<stdin>': more than the limit of 59999 bytes");
}

static void each_failing_call_of_a_read_is_told_and_closed(void **state)
{
    (void)state;
    assert_true(support_write("f", "hello", 5));
    int descriptors = count_descriptors(), told = 0;
    most_bytes = 2;
    for (int n = 1;; n++) {
        struct arena arena;
        arena_init(&arena);
        struct source source = {0};
        diag_init(&diag);
        calls = 0;
        fault_at = n;
        fault_code = EIO;
        enum status status = io_read("f", 100, &arena, &source, &diag);
        bool is_reached = calls >= n;
        fault_at = 0;
        if (status != STATUS_OK) {
            assert_int_equal(status, STATUS_IO);
            assert_non_null(strstr(diag.text[0], "'f': Input/output error"));
            told++;
        } else {
            assert_string_equal(source.text, "hello");
        }
        arena_fini(&arena);
        assert_int_equal(count_descriptors(), descriptors);
        if (!is_reached)
            break;
    }
    assert_int_equal(told, 5); /* the open and four reads; a close after reading loses nothing */
}

/* ---- writing -------------------------------------------------------------------------------- */

static enum status write_file(const char *path, bool force, int lines)
{
    enum status status = io_create(&sink, path, force, &diag);
    if (status != STATUS_OK)
        return status;
    for (int i = 0; i < lines; i++)
        io_printf(&sink, "line %d\n", i);
    io_put(&sink, "end\n", 4);
    return io_close(&sink, &diag);
}

static void a_file_appears_whole_with_nothing_beside_it(void **state)
{
    (void)state;
    assert_int_equal(io_create(&sink, "out", false, &diag), STATUS_OK);
    io_put(&sink, "one ", 4);
    assert_int_equal(access("out", F_OK), -1);
    io_printf(&sink, "%s", "two");
    assert_int_equal(io_close(&sink, &diag), STATUS_OK);
    assert_file("out", "one two");
    assert_int_equal(count_entries("."), 1);
    struct stat st;
    assert_int_equal(stat("out", &st), 0);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(st.st_mode & 0777, 0666 & ~mask);
    assert_int_equal(diag.errors, 0);
}

static void a_target_that_must_not_be_written_is_left_alone(void **state)
{
    (void)state;
    assert_true(support_write("old", "precious", 8));
    assert_int_equal(mkdir("dir", 0777), 0);
    assert_int_equal(mkfifo("pipe", 0666), 0);
    assert_int_equal(symlink("old", "link"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    char long_name[301];
    memset(long_name, 'n', 300);
    long_name[300] = '\0';
    const struct {
        const char *path;
        bool force;
        const char *message;
    } cases[] = {
        {"old", false, "error: cannot write 'old': it exists already; --force replaces it"},
        {"dir", true, "error: cannot write 'dir': it is a folder, not a file"},
        {"pipe", true, "error: cannot write 'pipe': not a regular file"},
        {"/dev/null", true, "error: cannot write '/dev/null': not a regular file"},
        {"link", true, "error: cannot write 'link': it is a symbolic link; name the file itself"},
        {"dangling", true,
         "error: cannot write 'dangling': it is a symbolic link; name the file itself"},
        {"no/such", true, "error: cannot write 'no/such': No such file or directory"},
        {"old/x", true, "error: cannot write 'old/x': Not a directory"},
        {"", true, "error: cannot write '': No such file or directory"},
        {long_name, true, NULL},
    };
    int entries = count_entries("."), descriptors = count_descriptors();
    for (size_t i = 0; i < COUNT(cases); i++) {
        diag_init(&diag);
        assert_int_equal(write_file(cases[i].path, cases[i].force, 1), STATUS_INPUT);
        if (cases[i].message)
            assert_string_equal(diag.text[0], cases[i].message);
        assert_int_equal(diag.errors, 1);
    }
    assert_file("old", "precious");
    assert_int_equal(count_entries("."), entries);
    assert_int_equal(count_descriptors(), descriptors);
}

static void force_replaces_a_file_and_keeps_its_mode(void **state)
{
    (void)state;
    assert_true(support_write("old", "precious", 8));
    assert_int_equal(chmod("old", 0600), 0);
    assert_int_equal(write_file("old", true, 0), STATUS_OK);
    assert_file("old", "end\n");
    struct stat st;
    assert_int_equal(stat("old", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(count_entries("."), 1);
}

static void a_name_of_255_bytes_can_be_written(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    assert_int_equal(write_file(name, false, 0), STATUS_OK);
    assert_file(name, "end\n");
}

static void what_is_discarded_leaves_nothing(void **state)
{
    (void)state;
    int descriptors = count_descriptors();
    assert_int_equal(io_create(&sink, "out", false, &diag), STATUS_OK);
    io_put(&sink, "x", 1);
    io_discard(&sink);
    assert_int_equal(count_entries("."), 0);
    assert_int_equal(count_descriptors(), descriptors);
}

/* Under each fault: told, the target as it was, no temporary file, no open descriptor. */
static void each_failing_call_of_a_write_is_told_and_cleaned_up(void **state)
{
    (void)state;
    static const int codes[] = {EIO, ENOSPC, EINTR};
    int descriptors = count_descriptors();
    for (size_t i = 0; i < COUNT(codes); i++) {
        int told = 0;
        for (int n = 1;; n++) {
            assert_true(support_write("out", "old", 3));
            diag_init(&diag);
            calls = 0;
            most_bytes = 9000;
            fault_code = codes[i];
            fault_at = n;
            enum status status = write_file("out", true, 3000);
            bool is_reached = calls >= n;
            fault_at = most_bytes = 0;
            char *text = support_read("out", NULL);
            assert_non_null(text);
            bool is_old = strcmp(text, "old") == 0;
            if (!is_old)
                assert_string_equal(text + strlen(text) - 15, "\nline 2999\nend\n");
            free(text);
            if (status == STATUS_OK) {
                assert_false(is_old);
            } else {
                assert_int_equal(status, STATUS_IO);
                assert_int_equal(diag.errors, 1);
                assert_non_null(strstr(diag.text[0], "'out': "));
                assert_true(is_old || strstr(diag.text[0], "cannot sync the folder of"));
                told++;
            }
            assert_int_equal(count_entries("."), 1);
            assert_int_equal(count_descriptors(), descriptors);
            if (!is_reached)
                break;
        }
        /* open, 4 writes, fsync, close, rename, open and fsync of the folder; not its close.
         * EINTR is told of the rename only, which is never interrupted. */
        assert_int_equal(told, codes[i] == EINTR ? 1 : 10);
    }
}

static void a_full_device_is_told_at_close(void **state)
{
    (void)state;
    int fd = open("/dev/full", O_WRONLY);
    assert_true(fd >= 0);
    io_open_fd(&sink, fd, "standard output");
    for (int i = 0; i < 5000; i++)
        io_printf(&sink, "line %d\n", i);
    assert_int_equal(io_close(&sink, &diag), STATUS_IO);
    assert_string_equal(diag.text[0],
                        "error: cannot write 'standard output': No space left on device");
    assert_int_equal(diag.errors, 1);
    close(fd);
}

static void a_reader_that_went_away_is_no_error(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    calls = 0;
    fault_at = 1; /* the kernel would send SIGPIPE too */
    fault_code = EPIPE;
    io_open_fd(&sink, ends[1], "standard output");
    io_put(&sink, "x", 1);
    assert_int_equal(io_close(&sink, &diag), STATUS_OK);
    assert_int_equal(diag.errors, 0);
    close(ends[1]);
}

static void pieces_at_the_buffer_s_size_arrive_in_order(void **state)
{
    (void)state;
    static char piece[sizeof sink.buffer + 2], wanted[8 * sizeof piece];
    size_t length = 0;
    assert_int_equal(io_create(&sink, "out", false, &diag), STATUS_OK);
    for (int i = -2; i <= 2; i++) {
        size_t size = sizeof sink.buffer + (size_t)i;
        memset(piece, 'c' + i, size);
        io_put(&sink, piece, size);
        io_put(&sink, ".", 1);
        memcpy(wanted + length, piece, size);
        wanted[length + size] = '.';
        length += size + 1;
    }
    piece[sizeof sink.buffer - 1] = '\0';
    io_printf(&sink, "%s", piece);
    memcpy(wanted + length, piece, sizeof sink.buffer - 1);
    assert_int_equal(io_close(&sink, &diag), STATUS_OK);
    assert_file("out", wanted);
}

static void a_line_longer_than_the_buffer_is_refused(void **state)
{
    (void)state;
    static char piece[sizeof sink.buffer + 1];
    memset(piece, 'x', sizeof sink.buffer);
    assert_int_equal(io_create(&sink, "out", false, &diag), STATUS_OK);
    io_printf(&sink, "%s", piece);
    assert_int_equal(io_close(&sink, &diag), STATUS_IO);
    assert_int_equal(count_entries("."), 0);
}

/* ---- terminal, clock, cores ----------------------------------------------------------------- */

static void columns_come_from_the_environment_or_are_80(void **state)
{
    (void)state;
    int fd = open("/dev/null", O_RDWR);
    setenv("COLUMNS", "123", 1);
    assert_int_equal(io_terminal_columns(fd), 123);
    setenv("COLUMNS", "wide", 1);
    assert_int_equal(io_terminal_columns(fd), 80);
    unsetenv("COLUMNS");
    assert_int_equal(io_terminal_columns(fd), 80);
    assert_false(io_is_terminal(fd));
    close(fd);
}

static void the_clock_never_goes_back_and_there_is_a_core(void **state)
{
    (void)state;
    uint64_t last = io_clock_ns();
    for (int i = 0; i < 1000; i++) {
        uint64_t now = io_clock_ns();
        assert_true(now >= last);
        last = now;
    }
    assert_true(io_cores() >= 1);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(files_of_any_size_are_read_whole),
        IN_FOLDER(what_cannot_be_read_is_refused_with_a_sentence),
        IN_FOLDER(an_unreadable_file_is_the_user_s_mistake),
        IN_FOLDER(a_pipe_on_standard_input_is_read_up_to_the_limit),
        IN_FOLDER(each_failing_call_of_a_read_is_told_and_closed),
        IN_FOLDER(a_file_appears_whole_with_nothing_beside_it),
        IN_FOLDER(a_target_that_must_not_be_written_is_left_alone),
        IN_FOLDER(force_replaces_a_file_and_keeps_its_mode),
        IN_FOLDER(a_name_of_255_bytes_can_be_written),
        IN_FOLDER(what_is_discarded_leaves_nothing),
        IN_FOLDER(each_failing_call_of_a_write_is_told_and_cleaned_up),
        IN_FOLDER(a_full_device_is_told_at_close),
        IN_FOLDER(a_reader_that_went_away_is_no_error),
        IN_FOLDER(pieces_at_the_buffer_s_size_arrive_in_order),
        IN_FOLDER(a_line_longer_than_the_buffer_is_refused),
        cmocka_unit_test(columns_come_from_the_environment_or_are_80),
        cmocka_unit_test(the_clock_never_goes_back_and_there_is_a_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
