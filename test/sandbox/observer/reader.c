// Reads files by every way that goes past what a preloaded library would see. Linked statically.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void *in_thread(void *path) {
  open(path, O_RDONLY);
  return NULL;
}

static sem_t asked;

// Each name is used twice: when nothing is there yet, and when it is another link.
static char *link_of(long at, char *name) {
  sprintf(name, "link%ld", at / 2);
  return name;
}

// Moves a link each time that it is asked to, whenever nobody else wants to run.
static void *moving(void *times) {
  struct sched_param none = {0};
  sched_setscheduler(0, SCHED_IDLE, &none);
  for (long at = 1; at <= (long)times; at++) {
    char target[32], name[32];
    snprintf(target, sizeof target, "%ld", at);
    sem_wait(&asked);
    symlink(target, "next");
    rename("next", link_of(at, name));
  }
  return NULL;
}

// Looks where a link leads until it is where it was asked to be, on the same processor. Each target is read once.
static void race(long times) {
  char text[32], name[32];
  cpu_set_t all, one;
  pthread_t thread;
  int first = 0;
  sched_getaffinity(0, sizeof all, &all);
  while (!CPU_ISSET(first, &all)) first++;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  sched_setaffinity(0, sizeof one, &one);
  for (long at = 0; at <= times; at++) {
    snprintf(text, sizeof text, "%ld", at);
    int file = open(text, O_WRONLY | O_CREAT, 0600);
    write(file, text, strlen(text) + 1);
    close(file);
  }
  sem_init(&asked, 0, 0);
  pthread_create(&thread, NULL, moving, (void *)times);
  for (long at = 1; at <= times; at++) {
    sem_post(&asked);
    do {
      int file = open(link_of(at, name), O_RDONLY);
      read(file, text, sizeof text);
      close(file);
    } while (atol(text) != at);
  }
}

static void wait_all(void) {
  while (wait(NULL) > 0) {
  }
}

static struct sockaddr_in at_port(const char *port) {
  struct sockaddr_in host = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  host.sin_port = htons(atoi(port));
  return host;
}

static int listening(struct sockaddr_in *host) {
  int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  socklen_t size = sizeof *host;
  if (bind(socket_, (struct sockaddr *)host, size) || listen(socket_, 8)) exit(1);
  getsockname(socket_, (struct sockaddr *)host, &size);
  return socket_;
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
  if (!strcmp(how, "open_tree_attr")) syscall(467, AT_FDCWD, path, 0, NULL, 0);
#ifdef SYS_uselib
  if (!strcmp(how, "uselib")) syscall(SYS_uselib, path);
#endif
  // Each by the same name, and each once.
  if (!strcmp(how, "again")) {
    for (int at = 2; at < count; at++) {
      char name[32];
      int file = open(words[at], O_PATH);
      snprintf(name, sizeof name, "/proc/self/fd/%d", file);
      close(open(name, O_RDONLY));
      close(file);
    }
  }
  if (!strcmp(how, "target")) {
    char target[64];
    readlinkat(open(path, O_PATH | O_NOFOLLOW), "", target, sizeof target);
  }
  if (!strcmp(how, "number")) {
    char name[32];
    snprintf(name, sizeof name, "/proc/self/fd/%d", open(path, O_RDONLY));
    execl(name, name, NULL);
  }
  if (!strcmp(how, "race")) race(atol(path));
  // Over a link in a directory whose path is longer than any path may be.
  if (!strcmp(how, "deep")) {
    char name[201] = "";
    memset(name, 'x', 200);
    for (int left = 25; left > 0; left--) {
      mkdir(name, 0700);
      chdir(name);
    }
    symlink(path, "link");
    open("link", O_RDONLY);
  }
  // Takes in what loses its parents below what it starts.
  if (!strcmp(how, "adopt")) {
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    if (fork() == 0) execvp(words[2], words + 2);
  }
  if (!strcmp(how, "sibling") && syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0) {
    open(path, O_RDONLY);
    _exit(0);
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
  if (!strcmp(how, "children")) {
    for (int left = atoi(words[3]); left > 0; left--) {
      if (fork() == 0) _exit(open(path, O_RDONLY) < 0);
      wait(NULL);
    }
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
  if (!strcmp(how, "shm")) shmget(7, 8, IPC_CREAT | 0600);
  if (!strcmp(how, "sem")) semctl(0, 0, GETVAL);
  if (!strcmp(how, "msg")) msgget(IPC_PRIVATE, 0600);
  if (!strcmp(how, "mq")) syscall(SYS_mq_open, "a", O_RDWR | O_CREAT, 0600, NULL);
  if (!strcmp(how, "abstract")) {
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0name"};
    bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&name, sizeof name);
  }
  if (!strcmp(how, "datagram")) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    strcpy(name.sun_path, path);
    sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "", 1, 0, (struct sockaddr *)&name, sizeof name);
  }
  // To a port of its own, given or any, in vain before somebody listens there, and by a child.
  if (!strcmp(how, "talk")) {
    struct sockaddr_in host = at_port(path);
    listening(&host);
    if (fork() == 0) _exit(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&host, sizeof host));
  }
  if (!strcmp(how, "listen")) {
    struct sockaddr_in host = at_port(path);
    listening(&host);
    puts("listens");
    fflush(stdout);
    sleep(60);
  }
  if (!strcmp(how, "packet")) {
    struct sockaddr_in host = at_port(path);
    struct iovec part = {"", 1};
    struct msghdr message = {&host, sizeof host, &part, 1};
    sendmsg(socket(AF_INET, SOCK_DGRAM, 0), &message, 0);
  }
  if (!strcmp(how, "kill")) kill(atoi(path), 0);
  if (!strcmp(how, "signal")) raise(atoi(path));
  wait_all();
  return 0;
}
