import type { Reader } from '../body/reader.ts'

/** Undoes a part's Content-Transfer-Encoding (RFC 2045, 6) before `inner`; `inner` itself where there is none. */
export function transferDecoder(encoding: 'base64' | 'quoted-printable', inner: Reader): Reader {
  return encoding === 'base64' ? base64Decoder(inner) : quotedPrintableDecoder(inner)
}

function base64Decoder(inner: Reader): Reader {
  let rest = ''
  const decode = (groups: readonly string[]): void => {
    const bytes = Buffer.concat(groups.map((group) => Buffer.from(group, 'base64')))
    if (bytes.length > 0) inner.push(bytes)
  }
  return {
    push: (bytes) => {
      const text = rest + bytes.toString('latin1').replace(/[^A-Za-z0-9+/_=-]+/g, '')
      // Padding ends a group; lenient readers go on with the next one.
      const groups = text.split(/=+/)
      const last = groups.pop() ?? ''
      const whole = last.length - (last.length % 4)
      rest = last.slice(whole)
      decode([...groups, last.slice(0, whole)])
    },
    end: () => {
      decode([rest])
      inner.end()
    },
  }
}

function quotedPrintableDecoder(inner: Reader): Reader {
  let rest = ''
  const decode = (text: string): void => {
    const plain = text
      .replace(/=[ \t]*\r?\n/g, '')
      .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    if (plain.length > 0) inner.push(Buffer.from(plain, 'latin1'))
  }
  return {
    push: (bytes) => {
      const text = rest + bytes.toString('latin1')
      // An escape may be cut, and a soft line break has blanks and a line break behind it.
      const [cut = ''] = /=[ \t]{0,76}(?:\r|[0-9A-Fa-f])?$/.exec(text.slice(-80)) ?? []
      rest = cut
      decode(text.slice(0, text.length - cut.length))
    },
    end: () => {
      decode(rest)
      inner.end()
    },
  }
}
