// Makes the file system of a world: below the directory `root`, over which memory is mounted, so that the host sees nothing.

#define _GNU_SOURCE
#include "plan.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

// Of linux/mount.h, which older systems lack, and which newer ones do not want beside sys/mount.h. The numbers are those of
// all processors.
enum { OPEN_TREE_NUMBER = 428, MOUNT_SETATTR_NUMBER = 442 };
enum { CLONE_TREE = 1, WHOLE_TREE = 0x8000 };
enum { READ_ONLY = 1, NO_SETUID = 2, NO_DEVICES = 4 };
// An empty file and an empty directory, which have no names when the world is made.
#define NOTHING "root/.nothing"
#define NOWHERE "root/.nowhere"
struct attributes { uint64_t set, clear, propagation, namespace; };

// A mount that is not as all others are, read-only without devices.
struct exception { char *path; uint64_t clear; struct exception *next; };
static struct exception *exceptions;

// Every mount, for systems where they are made read-only one by one.
struct made { char *path; struct made *next; };
static struct made *all_made;

// There are mounts beside these, which came with one of them.
static int has_unknown;

static char *below_root(const char *path) {
    static char whole[PATH_MAX];
    if (snprintf(whole, sizeof whole, "root%s", path) >= (int)sizeof whole) {
        errno = ENAMETOOLONG;
        failed("make", path);
    }
    return whole;
}

static void note_made(const char *at) {
    struct made *made = malloc(sizeof *made);
    *made = (struct made){.path = strdup(at), .next = all_made};
    all_made = made;
}

static void except(const char *at, uint64_t clear) {
    struct exception *exception = malloc(sizeof *exception);
    *exception = (struct exception){.path = strdup(at), .clear = clear, .next = exceptions};
    exceptions = exception;
}

// Makes the directories on the way to `at`.
static void make_parents(char *at) {
    char *slash = strrchr(at, '/');
    *slash = 0;
    if (mkdir(at, 0755) != 0 && errno == ENOENT) {
        make_parents(at);
        mkdir(at, 0755);
    }
    *slash = '/';
}

static void make_directory(char *at) {
    make_parents(at);
    if (mkdir(at, 0755) != 0 && errno != EEXIST) failed("make", at);
}

static void make_file(char *at, const char *text) {
    make_parents(at);
    int file = open(at, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) failed("write", at);
    close(file);
}

// Where something of the host shall be mounted.
static void make_place(const char *source, char *at) {
    struct stat found;
    if (stat(source, &found) != 0) failed("mount", source);
    if (S_ISDIR(found.st_mode)) make_directory(at);
    else make_file(at, "");
}

static void mount_new(const char *type, const char *at, unsigned long flags, const char *options) {
    if (mount(type, at, type, flags, options) != 0) failed("mount", at);
    note_made(at);
}

// Something of the host. Where others have mounted something below it, that can be had with it alone.
static void bind(const char *source, const char *at) {
    if (mount(source, at, NULL, MS_BIND, NULL) != 0) {
        if (errno != EINVAL || mount(source, at, NULL, MS_BIND | MS_REC, NULL) != 0) failed("mount", source);
        has_unknown = 1;
    }
    note_made(at);
}

// What does not lie in a mount yet: nothing is made in directories of the host.
static void prepare(char kind, char *at, char *path, const char *more) {
    switch (kind) {
    case 'f': return make_file(at, more);
    case 'r': case 'w': return make_place(more, at);
    case 'v': return make_place(path, at);
    case 'l':
        if (symlink(more, at) != 0) failed("link", at);
        return;
    case 'h': case 's': case 'S': return;
    default: return make_directory(at);
    }
}

