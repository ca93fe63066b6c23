/*
 * The far end: far-server BASE_PORT, with a service at each of three ports (path.h). Threads wait in accept, as many
 * as there are ever connections. For each line it reads, it tells what the last service took since the line before.
 */
#include "path.h"
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 64, CHUNK = 256 * 1024 };

static atomic_llong taken, first_us, last_us;

static void answer_and_close(int fd) {
  char bytes[1024];
  if (recv(fd, bytes, sizeof bytes, 0) > 0) send(fd, "!", 1, MSG_NOSIGNAL);
}

static void send_forever(int fd) {
  static const char zeros[CHUNK];
  char byte;
  if (recv(fd, &byte, 1, 0) != 1) return;
  while (send(fd, zeros, CHUNK, MSG_NOSIGNAL) > 0) continue;
}

static void take_all(int fd) {
  ssize_t got;
  while ((got = recv(fd, NULL, CHUNK, MSG_TRUNC)) > 0) {
    long long at = (long long)(now() * 1e6), none = 0;
    atomic_compare_exchange_strong(&first_us, &none, at);
    atomic_store(&last_us, at);
    atomic_fetch_add(&taken, got);
  }
}

struct listener {
  int fd;
  void (*serve)(int);
};

static void *accept_always(void *argument) {
  const struct listener *listener = argument;
  for (;;) {
    int fd = accept(listener->fd, NULL, NULL);
    if (fd < 0) continue;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    listener->serve(fd);
    close(fd);
  }
  return NULL;
}

static int listen_at(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 4096) != 0) {
    perror("listen");
    exit(1);
  }
  return fd;
}

int main(int argc, char **argv) {
  int base = argc > 1 ? atoi(argv[1]) : 0;
  static struct listener listeners[] = {{.serve = answer_and_close}, {.serve = send_forever}, {.serve = take_all}};
  for (int service = 0; service < 3; service++) {
    listeners[service].fd = listen_at(base + service);
    for (int i = 0; i < THREADS; i++) {
      pthread_t thread;
      pthread_create(&thread, NULL, accept_always, &listeners[service]);
    }
  }
  char line[64];
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin) != NULL) {
    long long from = atomic_exchange(&first_us, 0), to = atomic_exchange(&last_us, 0);
    printf("{\"bytes\":%lld,\"seconds\":%f}\n", atomic_exchange(&taken, 0), (double)(to - from) / 1e6);
  }
  return 0;
}
