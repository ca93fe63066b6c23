#include "streams.h"
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024 };

struct stream {
  const struct path *path;
  enum service service;
  double seconds;
  pthread_barrier_t *all_connected;
  double bytes;
  int failed;
};

/* MSG_TRUNC: the bytes are counted and dropped by the kernel, so that this end is not what is measured (tcp(7)). */
static void receive(struct stream *stream, int fd, double until) {
  ssize_t got;
  while ((got = recv(fd, NULL, CHUNK, MSG_TRUNC)) > 0) {
    if (now() >= until) break;
    stream->bytes += (double)got;
  }
  stream->failed = got <= 0;
}

static void transmit(struct stream *stream, int fd, double until) {
  static const char zeros[CHUNK];
  while (now() < until) {
    ssize_t sent = send(fd, zeros, CHUNK, MSG_NOSIGNAL);
    if (sent <= 0) {
      stream->failed = 1;
      return;
    }
    stream->bytes += (double)sent;
  }
  shutdown(fd, SHUT_WR);
  char byte;
  while (recv(fd, &byte, 1, 0) > 0) continue;
}

static void *carry(void *argument) {
  struct stream *stream = argument;
  int fd = connect_path(stream->path, stream->service);
  pthread_barrier_wait(stream->all_connected);
  stream->failed = 1;
  if (fd < 0) return NULL;
  double until = now() + stream->seconds;
  if (send_opening(stream->path, fd) == 0) {
    stream->failed = 0;
    (stream->service == SEND_FOREVER ? receive : transmit)(stream, fd, until);
  }
  close(fd);
  return NULL;
}

static void run(const struct path *path, enum service service, double seconds, int streams) {
  pthread_t threads[streams];
  struct stream all[streams];
  pthread_barrier_t all_connected;
  pthread_barrier_init(&all_connected, NULL, (unsigned)streams);
  for (int i = 0; i < streams; i++) {
    all[i] = (struct stream){.path = path, .service = service, .seconds = seconds, .all_connected = &all_connected};
    pthread_create(&threads[i], NULL, carry, &all[i]);
  }
  double bytes = 0;
  int failed = 0;
  for (int i = 0; i < streams; i++) {
    pthread_join(threads[i], NULL);
    bytes += all[i].bytes;
    failed += all[i].failed;
  }
  printf("{\"bytes\":%.0f,\"seconds\":%f,\"failed\":%d}\n", bytes, seconds, failed);
}

void download(const struct path *path, double seconds, int streams) { run(path, SEND_FOREVER, seconds, streams); }

void upload(const struct path *path, double seconds, int streams) { run(path, TAKE_ALL, seconds, streams); }
