/** On the host, when mcp-run is root: an id of no account (Debian gives 60000-64999 to packages on demand). */
export const DEDICATED_ID = 64877
