#include "opening.h"
#include <string.h>

enum { RECORD_BYTES = 517 };

static unsigned char *put16(unsigned char *at, size_t value) {
  *at++ = (unsigned char)(value >> 8);
  *at++ = (unsigned char)value;
  return at;
}

static unsigned char *put(unsigned char *at, const void *bytes, size_t length) {
  memcpy(at, bytes, length);
  return at + length;
}

void tls_opening(struct opening *to, const char *host) {
  size_t name = strlen(host);
  unsigned char *at = to->bytes;
  memset(to->bytes, 0, sizeof to->bytes);
  at = put(at, "\x16\x03\x01", 3);
  at = put16(at, RECORD_BYTES - 5);
  at = put(at, "\x01\x00", 2);
  at = put16(at, RECORD_BYTES - 9);
  at = put(at, "\x03\x03", 2);
  memset(at, 0x5a, 32); /* random */
  at += 32;
  *at++ = 32; /* session id */
  memset(at, 0xa5, 32);
  at += 32;
  at = put(at, "\x00\x04\x13\x01\x13\x02", 6); /* cipher suites */
  at = put(at, "\x01\x00", 2);                 /* no compression */
  unsigned char *extensions = at;
  at += 2;
  at = put16(at, 0); /* server_name */
  at = put16(at, name + 5);
  at = put16(at, name + 3);
  *at++ = 0;
  at = put16(at, name);
  at = put(at, host, name);
  at = put(at, "\x00\x10\x00\x0e\x00\x0c\x02h2\x08http/1.1", 18); /* alpn */
  at = put(at, "\x00\x2b\x00\x03\x02\x03\x04", 7);                /* supported_versions */
  size_t padding = RECORD_BYTES - (size_t)(at - to->bytes) - 4;
  at = put16(at, 21);
  put16(at, padding);
  put16(extensions, (size_t)(to->bytes + RECORD_BYTES - extensions) - 2);
  to->length = RECORD_BYTES;
}

void opaque_opening(struct opening *to) {
  memcpy(to->bytes, "\x00\x00\x00\x08\x04\xd2\x16\x2f", 8);
  to->length = 8;
}
