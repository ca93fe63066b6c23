import { isUtf8 } from 'node:buffer'
import { encodedWords, entities, percent } from '../payload/decode/escapes.ts'
import { CharClass } from '../payload/text/char-class.ts'
import { unescaped } from './unescaped.ts'

const MAX_LAYERS = 2

/** A text, and what it says once escapes, base64 or hexadecimal in it are undone: what a model reads at sight. */
export function decodedTexts(text: string): readonly string[] {
  const found = [text]
  let layer: readonly string[] = [text]
  for (let depth = 0; depth < MAX_LAYERS && layer.length > 0; depth++) {
    layer = layer.flatMap(decodings)
    found.push(...layer)
  }
  return found
}

function decodings(text: string): string[] {
  let plain = unescaped(text)
  for (const undo of [percent, entities, encodedWords]) plain = undo(plain) ?? plain
  const encoded: string[] = []
  for (const [start, end] of ENCODED.runs(text, LEAST)) {
    if (end - start > MOST) continue
    const word = text.slice(start, end)
    const bytes = Buffer.from(word, HEX.test(word) && word.length % 2 === 0 ? 'hex' : 'base64')
    if (!isUtf8(bytes)) continue
    const said = bytes.toString()
    if (!CONTROL.test(said)) encoded.push(said)
  }
  return plain === text ? encoded : [plain, ...encoded]
}

const ENCODED = new CharClass(/[A-Za-z0-9+/_-]/, false)
const LEAST = 12
/** A model reads no picture, and no page of it. */
const MOST = 1024
const HEX = /^[0-9a-f]+$/i
/** Bytes of chance have controls among them. */
const CONTROL = /[^\P{Cc}\t\n\r]/u
