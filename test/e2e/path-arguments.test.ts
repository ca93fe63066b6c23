// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shell's own.
import { chownSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let uid: number
  let desktop: string
  beforeEach(() => {
    mcp = product(internet, { user })
    uid = mcp.serverFilesUid
    desktop = make(join(mcp.home, 'Desktop'))
    note(join(desktop, 'note.txt'))
  })
  const make = (path: string): string => {
    mkdirSync(path, { mode: 0o700 })
    chownSync(path, uid, uid)
    return path
  }
  const note = (path: string): void => {
    writeFileSync(path, 'forty-two\n', { mode: 0o600 })
    chownSync(path, uid, uid)
  }
  const profile = (more = '') => mcp.profile('p', `name: p\negress: []\n${more}`)
  /** The arguments are the script's own: $1, … */
  const inShell = async (script: string, args: readonly string[], options: readonly string[] = []) => {
    const command = [
      '--profile',
      options[0] ?? profile(),
      ...options.slice(1),
      '--',
      'sh',
      '-c',
      script,
      'sh',
    ]
    const { argv, options: command_ } = mcp.command([...command, ...args])
    const result = await internet.run(argv, { ...command_, timeoutMs: 30_000 })
    return { text: result.stdout.toString(), stderr: result.stderr.toString(), code: result.code }
  }
  const TRY = 'echo "$1"; cat "$1/note.txt"; echo new >"$1/new.txt" && echo written; true'

  it('shows a folder for reading, under its own path', async () => {
    const { text, stderr } = await inShell(TRY, ['~/Desktop'])
    expect(text).toBe(`${desktop}\nforty-two\n`)
    expect(stderr).toContain(`mcp-run: shown: ${desktop} (reading)\n`)
    expect(existsSync(join(desktop, 'new.txt'))).toBe(false)
  })

  it('shows it for writing where the profile says so', async () => {
    const { text, stderr } = await inShell(TRY, [desktop], [profile('path-arguments: write\n')])
    expect(text).toBe(`${desktop}\nforty-two\nwritten\n`)
    expect(stderr).toContain(`mcp-run: shown: ${desktop} (writing)\n`)
    expect(readFileSync(join(desktop, 'new.txt'), 'utf8')).toBe('new\n')
    expect(statSync(join(desktop, 'new.txt')).uid).toBe(uid)
  })

  it('shows nothing where the profile says so', async () => {
    const { text, stderr } = await inShell(
      'echo "$1"; ls "$1" 2>/dev/null || echo absent',
      [desktop],
      [profile('path-arguments: none\n')],
    )
    expect(text).toBe(`${desktop}\nabsent\n`)
    expect(stderr).not.toContain('shown: ')
  })

  it('leaves it at what an option says', async () => {
    const options = [profile('path-arguments: write\n'), '--allow-read', '~/Desktop']
    const { text, stderr } = await inShell(TRY, ['~/Desktop'], options)
    expect(text).toBe(`${desktop}\nforty-two\n`)
    expect(stderr).toContain(`mcp-run: shown: ${desktop} (reading)\n`)
  })

  it('shows what flags, relative paths and links name', async () => {
    const data = make(join(mcp.cwd, '..', 'data'))
    note(join(data, 'note.txt'))
    symlinkSync(data, join(mcp.home, 'link'))
    const link = join(mcp.home, 'link')
    const script = 'for word; do echo "$word"; cat "${word#*=}"; done'
    const { text } = await inShell(script, [
      '--file=~/Desktop/note.txt',
      '../data/note.txt',
      `${link}/note.txt`,
    ])
    const file = join(desktop, 'note.txt')
    expect(text.replaceAll('forty-two\n', '')).toBe(
      `--file=${file}\n${join(data, 'note.txt')}\n${link}/note.txt\n`,
    )
    expect(text.match(/forty-two/g)).toHaveLength(3)
  })

  it('starts in the working folder where an argument names it', async () => {
    const { text } = await inShell(
      'pwd; echo "$1"; touch x && echo written',
      ['.'],
      [profile('path-arguments: write\n')],
    )
    expect(text).toBe(`${mcp.cwd}\n${mcp.cwd}\nwritten\n`)
  })

  it('does the same for a profile’s command and its arguments', async () => {
    const command = `command: [sh, -c, 'cat "$1/note.txt" "$2/note.txt"', sh]\nargs: ['~/Desktop']\n`
    const other = make(join(mcp.home, 'other'))
    note(join(other, 'note.txt'))
    const result = await runOpen(mcp, ['--profile', profile(command), other]).ended
    expect(result.stdout.toString()).toBe('forty-two\nforty-two\n')
    expect(result.stderr.toString()).toContain(`shown: ${other} (reading), ${desktop} (reading)\n`)
  })

  it.each<readonly [string, () => string, RegExp]>([
    ['the root', () => '/', /the whole file system is never shared/],
    ['the home', () => '~', /a whole home folder is never shared/],
    ['the home as it is', () => mcp.home, /a whole home folder is never shared/],
    ['a link to the home', () => linkTo(mcp.home), /a whole home folder is never shared/],
    ['the store', () => mcp.store, /own store/],
    ['its own home in the store', () => make(join(make(join(mcp.store, 'homes')), 'other')), /own store/],
    ['settings of the system', () => '/etc', /the sandbox has a \/etc of its own/],
    ['other services’ sockets', () => '/run', /\/run is never shared/],
    ['other processes', () => '/proc/self/root', /never shared/],
  ])('passes %s on as it is, shows nothing, and says so', async (_, path, problem) => {
    const given = path()
    const marker = join(mcp.home, 'marker')
    note(marker)
    const script = 'echo "$1"; ls -A "$1" 2>/dev/null | tr "\\n" " "; cat /etc/shadow 2>/dev/null; true'
    const { text, stderr, code } = await inShell(script, [given], [profile('path-arguments: write\n')])
    expect(code).toBe(0)
    expect(text.split('\n')[0]).toBe(given)
    expect(text).not.toMatch(/marker|servers|root:/)
    expect(stderr).toMatch(problem)
    expect(stderr).toContain('is not shown to the server: ')
    expect(stderr).not.toContain('shown: ')
  })

  const linkTo = (target: string): string => {
    const link = join(mcp.cwd, 'link')
    symlinkSync(target, link)
    return link
  }

  it('does not show the home though it is the working folder', async () => {
    const args = ['--profile', profile(), '--', 'sh', '-c', 'pwd; ls -A "$1"', 'sh', '.']
    const { argv, options } = mcp.command(args)
    const result = await internet.run(argv, { ...options, cwd: mcp.home })
    expect(result.stdout.toString()).not.toContain('Desktop')
    expect(result.stdout.toString()).toContain('/home/mcp\n')
    expect(result.stderr.toString()).toContain('. is not shown to the server: a whole home folder')
  })

  it('does not show the folder of a file that is yet to be made', async () => {
    const script = 'echo "$1"; ls -A "${1%/*}" 2>/dev/null || echo absent'
    const { text, stderr } = await inShell(
      script,
      [join(desktop, 'new.db')],
      [profile('path-arguments: write\n')],
    )
    expect(text).toBe(`${join(desktop, 'new.db')}\nabsent\n`)
    expect(stderr).toContain(
      `is not there yet, and its folder is not shown: --allow-write ${desktop} would show it`,
    )
  })
})
