import { expect, it } from 'vitest'
import { readReport, requirementsText } from '../../../../runtime/packages/python/report.ts'

const SHA = 'a'.repeat(64)
const item = (name: string, version: string, more: object = {}) => ({
  metadata: { name, version },
  download_info: {
    url: `https://files.test/${name}-${version}-py3-none-any.whl`,
    archive_info: { hashes: { sha256: SHA } },
    ...more,
  },
})
const report = (...install: unknown[]) => readReport(JSON.stringify({ version: '1', install }))

it('lists what was installed, sorted, by name, version and digest', () => {
  const read = report(item('Left_Pad', '1.0'), item('a', '2.0', { archive_info: { hash: `sha256=${SHA}` } }))
  if (!read.ok) throw new Error(read.flaw)
  const digest = Buffer.from(SHA, 'hex').toString('base64')
  expect(read.tree.text).toBe(
    `venv pypi:a-2.0-py3-none-any.whl@2.0 sha256-${digest}\nvenv pypi:Left_Pad-1.0-py3-none-any.whl@1.0 sha256-${digest}\n`,
  )
  expect(requirementsText(read.tree.distributions)).toBe(
    `a==2.0 --hash=sha256:${SHA}\nleft-pad==1.0 --hash=sha256:${SHA}\n`,
  )
})

it.each([
  ['no JSON', '{'],
  ['no list', '{"install":{}}'],
  ['no digest', JSON.stringify({ install: [item('a', '1', { archive_info: {} })] })],
  ['another digest', JSON.stringify({ install: [item('a', '1', { archive_info: { hash: 'md5=abc' } })] })],
  ['a name with a line break', JSON.stringify({ install: [item('a\nb', '1')] })],
  ['a version with options', JSON.stringify({ install: [item('a', '1 --index-url x')] })],
  ['a file with a space', JSON.stringify({ install: [item('a', '1', { url: 'https://x.test/a%20b.whl' })] })],
  ['an entry that is none', JSON.stringify({ install: [null] })],
])('refuses %s', (_, text) => {
  expect(readReport(text).ok).toBe(false)
})
