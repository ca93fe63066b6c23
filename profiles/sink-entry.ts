import { GIVEN_SOURCES, type GivenSource } from '../runtime/model/payload.ts'
import type { EgressRule, SinkRule } from '../runtime/model/profile.ts'
import { nameFits } from '../runtime/policy/name-fits.ts'
import { type Checked, checkHost } from './host-pattern.ts'
import { type Path, type Problem, shown } from './problem.ts'
import { checkPath } from './request-text.ts'
import type { RawSink } from './schema.ts'

/** What a sink takes where it does not say: everything but the server's own word. */
const DEFAULT_ALLOW: readonly GivenSource[] = GIVEN_SOURCES.filter((source) => source !== 'server')

/** One entry of `sinks`, or what is wrong with it. */
export function sinkRule(entry: RawSink, path: Path): { sink: SinkRule; problems: Problem[] } {
  const problems: Problem[] = []
  const check = (field: string, checked: Checked<string>): string => {
    if (checked.ok) return checked.value
    problems.push({ path: [...path, field], message: checked.message, hint: checked.hint })
    return ''
  }
  const methods = entry.method === undefined ? [] : [entry.method].flat()
  const sink: SinkRule = {
    host: check('host', checkHost(entry.host)),
    methods: methods.map((method) => method.toUpperCase()),
    path: check('path', checkPath(entry.path ?? '/**')),
    field: check('field', checkField(entry.field)),
    values: entry.values ?? 'destinations',
    allow: entry.allow ?? DEFAULT_ALLOW,
    onUnexplained: entry.onUnexplained ?? 'flag',
  }
  return { sink, problems }
}

/** `/To`, `/Messages/0/Bcc`, two stars for anywhere, `header:reply-to`, `query:to`, `path:2`. */
function checkField(text: string): Checked<string> {
  if (/^(?:header|query):[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(text))
    return { ok: true, value: text.toLowerCase() }
  if (/^path:[1-9]\d?$/.test(text)) return { ok: true, value: text }
  const pointer = text === '**' ? '/**' : text
  if (!pointer.startsWith('/')) {
    const hint = `a JSON pointer: \`/${shown(text)}\`; \`"**"\` for anywhere; \`header:NAME\`, \`query:NAME\`, \`path:2\``
    return { ok: false, message: `\`${shown(text)}\` is no field`, hint }
  }
  if (/~(?![01])/.test(pointer)) {
    return {
      ok: false,
      message: 'has a `~` that stands for nothing',
      hint: '`~0` for ~ and `~1` for / (RFC 6901)',
    }
  }
  return { ok: true, value: pointer === '/**' ? '**' : pointer }
}

/**
 * A sink is worth what is read of its host: null where its host is inspected as it needs. `first` is the index of the
 * first sink that this file says.
 */
export function sinkProblem(sink: SinkRule, egress: readonly EgressRule[], index: number): Problem | null {
  const rules = egress.filter((rule) => rule.kind === 'host' && covers(rule.host, sink.host))
  const read = rules.filter((rule) => rule.kind === 'host' && rule.inspect !== 'no')
  const at = { path: ['sinks', index, 'host'] }
  if (read.length === 0) {
    const hint = `an entry of egress for ${shown(sink.host)} with \`inspect: required\``
    return { ...at, message: 'nothing that goes to this host is read', hint }
  }
  const certain = read.every((rule) => rule.kind === 'host' && rule.inspect === 'required')
  if (sink.onUnexplained === 'flag' || certain) return null
  const hint = '`inspect: required` in its entry of egress, or `onUnexplained: flag`'
  return { ...at, message: 'cannot block: a client that refuses inspection is let through', hint }
}

function covers(rule: string, host: string): boolean {
  return (
    rule === host ||
    (!host.startsWith('*.') && nameFits(rule, host)) ||
    (host.startsWith('*.') && nameFits(rule, host.slice(2)))
  )
}
