import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { createAuthority } from '../../../runtime/recorder/inspect/authority.ts'
import { createLeafMint } from '../../../runtime/recorder/inspect/leaf-mint.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { a } from '../../fixtures/internet/records.ts'
import { startInternet } from '../../fixtures/product/sandbox.ts'
import { placeStandIn, standInZones } from '../../fixtures/stand-in/place.ts'
import { type StandIn, standIn } from '../../fixtures/stand-in/stand-in.ts'

/** What no client should accept. All but the first are signed by an authority that the host trusts. */
export type BadCertificate = 'of an unknown authority' | 'expired' | 'for another name'

export interface InspectedWorld {
  readonly internet: Internet
  /** Behind every name. */
  readonly service: StandIn
  /** PEM of the authorities that the host trusts beside its system's. */
  readonly trusted: string
}

const YEAR_MS = 365 * 24 * 3_600_000

/** A small internet in which all names lead to one stand-in; those in `bad` by an address of their own. */
export async function inspectedWorld(
  names: readonly string[],
  bad: readonly { readonly name: string; readonly certificate: BadCertificate }[],
): Promise<InspectedWorld> {
  const places = bad.map((one, index) => ({ ...one, address: `203.0.113.${100 + index}` }))
  const own = Object.fromEntries(places.map(({ name, address }) => [name, [a(address)]]))
  const internet = await startInternet({ zones: { ...standInZones(...names), ...own } })
  const service = await placeStandIn(
    internet,
    standIn(() => ({ status: 200, body: {} })),
  )
  const [known, unknown] = await Promise.all([createAuthority(Date.now()), createAuthority(Date.now())])
  for (const { name, certificate, address } of places) {
    const clock = (): number => (certificate === 'expired' ? Date.now() - YEAR_MS : Date.now())
    const mint = createLeafMint(certificate === 'of an unknown authority' ? unknown : known, clock)
    const secureContext = await mint.contextFor(certificate === 'for another name' ? `other.${name}` : name)
    await internet.serve({ address, port: 443 }, (socket) => {
      service.serve(new TLSSocket(socket, { isServer: true, secureContext }))
    })
  }
  const trusted = join(dirname(internet.caFile), 'trusted.pem')
  writeFileSync(trusted, `${readFileSync(internet.caFile, 'utf8')}${known.certificate}`, { mode: 0o644 })
  return { internet, service, trusted }
}
