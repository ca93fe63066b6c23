#pragma once
#include "path.h"

/* Bytes received from the far server in so long, over so many connections. */
void download(const struct path *path, double seconds, int streams);

/* Sends for so long; how much of it arrived is the far server's to tell. */
void upload(const struct path *path, double seconds, int streams);
