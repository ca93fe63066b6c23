#include "path.h"
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int ask_proxy(int fd, const char *host, int port) {
  char text[512];
  int length = snprintf(text, sizeof text, "CONNECT %s:%d HTTP/1.1\r\nHost: %s:%d\r\n\r\n", host, port, host, port);
  if (send(fd, text, (size_t)length, MSG_NOSIGNAL) != length) return -1;
  size_t have = 0;
  while (have < sizeof text - 1) {
    ssize_t got = recv(fd, text + have, sizeof text - 1 - have, 0);
    if (got <= 0) return -1;
    have += (size_t)got;
    text[have] = 0;
    if (strstr(text, "\r\n\r\n") != NULL) return strncmp(text + 8, " 200", 4) == 0 ? 0 : -1;
  }
  return -1;
}

int connect_path(const struct path *path, enum service service) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int port = path->base_port + (int)service;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = path->address, .sin_port = htons((uint16_t)port)};
  if (path->proxy_port != 0) {
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((uint16_t)path->proxy_port);
  }
  struct timeval patience = {.tv_sec = 10};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
      (path->proxy_port == 0 || ask_proxy(fd, path->host, port) == 0))
    return fd;
  close(fd);
  return -1;
}

int send_opening(const struct path *path, int fd) {
  ssize_t sent = send(fd, path->opening.bytes, path->opening.length, MSG_NOSIGNAL);
  return sent == (ssize_t)path->opening.length ? 0 : -1;
}

double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}
