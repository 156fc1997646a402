// Becomes a command in a world of its own, by a plan that is read from an open file (`../plan.ts` writes it).
//
// Three processes: the first is Gantry's child, and waits; the second is the first one of a process namespace, makes the
// world and waits for what is left there without a parent; the third becomes the command. Each is killed when the one
// before it ends, however it ends. Whatever fails before the command starts is said on the open file REPORT, and what is said
// there last is `started`.
//
// Two user namespaces: mounts belong to the outer one, in which the command has no rights, whatever it is in the inner one.

#define _GNU_SOURCE
#include "plan.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif

// The number of `close_range` on all processors, which older headers lack.
enum { CLOSE_RANGE_NUMBER = 436 };

static char *plan, *plan_end;

char *next_field(void) {
    char *field = plan;
    char *end = memchr(plan, 0, plan_end - plan);
    if (end == NULL) {
        errno = EINVAL;
        failed("read", "the plan");
    }
    plan = end + 1;
    return field;
}

char *this_field(void) {
    return plan;
}

void go_back(char *field) {
    plan = field;
}

void failed(const char *what, const char *about) {
    dprintf(REPORT, "cannot %s %s: %s", what, about, strerror(errno));
    _exit(125);
}

static void read_plan(void) {
    struct stat file;
    if (fstat(PLAN, &file) != 0) failed("look at", "the plan");
    plan = malloc(file.st_size);
    if (plan == NULL) failed("hold", "the plan");
    plan_end = plan;
    for (;;) {
        ssize_t count = read(PLAN, plan_end, file.st_size - (plan_end - plan));
        if (count < 0) failed("read", "the plan");
        if (count == 0) break;
        plan_end += count;
    }
    close(PLAN);
}

// Of what Gantry found open when it started nothing comes here but the numbers, which lead to /dev/null (`../spawnLines.ts`). A
// command could notice even these.
static void close_others(void) {
    struct stat file;
    for (int each = PLAN; each <= LAST_GIVEN; each++)
        if (fstat(each, &file) == 0 && S_ISCHR(file.st_mode)) close(each);
    syscall(CLOSE_RANGE_NUMBER, LAST_GIVEN + 1, ~0u, 0);
}

// What a command inherits and could notice, which is in no key: as `fixed` in `../fixed.ts`. A hard limit that is lower stays.
static void fix_limits(void) {
    static const struct { int what; rlim_t soft; } limits[] = {
        {RLIMIT_CORE, 0}, {RLIMIT_STACK, 8 << 20}, {RLIMIT_NOFILE, 4096},
    };
    umask(022);
    for (size_t at = 0; at < sizeof limits / sizeof *limits; at++) {
        struct rlimit limit;
        if (getrlimit(limits[at].what, &limit) != 0 || limit.rlim_max < limits[at].soft) continue;
        limit.rlim_cur = limits[at].soft;
        if (setrlimit(limits[at].what, &limit) != 0) failed("set", "a limit");
    }
}

// A caller in `setarch i686` has every program below it told another processor. As `fixed` does, and what no shell can: the
// signals that Node does not set back when it starts a program, and large pages. What says how much the machine can spare is
// left: niceness, `oom_score_adj`, the slack of timers.
static void fix_process(void) {
    enum { FIRST_REAL_TIME = 32, LAST_REAL_TIME = 64 };
    // All zero is the kernel's structure for the default. The C library's own call refuses the first two.
    static const char usual[64];
    if (personality(0xffffffff) != PER_LINUX && personality(PER_LINUX) < 0) failed("have", "the machine's own personality");
    for (int each = FIRST_REAL_TIME; each <= LAST_REAL_TIME; each++) syscall(SYS_rt_sigaction, each, usual, NULL, 8);
    prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
    int file = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    dprintf(file, "0x33");
    close(file);
}

static void write_at(int directory, const char *path, const char *text) {
    int file = openat(directory, path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) failed("write", path);
    close(file);
}

// Says who this process is in the user namespace that it has just made.
static void map_user(int proc, unsigned inside, unsigned user, unsigned group) {
    char line[64];
    write_at(proc, "self/setgroups", "deny");
    snprintf(line, sizeof line, "%u %u 1", inside, user);
    write_at(proc, "self/uid_map", line);
    snprintf(line, sizeof line, "%u %u 1", inside, group);
    write_at(proc, "self/gid_map", line);
}

static void separate(void) {
    unsigned user = geteuid(), group = getegid();
    // Only root may; the groups of others are nobody's inside.
    setgroups(0, NULL);
    if (unshare(CLONE_NEWUSER) != 0) failed("make", "a user namespace");
    int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    map_user(proc, 0, user, group);
    close(proc);
    if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
        failed("make", "namespaces");
    if (unshare(CLONE_NEWCGROUP) != 0 && errno != EINVAL) failed("make", "a namespace of control groups");
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) failed("keep", "mounts to itself");
}

// A network namespace begins with its loopback switched off.
static void switch_loopback_on(void) {
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any < 0 || ioctl(any, SIOCSIFFLAGS, &request) != 0) failed("switch on", "the loopback");
    close(any);
}

