/** What a text says once the escapes of one kind are undone; null where it has none. Each takes linear time. */
export type Undo = (text: string) => string | null

/** `%40`, and IIS's `%u0040` (its UTF-8 may be broken: then it is replaced). */
export const percent: Undo = (text) => {
  if (!text.includes('%') || !PERCENT.test(text)) return null
  return text
    .replace(WIDE_PERCENT, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(PERCENTS, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}

/** `\u0040`, `\x40`, `\100`, a backslash before any other character, and one that goes on in the next line (YAML 1.2, 7.3.1). */
export const backslash: Undo = (text) => {
  if (!text.includes('\\')) return null
  return text.replace(BACKSLASH, (_, hex?: string, octal?: string, other?: string) => {
    if (hex !== undefined) return codePoint(Number.parseInt(hex.replace(/[{}]/g, '').slice(1), 16))
    if (octal !== undefined) return codePoint(Number.parseInt(octal, 8))
    if (other === undefined) return ''
    return BLANKS.has(other) ? ' ' : other
  })
}

/** `&#64;`, `&#x40`, `&commat;` */
export const entities: Undo = (text) => {
  if (!text.includes('&') || !ENTITY.test(text)) return null
  return text.replace(ENTITIES, (written, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return codePoint(Number.parseInt(hex, 16))
    if (decimal !== undefined) return codePoint(Number.parseInt(decimal, 10))
    return NAMED[name?.toLowerCase() ?? ''] ?? written
  })
}

/** RFC 2045, 6.7. Every `=` must be part of it, or it is some other text. */
export const quotedPrintable: Undo = (text) => {
  if (!text.includes('=') || STRAY_EQUALS.test(text) || !/=[0-9A-Fa-f]{2}|=\r?\n/.test(text)) return null
  return quotedBytes(text)
}

export function quotedBytes(text: string): string {
  return text
    .replace(/=[ \t]*\r?\n/g, '')
    .replace(/(?:=[0-9A-Fa-f]{2})+/g, (run) => utf8OrLatin(Buffer.from(run.replaceAll('=', ''), 'hex')))
}

/** `=?utf-8?B?…?=` (RFC 2047); the blanks between two of them are none. */
export const encodedWords: Undo = (text) => {
  if (!text.includes('=?') || !WORD.test(text)) return null
  return text
    .replace(/\?=\s+(?==\?)/g, '?=')
    .replace(WORDS, (_, charset: string, form: string, content: string) => {
      const bytes = /b/i.test(form)
        ? Buffer.from(content, 'base64')
        : Buffer.from(qBytes(content.replaceAll('_', ' ')), 'latin1')
      return decodeCharset(bytes, charset)
    })
}

/** Of a charset that is not known: as UTF-8. */
export function decodeCharset(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return bytes.toString('utf8')
  }
}

/**
 * What XML has within a text and a reader of it does not see: comments, instructions, the marks of CDATA; and entities
 * of its own (`<!ENTITY at "@">`).
 */
export const markup: Undo = (text) => {
  if (!text.includes('<') || !MARKUP.test(text)) return null
  const own = new Map<string, string>()
  for (const [, name = '', , value = ''] of text.matchAll(OWN_ENTITY)) if (own.size < 64) own.set(name, value)
  const plain = withoutSpans(withoutSpans(text, '<!--', '-->'), '<?', '?>').replace(CDATA, '')
  return own.size === 0
    ? plain
    : plain.replace(NAMED_ENTITY, (written, name: string) => own.get(name) ?? written)
}

function withoutSpans(text: string, open: string, close: string): string {
  let plain = ''
  let from = 0
  for (let at = text.indexOf(open); at >= 0; at = text.indexOf(open, from)) {
    const end = text.indexOf(close, at + open.length)
    if (end < 0) break
    plain += text.slice(from, at)
    from = end + close.length
  }
  return plain + text.slice(from)
}

const PERCENT = /%u?[0-9a-f]{2}/i
const WIDE_PERCENT = /%u([0-9a-f]{4})/gi
const PERCENTS = /(?:%[0-9a-f]{2})+/gi
const BACKSLASH =
  /\\(?:(u\{[0-9a-f]{1,6}\}|u[0-9a-f]{4}|U[0-9a-f]{8}|x[0-9a-f]{2})|([0-3][0-7]{2})|\r?\n[ \t]*|(.))/gis
const BLANKS = new Set('abfnrtv')
const ENTITY = /&(?:#x?[0-9a-f]{1,7}|[a-z]{2,8};)/i
const ENTITIES = /&(?:#x([0-9a-f]{1,7})|#(\d{1,8})|([a-z]{2,8}));?/gi
const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', shy: '\u00ad', tab: ' ', newline: '\n' },
  ...{ commat: '@', period: '.', sol: '/', bsol: '\\', colon: ':', semi: ';', comma: ',', excl: '!' },
  ...{ lowbar: '_', hyphen: '-', dash: '-', plus: '+', percnt: '%', num: '#', equals: '=', quest: '?' },
  ...{ lpar: '(', rpar: ')', lsqb: '[', rsqb: ']', zwj: '\u200d', zwnj: '\u200c' },
}
const MARKUP = /<!--|<\?|<!\[CDATA\[|<!ENTITY\s/
const CDATA = /<!\[CDATA\[|\]\]>/g
const OWN_ENTITY = /<!ENTITY\s{1,8}([\w.:-]{1,64})\s{1,8}(["'])([^"'<]{0,256})\2\s{0,8}>/g
const NAMED_ENTITY = /&([\w.:-]{1,64});/g
const STRAY_EQUALS = /=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|$)/
const WORD = /=\?[\w.:*-]{1,64}\?[bq]\?/i
const WORDS = /=\?([\w.:-]{1,64})(?:\*[\w-]{1,32})?\?([bq])\?([^?]*)\?=/gi

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
}

/** Each `=XX` as one Latin-1 character. */
function qBytes(text: string): string {
  return text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function utf8OrLatin(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? bytes.toString('latin1') : text
}
