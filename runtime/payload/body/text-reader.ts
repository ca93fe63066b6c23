import { BytePieces } from '../byte-pieces.ts'
import { plainStretches } from '../decode/bytes-text.ts'
import type { Spot } from '../spot.ts'
import type { Cut } from '../text/cut-text.ts'
import type { Message, Reader } from './reader.ts'

/** Text in UTF-8. */
export function textReader({ unfold }: Message, spot: Spot): Reader {
  return piecesReader(new BytePieces((text, cut) => unfold.text(text, spot, cut)))
}

/** Bytes that are no text: what stands in them plainly. */
export function binaryReader({ unfold }: Message, spot: Spot): Reader {
  const onPiece = (latin: string, cut: Cut): void => {
    const text = plainStretches(latin, cut)
    if (text !== null) unfold.text(text, { ...spot, whole: false })
  }
  return piecesReader(new BytePieces(onPiece, 'latin1'))
}

function piecesReader(pieces: BytePieces): Reader {
  return {
    push: (bytes) => pieces.add(bytes, 0, bytes.length),
    end: () => pieces.end(NOTHING, 0, 0),
  }
}

const NOTHING = Buffer.alloc(0)
