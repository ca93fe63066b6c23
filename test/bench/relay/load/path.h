#pragma once
#include "opening.h"
#include <netinet/in.h>

/* How the far server is reached. */
struct path {
  const char *host;
  struct in_addr address;
  int base_port;
  int proxy_port; /* of an HTTP proxy on 127.0.0.1 that is asked to CONNECT; 0 for none */
  struct opening opening;
};

/* The far server's services, each at base_port plus its number. */
enum service { ANSWER_AND_CLOSE, SEND_FOREVER, TAKE_ALL };

/* A connection to the service, with nothing sent to it yet; -1 when it could not be had. */
int connect_path(const struct path *path, enum service service);

/* Sends the first bytes; 0 when all were taken. */
int send_opening(const struct path *path, int fd);

/* Seconds of a clock that never goes back. */
double now(void);
