/*
 * The load: generator HOST BASE_PORT tls|opaque [PROXY_PORT]
 * Reads a command a line, and answers each with a line of JSON when it is done:
 *   connections SECONDS AT_ONCE | latency COUNT 0 | download SECONDS STREAMS | upload SECONDS STREAMS
 */
#include "exchanges.h"
#include "path.h"
#include "streams.h"
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int resolve(const char *host, struct in_addr *address) {
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(host, NULL, &hints, &found) != 0) return -1;
  *address = ((struct sockaddr_in *)found->ai_addr)->sin_addr;
  freeaddrinfo(found);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  struct path path = {.host = argv[1], .base_port = atoi(argv[2]), .proxy_port = argc > 4 ? atoi(argv[4]) : 0};
  if (strcmp(argv[3], "tls") == 0)
    tls_opening(&path.opening, path.host);
  else
    opaque_opening(&path.opening);
  if (path.proxy_port == 0 && resolve(path.host, &path.address) != 0) {
    fprintf(stderr, "%s has no address\n", path.host);
    return 1;
  }
  char line[256], command[32];
  double amount;
  int width;
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "%31s %lf %d", command, &amount, &width) != 3) return 2;
    if (strcmp(command, "connections") == 0)
      connections(&path, amount, width);
    else if (strcmp(command, "latency") == 0)
      latency(&path, (int)amount);
    else if (strcmp(command, "download") == 0)
      download(&path, amount, width);
    else if (strcmp(command, "upload") == 0)
      upload(&path, amount, width);
    else
      return 2;
  }
  return 0;
}
