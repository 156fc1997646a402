// Gives up the use of files (Landlock, Linux 5.13), where no namespace can be had.

#define _GNU_SOURCE
#include "plan.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Of linux/landlock.h, which older systems lack. The numbers are those of all processors.
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { ASK_VERSION = 1, PATH_BENEATH = 1 };
enum {
    EXECUTE = 1 << 0, WRITE_FILE = 1 << 1, READ_FILE = 1 << 2, READ_DIRECTORY = 1 << 3,
    REFER = 1 << 13, TRUNCATE = 1 << 14, CONTROL_DEVICE = 1 << 15,
};
// What is taken away. What a version of the kernel does not know has to be 0.
struct rights { uint64_t files, network, others; };
enum { ABSTRACT_SOCKETS = 1 << 0, SIGNALS = 1 << 1 };
struct __attribute__((packed)) rule { uint64_t allowed; int32_t file; };

// All that this version of the kernel can take away from who uses files.
static uint64_t known_rights(int version) {
    static const uint64_t since[] = {0, (1 << 13) - 1, REFER, TRUNCATE, 0, CONTROL_DEVICE};
    uint64_t known = 0;
    for (int at = 1; at <= version && at < (int)(sizeof since / sizeof *since); at++) known |= since[at];
    return known;
}

void give_up_files(void) {
    long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
    // The first version refuses to move or link files from one directory to another, which Cargo and rustc do.
    if (version >= 0 && version < 2) errno = ENOSYS;
    if (version < 2) failed("use", "Landlock");
    struct rights rights = {
        .files = known_rights(version),
        .others = version >= 6 ? ABSTRACT_SOCKETS | SIGNALS : 0,
    };
    int rules = syscall(CREATE_RULESET, &rights, sizeof rights, 0);
    if (rules < 0) failed("use", "Landlock");
    for (char *kind = next_field(); *kind != '.'; kind = next_field()) {
        char *path = next_field();
        struct stat found;
        int file = open(path, O_PATH | O_CLOEXEC);
        // What is not there need not be allowed.
        if (file < 0 || fstat(file, &found) != 0) continue;
        uint64_t allowed = *kind == 'w' ? rights.files : EXECUTE | READ_FILE | READ_DIRECTORY;
        if (!S_ISDIR(found.st_mode)) allowed &= EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | CONTROL_DEVICE;
        struct rule rule = {.allowed = allowed & rights.files, .file = file};
        if (syscall(ADD_RULE, rules, PATH_BENEATH, &rule, 0) != 0) failed("allow", path);
        close(file);
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(RESTRICT_SELF, rules, 0) != 0) failed("use", "Landlock");
    close(rules);
}
