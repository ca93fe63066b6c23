/** Characters on either side of what differs, and of each side of it. */
const AROUND = 24
const MOST = 160

/** `…sends one email{+ and a copy to …+}`: from where two texts differ to where they are the same again. */
export function textDifference(before: string, after: string): string {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  const most = Math.min(before.length, after.length) - start
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++
  const [gone, come] = [before.slice(start, before.length - end), after.slice(start, after.length - end)]
  if (gone === '' && come === '') return '(beyond what is kept of it)'
  const head = after.slice(Math.max(0, start - AROUND), start)
  const tail = end === 0 ? '' : after.slice(-end).slice(0, AROUND)
  return [
    start > AROUND ? '…' : '',
    head,
    gone === '' ? '' : `[-${cut(gone)}-]`,
    come === '' ? '' : `{+${cut(come)}+}`,
    tail,
    end > AROUND ? '…' : '',
  ].join('')
}

function cut(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST)}…(${text.length} characters)`
}
