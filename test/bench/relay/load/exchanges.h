#pragma once
#include "path.h"

/* New connections, `at_once` at a time, for so long: each is made, gets one byte, and is ended by the far side. */
void connections(const struct path *path, double seconds, int at_once);

/* `count` connections one after the other: milliseconds from the connect to the first byte. */
void latency(const struct path *path, int count);
