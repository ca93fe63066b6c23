import { escapeText } from '../../runtime/model/text.ts'
import { type DnsLine, readDns } from '../../runtime/store/read/dns.ts'
import type { CommonOptions } from './common-options.ts'
import { type Column, layOut } from './layout.ts'
import { listRows } from './listing.ts'
import { lineWidth } from './output.ts'
import { safeJson } from './safe-json.ts'
import { isoTime, shortTime } from './words.ts'

export interface DnsCommand extends CommonOptions {
  readonly server: string
  readonly since?: number
  readonly format: 'table' | 'jsonl'
}

const COLUMNS: readonly Column[] = [
  { title: 'ASKED', width: 11 },
  { title: '', width: 7 },
  { title: 'NAME', width: 38, flexible: true },
  { title: 'TYPE', width: 6 },
  { title: 'RESOLVER', width: 16 },
  { title: 'ANSWER', width: 12 },
]

/** `egress dns`: one line a query, oldest first. */
export async function dns({ store, now, server, since = 0, format }: DnsCommand): Promise<number> {
  const width = lineWidth()
  return listRows({ store, server, now }, ({ db }) => readDns(db, since), {
    header: format === 'table' ? layOut(COLUMNS, [], { width }).header : null,
    line: (query, history) =>
      format === 'table'
        ? (layOut(COLUMNS, [cells(query, now)], { width }).lines[0] ?? '')
        : safeJson(dnsJson(history.server, query)),
  })
}

function dnsJson(server: string, query: DnsLine): unknown {
  const { id, session, phase, at, name, type, transport, resolver, declaration, action, reason } = query
  const { rcode, answers, answeredAt } = query
  return {
    ...{ id, server, session, phase, at: isoTime(at), name, type, transport, resolver },
    ...{ declaration, action, reason, rcode, answers },
    answeredAt: answeredAt === null ? null : isoTime(answeredAt),
  }
}

function cells({ at, action, name, type, resolver, rcode, answers }: DnsLine, now: number): string[] {
  const answer = [rcode ?? 'none', ...answers].map((part) => escapeText(part, 60)).join(' ')
  return [
    shortTime(at, now),
    action,
    escapeText(name === '' ? '.' : name, 260),
    escapeText(type, 20),
    escapeText(resolver, 50),
    answer,
  ]
}
