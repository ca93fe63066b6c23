import { isRecipient } from '../name-roles.ts'

/**
 * Whether the text before a value says that something is sent there: `RCPT TO:<`, `<Bcc>`, `<to><email>`, `bcc: ["a@b.test",
 * "`. Looks back 512 characters at most.
 */
export function namedBefore(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - LOOK_BACK), at)
  return isRecipient(openTags(before), false) || isRecipient(lastName(before), false)
}

const LOOK_BACK = 512

/** The XML elements that a place is in, as far as they begin within this text. */
function openTags(before: string): string[] {
  const open: string[] = []
  for (const [, closes, name = '', empty] of before.matchAll(TAG)) {
    if (closes === '/') {
      const at = open.lastIndexOf(name)
      if (at >= 0) open.length = at
    } else if (empty !== '/') open.push(name)
  }
  return open.map((name) => name.slice(name.indexOf(':') + 1))
}

const TAG = /<(\/?)([A-Za-z][\w:.-]{0,63})(?:\s[^<>]{0,255}?)?(\/?)>/g

/** `name:` or `name=` before it, with other values of a list in between. */
function lastName(before: string): string[] {
  const name = /([A-Za-z][\w-]{0,63})["']?\s{0,8}[:=]\s{0,8}(?:[^:={}().]|\.(?!\s)|=\?)*$/.exec(
    before.slice(-256),
  )?.[1]
  return name === undefined || name.toLowerCase() === 'mailto' ? [] : [name]
}
