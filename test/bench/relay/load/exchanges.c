#include "exchanges.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Seconds from connect to first byte, or -1. Returns when the far side has closed too. */
static double exchange(const struct path *path) {
  double began = now();
  int fd = connect_path(path, ANSWER_AND_CLOSE);
  if (fd < 0) return -1;
  char byte;
  double took = -1;
  if (send_opening(path, fd) == 0 && recv(fd, &byte, 1, 0) == 1) {
    took = now() - began;
    while (recv(fd, &byte, 1, 0) > 0) continue;
  }
  close(fd);
  return took;
}

struct worker {
  const struct path *path;
  double until;
  long made, failed;
};

static void *work(void *argument) {
  struct worker *worker = argument;
  while (now() < worker->until) {
    if (exchange(worker->path) >= 0)
      worker->made++;
    else
      worker->failed++;
  }
  return NULL;
}

void connections(const struct path *path, double seconds, int at_once) {
  pthread_t threads[at_once];
  struct worker workers[at_once];
  double began = now();
  for (int i = 0; i < at_once; i++) {
    workers[i] = (struct worker){.path = path, .until = began + seconds};
    pthread_create(&threads[i], NULL, work, &workers[i]);
  }
  long made = 0, failed = 0;
  for (int i = 0; i < at_once; i++) {
    pthread_join(threads[i], NULL);
    made += workers[i].made;
    failed += workers[i].failed;
  }
  printf("{\"connections\":%ld,\"seconds\":%f,\"failed\":%ld}\n", made, now() - began, failed);
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return difference < 0 ? -1 : difference > 0;
}

void latency(const struct path *path, int count) {
  double *times = calloc((size_t)count, sizeof *times);
  int failed = 0, made = 0;
  for (int i = 0; i < count; i++) {
    double took = exchange(path);
    if (took < 0)
      failed++;
    else
      times[made++] = took * 1000;
  }
  qsort(times, (size_t)made, sizeof *times, ascending);
  double p50 = made > 0 ? times[made / 2] : -1;
  double p99 = made > 0 ? times[made * 99 / 100] : -1;
  printf("{\"p50\":%f,\"p99\":%f,\"failed\":%d}\n", p50, p99, failed);
  free(times);
}
