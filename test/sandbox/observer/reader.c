// Reads files by every way that goes past what a preloaded library would see. Linked statically.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void *in_thread(void *path) {
  open(path, O_RDONLY);
  return NULL;
}

static void wait_all(void) {
  while (wait(NULL) > 0) {
  }
}

int main(int count, char **words) {
  const char *how = words[1];
  char *path = count > 2 ? words[2] : NULL;
  if (!strcmp(how, "open")) syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
  if (!strcmp(how, "openat2")) {
    unsigned long long details[3] = {O_RDONLY, 0, 0};
    syscall(437, AT_FDCWD, path, details, sizeof details);
  }
  if (!strcmp(how, "dirfd")) openat(open(path, O_RDONLY | O_DIRECTORY), words[3], O_RDONLY);
  if (!strcmp(how, "statx")) {
    char buffer[256];
    syscall(SYS_statx, AT_FDCWD, path, 0, 0xfff, buffer);
    syscall(SYS_statx, 0, NULL, 0, 0xfff, buffer);
  }
  if (!strcmp(how, "thread")) {
    pthread_t thread;
    pthread_create(&thread, NULL, in_thread, path);
    pthread_join(thread, NULL);
  }
  if (!strcmp(how, "vfork") && vfork() == 0) {
    execl(words[0], words[0], "open", path, NULL);
    _exit(1);
  }
  if (!strcmp(how, "spawn")) {
    char *const argv[] = {words[0], "open", path, NULL};
    pid_t child;
    posix_spawn(&child, words[0], NULL, NULL, argv, environ);
  }
  // The one that reads has lost its parents before it makes its first call.
  if (!strcmp(how, "orphan")) {
    int ends[2];
    pipe(ends);
    if (fork() == 0) {
      if (fork() == 0) {
        while (getppid() == getpid()) {
        }
        usleep(300000);
        open(path, O_RDONLY);
        write(ends[1], "", 1);
        _exit(0);
      }
      _exit(0);
    }
    char byte;
    read(ends[0], &byte, 1);
  }
  // A path that crosses from one page of memory to the next.
  if (!strcmp(how, "pages")) {
    char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    open(strcpy(pages + 4092, path), O_RDONLY);
  }
  if (!strcmp(how, "forks")) {
    for (int left = atoi(words[3]); left > 0; left--) {
      if (fork() == 0) _exit(0);
      wait(NULL);
    }
    open(path, O_RDONLY);
  }
  if (!strcmp(how, "mounts")) unshare(CLONE_NEWUSER | CLONE_NEWNS);
  if (!strcmp(how, "io_uring")) {
    char parameters[120] = {0};
    printf("%ld\n", syscall(425, 1, parameters) < 0 ? 0L : 1L);
  }
  if (!strcmp(how, "connect")) {
    struct sockaddr_in host = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&host, sizeof host);
  }
  if (!strcmp(how, "signal")) raise(atoi(path));
  wait_all();
  return 0;
}
