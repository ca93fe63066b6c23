import type { LineReader } from './line-reader.ts'
import type { Sides } from './sides.ts'
import type { Transaction } from './transaction.ts'

/** Of a mail's text: RFC 5322 says 998 bytes, some programs never break a line. */
const MAX_TEXT_LINE = 1_048_576
const END = Buffer.from('.\r\n')
const CRLF = Buffer.from('\r\n')
const DOT = 0x2e

/** Carries a mail's text while it is read. False: nothing follows it on its connection. */
export async function carryText(sides: Sides, mail: Transaction): Promise<boolean> {
  const code = await sides.ask('DATA')
  if (code !== 354) return code !== null
  const whole = await readText(sides.near, async (raw, plain) => {
    await mail.text(plain)
    await send(sides, mail, raw)
  })
  return whole && endText(sides, mail)
}

/** As `carryText`, and all of it is read before the destination hears of it. */
export async function carryHeldText(sides: Sides, mail: Transaction): Promise<boolean> {
  sides.tell('354 mcp-run reads it first')
  const kept: Buffer[] = []
  let fits = true
  const whole = await readText(sides.near, async (raw, plain) => {
    fits = fits && (await mail.text(plain))
    if (fits) kept.push(raw)
  })
  if (!whole) return false
  const refused = await mail.weigh(fits)
  if (refused !== null) {
    // For the client this mail is over, and the next may begin (RFC 5321, 4.1.1.4): the destination knows of recipients.
    if ((await sides.ask('RSET', () => null)) === null) return false
    return sides.refuse(554, '5.7.1', refused.lines)
  }
  // Its answer is told only where it is none to go on.
  let last = ''
  const code = await sides.ask('DATA', (line) => {
    last = line
    return null
  })
  if (code === null) return false
  if (code !== 354) {
    sides.tell(last)
    return true
  }
  for (const raw of kept) await send(sides, mail, raw)
  return endText(sides, mail)
}

async function endText(sides: Sides, mail: Transaction): Promise<boolean> {
  await sides.send(END)
  const code = await sides.answer()
  mail.progress.status = code
  return code !== null
}

async function send(sides: Sides, { progress }: Transaction, raw: Buffer): Promise<void> {
  progress.bytesSent += raw.length
  await sides.send(raw)
}

/** Gives each piece as it came, and as it is meant, without doubled dots (RFC 5321, 4.5.2). False: its end never came. */
async function readText(
  near: LineReader,
  take: (raw: Buffer, plain: Buffer) => Promise<void>,
): Promise<boolean> {
  for (;;) {
    const raw: Buffer[] = []
    const plain: Buffer[] = []
    let line = near.next(MAX_TEXT_LINE)
    for (; line !== null && !isEnd(line); line = near.next(MAX_TEXT_LINE)) {
      raw.push(line, CRLF)
      plain.push(line[0] === DOT ? line.subarray(1) : line, CRLF)
    }
    if (raw.length > 0) await take(Buffer.concat(raw), Buffer.concat(plain))
    if (line !== null) return true
    if (!(await near.more())) return false
  }
}

function isEnd(line: Buffer): boolean {
  return line.length === 1 && line[0] === DOT
}
