/** The lines that two texts do not share, with three around them, as `diff -u` shows them; empty where none differ. */
export function lineDiff(file: string, before: string, after: string): string {
  if (before === after) return ''
  const [old, now] = [linesOf(before), linesOf(after)]
  const start = sharedStart(old, now)
  const rest = Math.min(old.length, now.length) - start
  const end = Math.min(rest, sharedStart([...old].reverse(), [...now].reverse()))
  const from = Math.max(0, start - CONTEXT)
  const behind = Math.min(CONTEXT, end)
  const range = (lines: readonly string[]): string => {
    const count = lines.length - end + behind - from
    return `${count === 0 ? 0 : from + 1},${count}`
  }
  return [
    before === '' ? '--- /dev/null' : `--- ${file}`,
    `+++ ${file}`,
    `@@ -${range(old)} +${range(now)} @@`,
    ...old.slice(from, start).map((line) => ` ${line}`),
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...now.slice(start, now.length - end).map((line) => `+${line}`),
    ...now.slice(now.length - end, now.length - end + behind).map((line) => ` ${line}`),
    '',
  ].join('\n')
}

const CONTEXT = 3

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function sharedStart(left: readonly string[], right: readonly string[]): number {
  const differs = left.findIndex((line, index) => line !== right[index])
  return differs < 0 ? Math.min(left.length, right.length) : differs
}
