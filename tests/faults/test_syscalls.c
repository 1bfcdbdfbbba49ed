/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Goal: whatever call to the system fails, every command ends with exit code 6 (2 where the user's
 * file cannot be opened), names operation and file, and leaves whole files or none; calls that are
 * interrupted or come back short change nothing.
 * Method: this program's own open, read, write, fsync, close, rename, … go to the kernel; the n-th
 * fails, for n = 1, 2, 3, … until the command runs clean, once for each code.
 */
#include "tests/faults/inside.h"
#include <errno.h>
#include <sys/stat.h>

/* ---- the kernel's calls, with faults -------------------------------------------------------- */

static bool is_armed, has_struck;
static long calls, fault_at;
static int fault_code;    /* 0: none fails, all are short */
static bool is_opening;   /* the call that was struck opens a file */
static bool is_for_error; /* it was on standard error: nothing can be said */
static bool is_result;    /* it was on a result with bytes in it: the failure must be told */
static char struck_path[SUPPORT_PATH], struck_call[16];

static void remember(const char *call, const char *path, int fd)
{
    char link[64];
    ssize_t length = 0;
    snprintf(struck_call, sizeof struck_call, "%s", call);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (path)
        snprintf(struck_path, sizeof struck_path, "%s", path);
    else
        length = readlink(link, struck_path, sizeof struck_path - 1);
    if (!path)
        struck_path[length > 0 ? length : 0] = '\0';
    is_opening = strcmp(call, "open") == 0 || strcmp(call, "mkdtemp") == 0;
    is_for_error = !path && fd == 2;
    is_result = false;
    struct stat st;
    if (!path && strstr(struck_path, ".part") && fstat(fd, &st) == 0)
        is_result = st.st_size > 0;
    if (!path && fd == 1)
        snprintf(struck_path, sizeof struck_path, "standard output");
}

static bool fault(const char *call, const char *path, int fd)
{
    bool is_interruptible = strcmp(call, "rename") != 0 && strcmp(call, "mkdtemp") != 0;
    if (!is_armed || fault_code == 0 || (fault_code == EINTR && !is_interruptible) ||
        ++calls != fault_at)
        return false;
    remember(call, path, fd);
    has_struck = true;
    errno = fault_code;
    return true;
}

