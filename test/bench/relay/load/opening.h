#pragma once
#include <stddef.h>

/* What a client sends first. */
struct opening {
  unsigned char bytes[1024];
  size_t length;
};

/* A ClientHello of 517 bytes, a common size, that names `host` (RFC 8446, 4.1.2; RFC 6066, 3; RFC 7685). */
void tls_opening(struct opening *to, const char *host);

/* PostgreSQL's SSLRequest: bytes that are neither TLS nor HTTP. */
void opaque_opening(struct opening *to);