static void make_one(char kind, char *at, char *path, const char *more) {
    switch (kind) {
    case 'd': case 'f': case 'l':
        return;
    case 'r':
        return bind(more, at);
    case 'w':
        bind(more, at);
        return except(at, READ_ONLY);
    case 'o':
        return mount_new("overlay", at, 0, more);
    case 'O':
        mount_new("overlay", at, 0, more);
        return except(at, READ_ONLY);
    case 'v':
        bind(path, at);
        return except(at, NO_DEVICES);
    case 'p':
        return mount_new("proc", at, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    case 'P':
        mount_new("proc", at, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
        return except(at, READ_ONLY);
    case 'y':
        mount_new("devpts", at, MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620");
        return except(at, READ_ONLY | NO_DEVICES);
    case 's':
        if (access(at, F_OK) == 0) bind(at, at);
        return;
    case 't':
        bind(at, at);
        return except(at, READ_ONLY);
    case 'h': {
        struct stat found;
        if (stat(at, &found) == 0) bind(S_ISDIR(found.st_mode) ? NOWHERE : NOTHING, at);
        return;
    }
    default:
        errno = EINVAL;
        failed("make", path);
    }
}

static void each(void (*work)(char kind, char *at, char *path, const char *more)) {
    for (char *kind = next_field(); *kind != '.'; kind = next_field()) {
        char *path = next_field();
        work(*kind, below_root(path), path, strchr("lfrwoO", *kind) ? next_field() : NULL);
    }
}

static int change(const char *at, unsigned flags, struct attributes attributes) {
    return syscall(MOUNT_SETATTR_NUMBER, AT_FDCWD, at, flags, &attributes, sizeof attributes);
}

// Before Linux 5.12. What the host has forbidden (`noexec`) has to be said again.
static void change_one(const char *at, uint64_t clear) {
    struct statvfs now;
    if (statvfs(at, &now) != 0) failed("look at", at);
    static const struct { unsigned long is, flag; } kept[] = {
        {ST_NOEXEC, MS_NOEXEC},
        {ST_NOATIME, MS_NOATIME},
        {ST_NODIRATIME, MS_NODIRATIME},
        {ST_RELATIME, MS_RELATIME},
    };
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_NOSUID;
    for (size_t each = 0; each < sizeof kept / sizeof *kept; each++)
        if (now.f_flag & kept[each].is) flags |= kept[each].flag;
    if (!(clear & READ_ONLY)) flags |= MS_RDONLY;
    if (!(clear & NO_DEVICES)) flags |= MS_NODEV;
    if (mount(NULL, at, NULL, flags, NULL) != 0) failed("protect", at);
}

static uint64_t exception_of(const char *at) {
    for (struct exception *each = exceptions; each != NULL; each = each->next)
        if (strcmp(each->path, at) == 0) return each->clear;
    return 0;
}

// All is read-only and without devices, but for the exceptions.
static void protect(void) {
    if (change("root", WHOLE_TREE, (struct attributes){.set = READ_ONLY | NO_SETUID | NO_DEVICES}) == 0) {
        for (struct exception *each = exceptions; each != NULL; each = each->next)
            if (change(each->path, 0, (struct attributes){.clear = each->clear}) != 0) failed("open", each->path);
        return;
    }
    if (errno != ENOSYS || has_unknown) failed("protect", "the mounts");
    for (struct made *each = all_made; each != NULL; each = each->next)
        change_one(each->path, exception_of(each->path));
}

int make_world(void) {
    char nothing[] = NOTHING, nowhere[] = NOWHERE;
    mount_new("tmpfs", "root", MS_NOSUID | MS_NODEV, "mode=755");
    make_file(nothing, "");
    make_directory(nowhere);
    char *begin = this_field();
    each(prepare);
    go_back(begin);
    each(make_one);
    unlink(NOTHING);
    rmdir(NOWHERE);
    // Another mount of the same, which stays as it is.
    int proc = syscall(OPEN_TREE_NUMBER, AT_FDCWD, "root/proc", CLONE_TREE | O_CLOEXEC);
    if (proc < 0) failed("open", "/proc");
    protect();
    if (chdir("root") != 0 || syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
        failed("become", "a file system of its own");
    return proc;
}
