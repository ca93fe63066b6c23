/**
 * A request target's path as it may be stored: the names of query and path parameters stay, their values go
 * (`/a?x=1` gives `/a?x=`), and segments that look like secrets become `{…}`. Scheme, authority and fragment are
 * left out. At most 1024 characters.
 */
export function redactedPath(target: string): string {
  const bare = target.replace(SCHEME_AND_AUTHORITY, '').replace(FRAGMENT, '')
  const mark = bare.indexOf('?')
  const path = mark === -1 ? bare : bare.slice(0, mark)
  const segments = path.split('/').map(redactSegment).join('/')
  const query =
    mark === -1
      ? ''
      : `?${bare
          .slice(mark + 1)
          .split('&')
          .map(redactParameter)
          .join('&')}`
  const text = segments + query
  return text.length <= MAX_PATH ? text : `${text.slice(0, MAX_PATH - 1)}…`
}

const MAX_PATH = 1024
const SCHEME_AND_AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i
const FRAGMENT = /#.*$/s
const REDACTED = '{…}'

function redactSegment(segment: string): string {
  const [head = '', ...parameters] = segment.split(';')
  return [looksSecret(head) ? REDACTED : head, ...parameters.map(redactParameter)].join(';')
}

function redactParameter(parameter: string): string {
  const equals = parameter.indexOf('=')
  const name = equals === -1 ? parameter : parameter.slice(0, equals)
  return (looksSecret(name) ? REDACTED : name) + (equals === -1 ? '' : '=')
}

/**
 * Words, dates, versions and numbers are short runs of letters or of digits; keys are long runs of both mixed.
 * Percent signs count as breaks, so a path in another script is no secret.
 */
export function looksSecret(text: string): boolean {
  if (text.length > 32 && /^[0-9a-f-]+$/i.test(text)) return true
  return text
    .replace(/%[0-9a-f]{2}/gi, ' ')
    .split(/[^0-9A-Za-z]+/)
    .some(isLongRun)
}

function isLongRun(run: string): boolean {
  if (/^[A-Za-z]*$/.test(run)) return run.length > 32
  if (/^[0-9]*$/.test(run)) return run.length > 20
  return run.length > 12
}
