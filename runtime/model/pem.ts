const CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g

/** The certificates in texts of any origin, each once, as base64 of their DER. What is no certificate is left out. */
export function certificatesIn(texts: readonly string[]): readonly string[] {
  const found = texts.flatMap((text) =>
    [...text.matchAll(CERTIFICATE)].map(([, body = '']) => body.replace(/\s/g, '')),
  )
  return [...new Set(found)]
}

/** RFC 7468, 2: lines of 64 characters. */
export function pemOf(certificates: readonly string[]): string {
  return certificates
    .map((body) => body.match(/.{1,64}/g)?.join('\n'))
    .map((lines) => `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`)
    .join('')
}
