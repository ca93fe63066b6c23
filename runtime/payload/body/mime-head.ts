export type HeaderPair = readonly [name: string, value: string]

/** The header fields of a mail or a part (RFC 5322, 2.2), unfolded. A line that is none belongs to the one before. */
export function mimeHead(block: string): HeaderPair[] {
  const fields: [string, string][] = []
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, name, value = ''] = FIELD.exec(line) ?? []
    const last = fields.at(-1)
    if (name !== undefined) fields.push([name, value])
    else if (last !== undefined) last[1] += ` ${line.trim()}`
  }
  return fields.slice(0, MAX_FIELDS)
}

/** Of the first field of that name, or empty. */
export function headerValue(fields: readonly HeaderPair[], name: string): string {
  return fields.find(([one]) => one.toLowerCase() === name)?.[1] ?? ''
}

/** Whether a text begins like a mail: two header fields, one of them a mail's own. */
export function looksLikeMail(text: string): boolean {
  return MAIL.test(text) && MAIL_FIELD.test(text.slice(0, 8192))
}

const MAX_FIELDS = 512
const FIELD = /^([\w!#$%&'*+.^`|~-]{1,76})[ \t]*:[ \t]*(.*)$/
const MAIL = /^[A-Za-z][\w-]{0,75}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n[A-Za-z][\w-]{0,75}:/
const MAIL_FIELD = /^(?:mime-version|content-type|from|to|subject|message-id|bcc|cc|date):/im
