import { ClientTexts } from '../provenance/client-texts.ts'
import type { GivenValues } from '../provenance/given-values.ts'
import { ServerTexts } from '../provenance/server-texts.ts'
import type { Overhear } from './bridge-types.ts'

/** For the bridge: what either side says is given, the server's words as its own. */
export function overhearValues(given: Pick<GivenValues, 'give'>): Overhear {
  const client = new ClientTexts((texts) => given.give('call-arguments', texts))
  const server = new ServerTexts((text) => given.give('server', [text]))
  return { fromClient: (bytes) => client.push(bytes), fromServer: (bytes) => server.push(bytes) }
}