// Who has no right to do so has none to be bounded, or gets none any more once `refuse_calls` has set `no_new_privs`: an ordinary
// user outside of namespaces, and a root that was left without.
static int may_bound_rights(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct own[2] = {{0}};
    if (syscall(SYS_capget, &header, own) != 0) failed("look at", "rights");
    return own[0].effective >> CAP_SETPCAP & 1;
}

static void give_up_rights(int is_bounded) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    for (int right = 0; prctl(PR_CAPBSET_READ, right, 0, 0, 0) >= 0; right++)
        if (prctl(PR_CAPBSET_DROP, right, 0, 0, 0) != 0 && is_bounded) failed("give up", "rights");
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &header, none) != 0) failed("give up", "rights");
}

// The filter of `../seccomp.ts`, in hexadecimal.
static void refuse_calls(const char *text) {
    size_t length = strlen(text) / 2;
    unsigned char *code = malloc(length + 1);
    for (size_t at = 0; at < length; at++) {
        unsigned byte;
        if (code == NULL || sscanf(text + 2 * at, "%2x", &byte) != 1) failed("read", "the filter of calls");
        code[at] = byte;
    }
    struct sock_fprog program = {.len = length / sizeof(struct sock_filter), .filter = (void *)code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
        failed("filter", "calls");
}

// Anew after changes of rights, which may undo it (prctl(2)).
static void end_with_parent(void) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) failed("be tied to", "who waits");
}

static _Noreturn void become_command(void) {
    char *directory = next_field();
    size_t variables = strtoul(next_field(), NULL, 10);
    char **environment = calloc(variables + 1, sizeof *environment);
    for (size_t at = 0; at < variables; at++) environment[at] = next_field();
    size_t words = strtoul(next_field(), NULL, 10);
    char **command = calloc(words + 1, sizeof *command);
    for (size_t at = 0; at < words; at++) command[at] = next_field();
    if (chdir(directory) != 0) failed("start in", directory);
    fcntl(REPORT, F_SETFD, FD_CLOEXEC);
    dprintf(REPORT, "started");
    environ = environment;
    execvp(command[0], command);
    fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
    _exit(127);
}

// As a shell says it: 128 and the signal.
static int ended(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static _Noreturn void wait_for(pid_t child) {
    for (;;) {
        int status;
        pid_t one = waitpid(-1, &status, 0);
        if (one == child) _exit(ended(status));
        if (one < 0 && errno != EINTR) _exit(125);
    }
}

static void close_files(void) {
    struct rlimit limit = {.rlim_cur = 4096};
    getrlimit(RLIMIT_NOFILE, &limit);
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 0, ~0u, 0) == 0) return;
#endif
    for (int file = 0; file < (int)limit.rlim_cur; file++) close(file);
}

// The first process of its namespace.
static _Noreturn void be_first(int life) {
    struct pollfd gone = {.fd = life};
    end_with_parent();
    const char *name = next_field();
    if (sethostname(name, strlen(name)) != 0) failed("be called", name);
    switch_loopback_on();
    int confined = *next_field() == '1';
    int proc = make_world();
    // Of the namespaces below the outer one there is one, that of the command.
    if (confined) write_at(proc, "sys/user/max_user_namespaces", "1");
    if (unshare(CLONE_NEWUSER) != 0) failed("make", "the command's user namespace");
    map_user(proc, 1000, 0, 0);
    close(proc);
    give_up_rights(1);
    refuse_calls(next_field());
    // What it knows, of the host, is nothing to the command.
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) failed("hide", "itself");
    end_with_parent();
    if (poll(&gone, 1, 0) != 0) _exit(125);
    close(life);
    pid_t child = fork();
    if (child < 0) failed("start", "a process");
    if (child == 0) {
        setsid();
        become_command();
    }
    close_files();
    wait_for(child);
}

static _Noreturn void in_namespaces(pid_t gantry) {
    int life[2];
    const char *directory = next_field();
    separate();
    end_with_parent();
    if (getppid() != gantry) _exit(125);
    if (chdir(directory) != 0) failed("go to", directory);
    if (pipe2(life, O_CLOEXEC) != 0) failed("make", "a pipe");
    pid_t child = fork();
    if (child < 0) failed("start", "a process");
    if (child == 0) {
        close(life[1]);
        be_first(life[0]);
    }
    close(life[0]);
    // It holds nothing open of the command, but is what Gantry waits for.
    for (int file = 0; file < life[1]; file++) close(file);
    wait_for(child);
}

int main(int count, char **words) {
    prctl(PR_SET_NAME, "gantry", 0, 0, 0);
    // The path of this program, which the command could read in `/proc/1/cmdline`.
    if (count > 0) memset(words[0], 0, strlen(words[0]));
    read_plan();
    close_others();
    fix_limits();
    fix_process();
    pid_t gantry = strtol(next_field(), NULL, 10);
    if (*next_field() == 'n') in_namespaces(gantry);
    give_up_files();
    // Root's would let it look into other processes.
    give_up_rights(may_bound_rights());
    refuse_calls(next_field());
    end_with_parent();
    if (getppid() != gantry) _exit(125);
    become_command();
}
