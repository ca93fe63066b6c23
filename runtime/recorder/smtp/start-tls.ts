import { denied } from '../../model/verdict.ts'
import { alertForFlow } from '../../policy/alerts.ts'
import { alertForCertificate } from '../../policy/request-alerts.ts'
import { endClientTls } from '../inspect/client-tls.ts'
import { passesUnread } from '../inspect/handling.ts'
import type { Session } from '../inspect/inspector.ts'
import type { FlowToRead } from '../inspect/read-flow.ts'
import type { StartTls } from './connection.ts'

/** As for TLS from the first byte on, in the middle of a connection: what comes to nothing is its end. */
export function startTls(session: Session, { flow, name, judgement }: FlowToRead): StartTls {
  const { context, mint, upstream: tls, unread } = session
  return async ({ client, upstream }, end, ready) => {
    const far = await tls.secure(upstream, name, [])
    if (!far.ok) {
      if (far.certificate) {
        end.deny('upstream-certificate')
        await context.record({ kind: 'alert', alert: alertForCertificate(context.server, flow, far.code) })
      } else end.cut(`no TLS with the destination (${far.code})`)
      return null
    }
    const secureContext = await mint.contextFor(name)
    ready()
    const near = await endClientTls(client, Buffer.alloc(0), secureContext, null)
    if (near.ok) return { client: near.socket, upstream: far.socket }
    far.socket.destroy()
    if (passesUnread(judgement.inspect, context.mode)) {
      // The next ones, that is: by now this one is lost.
      unread.add(name)
      end.cut(near.cause)
      return null
    }
    end.deny('inspection-refused')
    const alert = alertForFlow(context.server, { ...flow, ...denied('inspection-refused') })
    if (alert !== null) await context.record({ kind: 'alert', alert })
    return null
  }
}