static size_t short_of(size_t count)
{
    return is_armed && fault_code == 0 && count > 11 ? 11 : count;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
    va_end(arguments);
    return fault("open", path, -1) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t read(int fd, void *bytes, size_t count)
{
    return fault("read", NULL, fd) ? -1 : syscall(SYS_read, fd, bytes, short_of(count));
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    return fault("write", NULL, fd) ? -1 : syscall(SYS_write, fd, bytes, short_of(count));
}

int fsync(int fd)
{
    return fault("fsync", NULL, fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

int close(int fd)
{
    bool fails = fault("close", NULL, fd); /* a close that fails has closed all the same */
    int result = (int)syscall(SYS_close, fd);
    if (fails)
        errno = fault_code;
    return fails ? -1 : result;
}

int rename(const char *from, const char *to)
{
    return fault("rename", to, -1) ? -1
                                   : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

char *mkdtemp(char *path)
{
    static unsigned made; /* with the process's number as unique as a test needs */
    if (fault("mkdtemp", path, -1))
        return NULL;
    snprintf(path + strlen(path) - 6, 7, "%06u", ((unsigned)getpid() * 997 + made++) % 1000000);
    return syscall(SYS_mkdirat, AT_FDCWD, path, 0700) == 0 ? path : NULL;
}

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

/* ---- the loop ------------------------------------------------------------------------------- */

static int count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static bool is_named(const struct inside_result *r)
{
    const char *slash = strrchr(struck_path, '/'), *name = slash ? slash + 1 : struck_path;
    if (strstr(r->err, name) && *name)
        return true;
    /* a temporary name means nothing to anybody: the file that it was to be is said, or its folder
     */
    bool is_ours =
        strstr(r->err, "new.") || strstr(r->err, "fig.") || strstr(r->err, "folder in '");
    return is_ours && (strstr(struck_path, ".cairn-") || strcmp(struck_call, "open") == 0 ||
                       strcmp(struck_call, "fsync") == 0);
}

/* A file or folder that may not be opened is the user's to mend; any other trouble is not. */
static bool is_expected(int code)
{
    bool is_users = is_opening && fault_code == EACCES, is_ours = strstr(struck_path, ".cairn-");
    return (code == EXIT_USAGE && is_users) || (code == EXIT_MACHINE && (!is_users || is_ours));
}

/* NULL, or what is wrong with the end of a command that a call failed. */
static const char *complaint(const struct inside_result *r, int before)
{
    if (count_descriptors() != before)
        return "leaves a file open";
    if (inside_is_clean(r) && is_result && fault_code != EINTR)
        return "a result that may not have reached the disk is taken for good";
    if (inside_is_clean(r))
        return NULL; /* it did without: a close after reading, a folder that cannot be synced */
    if (fault_code == EINTR || fault_code == 0)
        return "an interrupted or short call changes the answer";
    if (!is_expected(r->code))
        return "exit code is wrong";
    if (!is_for_error && !strstr(r->err, "error: cannot "))
        return "does not say which operation failed";
    if (!is_for_error && !strstr(r->err, strerror(fault_code)))
        return "does not say why";
    if (!is_for_error && !is_named(r))
        return "does not name the file";
    return inside_is_whole(r->files, inside_clean.files) ? NULL : "leaves files behind";
}

static unsigned strike_case(const struct inside_case *c)
{
    unsigned wrong = 0;
    long struck = 0;
    inside_measure(c);
    do {
        inside_sweep();
        snprintf(inside_context, sizeof inside_context, "cairn %s %s: call %ld fails with %s\n",
                 c->words[0], c->words[1] ? c->words[1] : "", fault_at,
                 fault_code ? strerror(fault_code) : "short counts");
        int before = count_descriptors();
        inside_run(c, &inside_last, arm, disarm);
        const char *what = complaint(&inside_last, before);
        if (what && wrong++ < 5)
            print_error("%s  (%s '%s') %s: exit %d\n%s%s", inside_context, struck_call, struck_path,
                        what, inside_last.code, inside_last.err, inside_last.files);
        struck += has_struck;
        fault_at++;
    } while (has_struck);
    inside_sweep();
    printf("  %s: %ld calls\n", c->words[0], struck);
    return wrong + (struck == 0 && fault_code != 0);
}

static void strike_all(int code)
{
    unsigned wrong = 0;
    signal(SIGABRT, inside_crash);
    signal(SIGSEGV, inside_crash);
    fault_code = code;
    for (size_t i = 0; i < COUNT(inside_cases); i++) {
        fault_at = 1;
        if (inside_cases[i].with_gnuplot && code != EIO)
            continue; /* a tenth of a second each; one code shows that the calls are checked */
        wrong += strike_case(&inside_cases[i]);
    }
    assert_int_equal(wrong, 0);
}

static void a_disk_error_ends_a_command_in_order(void **state)
{
    (void)state;
    strike_all(EIO);
}

static void a_full_disk_ends_a_command_in_order(void **state)
{
    (void)state;
    strike_all(ENOSPC);
}

static void a_forbidden_file_is_the_users_to_mend(void **state)
{
    (void)state;
    strike_all(EACCES);
}

static void interrupted_calls_change_nothing(void **state)
{
    (void)state;
    strike_all(EINTR);
}

static void short_counts_change_nothing(void **state)
{
    (void)state;
    strike_all(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_error_ends_a_command_in_order),
        cmocka_unit_test(a_full_disk_ends_a_command_in_order),
        cmocka_unit_test(a_forbidden_file_is_the_users_to_mend),
        cmocka_unit_test(interrupted_calls_change_nothing),
        cmocka_unit_test(short_counts_change_nothing),
    };
    return cmocka_run_group_tests(tests, inside_open, inside_close);
}
