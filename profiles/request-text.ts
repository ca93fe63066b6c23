import type { RequestRule } from '../runtime/model/profile.ts'
import { plainPath } from '../runtime/policy/request-path.ts'
import type { Checked } from './host-pattern.ts'
import { shown } from './problem.ts'

/** `GET /stats/**`, `GET,HEAD /server`, `* /files/*`. */
export function checkRequest(text: string): Checked<RequestRule> {
  const [, methods, path] = /^(\S+) +(\S+)$/.exec(text) ?? []
  if (methods === undefined || path === undefined) {
    return no(`\`${shown(text)}\` is no request`, 'a method and a path: `POST /email`, `GET,HEAD /files/**`')
  }
  const names = methods === '*' ? [] : methods.split(',')
  const wrong = names.find((name) => !METHOD.test(name))
  if (wrong !== undefined) {
    const capitals = wrong.toUpperCase()
    const hint = METHOD.test(capitals)
      ? `\`${capitals}\`: methods are in capitals`
      : '`GET`, `POST`; `*` for any'
    return no(`\`${shown(wrong)}\` is no method`, hint)
  }
  const checked = checkPath(path)
  return checked.ok ? { ok: true, value: { methods: names, paths: [checked.value] } } : checked
}

const METHOD = /^[A-Z][A-Z-]{0,31}$/

/** A pattern of a path: `*` for one segment, a last `**` for any rest. */
export function checkPath(path: string): Checked<string> {
  if (!path.startsWith('/')) return no(`\`${shown(path)}\` is no path`, `\`/${shown(path)}\``)
  if (path.includes('?')) return no('a query cannot be declared', `\`${shown(path.split('?')[0] ?? '')}\``)
  const segments = path.split('/')
  const bad = segments.find((segment) => segment.includes('*') && segment !== '*' && segment !== '**')
  if (bad !== undefined)
    return no(`\`${shown(bad)}\`: \`*\` stands for a whole segment`, '`/files/*/versions`')
  if (segments.slice(0, -1).includes('**')) return no('`**` stands at the end alone', '`/files/**`')
  const plain = plainPath(path)
  if (plain === null)
    return no(`\`${shown(path)}\` can be read in more than one way`, 'a plain path: `/files/*`')
  return { ok: true, value: plain }
}

function no(message: string, hint: string): Checked<never> {
  return { ok: false, message, hint }
}
