export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Gives way when the line is too long. At most one. */
  readonly flexible?: boolean
  /** Columns that it takes, where the rows are not known beforehand. */
  readonly width?: number
}

const GAP = '  '
const LEAST = 16

/** Lays rows out in plain columns as wide as their widest cell; `width` is the whole line's, indent included. */
export function layOut(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, indent = '' }: { width: number; indent?: string },
): { header: string; lines: string[] } {
  const widths = columnWidths(columns, rows, width - indent.length)
  const line = (cells: readonly string[]) =>
    (indent + cells.map((cell, index) => place(cell, columns[index], widths[index] ?? 0)).join(GAP)).trimEnd()
  return { header: line(columns.map(({ title }) => title)), lines: rows.map(line) }
}

/** What each column takes: its widest cell, or its own width; the flexible one gives way to the line's. */
export function columnWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = columns.map(({ title, width: fixed }, index) => {
    return fixed ?? rows.reduce((widest, row) => Math.max(widest, row[index]?.length ?? 0), title.length)
  })
  const excess = widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length) - width
  const flexible = columns.findIndex((column) => column.flexible === true)
  if (excess > 0 && flexible >= 0) widths[flexible] = Math.max(LEAST, (widths[flexible] ?? 0) - excess)
  return widths
}

function place(cell: string, column: Column | undefined, width: number): string {
  const text = column?.flexible === true ? middleCut(cell, width) : cell
  return column?.align === 'right' ? text.padStart(width) : text.padEnd(width)
}

/** Lines of whole words, each with the indent; a word that is too long is cut. */
export function wrap(text: string, { width, indent }: { width: number; indent: string }): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(endCut(indent + word, width))
  }
  return lines
}

/** Cut at its end, for what its beginning tells. */
export function endCut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

/** Cut in the middle: a name's end says whose it is, its beginning which one. */
export function middleCut(text: string, width: number): string {
  if (text.length <= width) return text
  const head = Math.floor((width - 1) / 3)
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`
}
