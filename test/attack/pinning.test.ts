import { type InspectedPlace, inspectedFamily } from './rig/inspected.ts'
import { NO_INSPECTION } from './rig/patches.ts'

/** Clients that do not take the session's word for who the host is. */
const CLIENTS: Readonly<Record<string, (at: InspectedPlace) => string>> = {
  'curl with a list of its own': ({ host, mark }) =>
    `curl -sS -m 10 --cacert ../ca.pem --capath /nowhere https://${host}/${mark} -d secret`,
  'Node with a list of its own': ({ host, mark }) => {
    const head = `GET /${mark} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
    return `echo ${Buffer.from(head).toString('hex')} | node $KIT/tls.cjs ${host} 443 ca=../ca.pem`
  },
}

inspectedFamily({
  control: NO_INSPECTION,
  attacks: Object.entries(CLIENTS).map(([title, script]) => ({
    row: 32,
    title,
    script,
    denied: { in: 'flows', reason: 'inspection-refused', alerts: ['denied_destination'] },
  })),
})
