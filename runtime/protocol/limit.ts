/** Bytes from a connection's start within which its protocol must show: one ClientHello, one HTTP head. */
export const FIRST_BYTES_LIMIT = 65_536
