import type { Destination } from '../model/destination.ts'

/** `evil.test:443 (198.18.0.1)`, `[2001:db8::1]:4444`, `8.8.8.8:443/udp`, `DNS name evil.test`. Escape it where it is shown. */
export function destinationText({ name, address, port, transport, nameSource }: Destination): string {
  if (transport === 'stdio') return 'the conversation'
  if (nameSource === 'dns_query') return `DNS name ${name}`
  const host = name ?? (address?.includes(':') ? `[${address}]` : address) ?? 'unknown'
  const where = port === 0 ? host : `${host}:${port}`
  const at = name === null || address === null ? '' : ` (${address})`
  return transport === 'tcp' ? `${where}${at}` : `${where}/${transport}${at}`
}
