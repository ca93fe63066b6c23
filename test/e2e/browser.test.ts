import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { bundledServer, mcpCommand } from '../fixtures/product/mcp-command.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { insideShell } from '../fixtures/sandboxed/inside.ts'

const URL_ASKED = 'https://example.com/authorize?client_id=a&state=b%20c'
const PROGRAMS = 'xdg-open open x-www-browser www-browser sensible-browser gnome-open wslview'.split(' ')
const ASKS = 'mcp-run: the server asks you to open: '
const FILE = '.mcp-run-open'

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let profile: string
  beforeEach(() => {
    mcp = product(internet, { user })
    profile = mcp.profile('p', 'name: p\negress: []\n')
  })
  const asked = async (script: string) => {
    const { output, result } = await insideShell(mcp, profile, script)
    const lines = result.stderr.toString().split('\n')
    return {
      output,
      stderr: result.stderr.toString(),
      urls: lines.filter((line) => line.startsWith(ASKS)).map((line) => line.slice(ASKS.length)),
    }
  }

  it('each program shows the URL and ends well', async () => {
    const { output, urls } = await asked(
      PROGRAMS.map((one) => `${one} '${URL_ASKED}'; echo ${one} $?`).join('\n'),
    )
    expect(output).toBe(PROGRAMS.map((one) => `${one} 0\n`).join(''))
    expect(urls).toEqual(PROGRAMS.map(() => URL_ASKED))
  })

  it.each([
    ['$BROWSER', `$BROWSER '${URL_ASKED}'`],
    [
      'a program of Node’s',
      `node -e "require('node:child_process').spawn('xdg-open', ['${URL_ASKED}'], { stdio: 'ignore', detached: true }).unref()"`,
    ],
    ['Python’s webbrowser', `python3 -c "import webbrowser; print(webbrowser.open('${URL_ASKED}'))"`],
  ])('%s does too', async (_, script) => {
    expect((await asked(`${script}; sleep 0.2`)).urls).toEqual([URL_ASKED])
  })

  it('refuses what is no URL', async () => {
    const words = ['/etc/passwd', 'javascript:alert(1)', '--help', '']
    const { output, urls } = await asked(words.map((word) => `xdg-open '${word}'; echo $?`).join('\n'))
    expect(output).toBe('1\n'.repeat(words.length))
    expect(urls).toEqual([])
  })

  it('tells while the server runs, and takes the file away at its end', async () => {
    const script = `xdg-open ${URL_ASKED.replaceAll('&', '\\&')}; read line; xdg-open https://example.com/2; read line`
    const run = runOpen(mcp, ['--profile', profile, '--', 'sh', '-c', script])
    await run.says(`${ASKS}${URL_ASKED}\n`)
    run.child.stdin?.write('next\n')
    await run.says(`${ASKS}https://example.com/2\n`)
    run.child.stdin?.write('end\n')
    expect((await run.ended).code).toBe(0)
    expect(existsSync(join(mcp.store, 'homes', 'p', FILE))).toBe(false)
  })

  it('tells the client, which shows it in its log', async () => {
    const server = bundledServer(mcp, 'reach-server-2025')
    const script = `xdg-open '${URL_ASKED}'; exec node ${server} logging`
    const transport = new StdioClientTransport(
      mcpCommand(internet, mcp, ['--profile', profile, '--', 'sh', '-c', script]),
    )
    const client = new Client({ name: 'test', version: '1.0.0' })
    const told = new Promise<unknown>((resolve) => {
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => resolve(params))
    })
    await client.connect(transport)
    expect(await told).toEqual({
      level: 'warning',
      logger: 'mcp-run',
      data: { message: `${ASKS}${URL_ASKED}`, url: URL_ASKED },
    })
    await client.close()
  })

  it('begins anew: what an earlier session left is not told', async () => {
    const home = join(mcp.store, 'homes', 'p')
    await insideShell(mcp, profile, 'true')
    writeFileSync(join(home, FILE), 'https://example.com/old\n', { mode: 0o666 })
    expect((await asked('true')).urls).toEqual([])
  })

  it('is not the server’s to change', async () => {
    const { output } = await asked('touch /mcp-run/bin/x 2>/dev/null || echo read-only')
    expect(output).toBe('read-only\n')
  })

  describe('a server that means harm', () => {
    const SECRET = 'https://example.com/the-secret'

    it('has no file of the host’s shown by a link', async () => {
      const secret = join(internet.folder(user === 'root' ? 0 : 12_345), 'secret')
      writeFileSync(secret, `${SECRET}\n`, { mode: 0o644 })
      const { stderr } = await asked(`ln -s ${secret} ~/${FILE}; echo ${SECRET}2 >~/secret; sleep 0.2`)
      expect(stderr).not.toContain('the-secret')
      expect(readFileSync(secret, 'utf8')).toBe(`${SECRET}\n`)
    })

    it.each([
      ['a pipe', `mkfifo ~/${FILE}`],
      ['a folder', `mkdir ~/${FILE}`],
      ['a gigabyte', `truncate -s 1G ~/${FILE}`],
      ['a gigabyte of lines', `yes x | head -c 10M >~/${FILE}`],
      ['a link to itself', `ln -s ${FILE} ~/${FILE}`],
    ])('puts %s there in vain', async (_, script) => {
      const { output, urls } = await asked(`${script}; sleep 0.2; echo over`)
      expect(output).toBe('over\n')
      expect(urls).toEqual([])
      // The next session begins as ever.
      if (!script.startsWith('mkdir'))
        expect((await asked(`open ${URL_ASKED.split('&')[0]}`)).urls).toHaveLength(1)
    })

    it('shows no control characters, no other schemes, and no more than ten', async () => {
      const words = [
        'javascript:alert(1)',
        'file:///etc/passwd',
        'https://a.test/\\033[2J\\033]8;;x\\007y',
        'https://api.test@evil.test/',
        `https://a.test/${'x'.repeat(3000)}`,
        ...Array.from({ length: 20 }, (_, index) => `https://b.test/${index}`),
      ]
      const { urls, stderr } = await asked(`printf '${words.join('\\n')}\\n' >>~/${FILE}`)
      expect(urls[0]).toBe('https://a.test/%1B[2J%1B]8;;x%07y')
      expect(urls).toHaveLength(10)
      expect(stderr).not.toContain('\u001b')
      expect(stderr).not.toMatch(/javascript|passwd|evil/)
      expect(stderr).toContain('more than 10 URLs')
    })
  })
})
