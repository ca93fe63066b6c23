import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { COPY_TO } from '../../fixtures/postmark-mcp/versions.ts'
import { USERS } from '../../fixtures/product/product.ts'

const DEMO = fileURLToPath(new URL('../../../scripts/demo.mjs', import.meta.url))
const UID = { root: 0, plain: 12_345 } as const
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

it.each(USERS)(
  'npm run demo shows the incident, as %s',
  (user) => {
    const home = mkdtempSync(join(tmpdir(), 'demo-'))
    folders.push(home)
    chownSync(home, UID[user], UID[user])
    const identity = ['--reuid', `${UID[user]}`, '--regid', `${UID[user]}`, '--clear-groups']
    const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: home, TMPDIR: home }
    const argv = [...identity, process.execPath, DEMO]
    const { status, stdout, stderr } = spawnSync('setpriv', argv, { env, encoding: 'utf8' })
    expect(status, `${stdout}${stderr}`).toBe(0)
    const [, , sent = '', caught = '', report = '', watched = ''] = stdout.split(/\n\d\. /)
    expect(sent).toMatch(/^Postmark gets .*alice@customer\.example/m)
    expect(sent).not.toContain('alert')
    expect(caught).toMatch(/^Postmark gets +nothing of the mail$/m)
    expect(caught).toMatch(new RegExp(`^the client gets .*\\[mcp-run\\].*${COPY_TO}`, 'm'))
    expect(report).toContain('sendEmail')
    expect(report).toMatch(new RegExp(`${COPY_TO} +1 +blocked`))
    expect(watched).toMatch(new RegExp(`^Postmark gets .*"Bcc":"${COPY_TO}"`, 'm'))
  },
  120_000,
)
