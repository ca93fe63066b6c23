import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pc from 'picocolors'
import { COPY_TO, sourceOf, type Version } from '../../test/fixtures/postmark-mcp/versions.ts'
import { demoInternet } from './internet.ts'
import { type DemoPlace, MAIL, sendOneMail } from './session.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const [MCP_RUN, EGRESS] = ['mcp-run', 'egress'].map((name) => join(ROOT, 'dist', `${name}.cjs`)) as [
  string,
  string,
]

/** The incident of postmark-mcp, replayed: the version before, the one that copied each mail, and what is seen of it. */
export async function main(): Promise<void> {
  if (!existsSync(MCP_RUN)) must(process.execPath, [join(ROOT, 'scripts', 'build.mjs')])
  heading('1. What this machine can do')
  must(process.execPath, [MCP_RUN, 'doctor', '--fix'])

  const base = mkdtempSync(join(tmpdir(), 'mcp-run-demo-'))
  const folder = join(base, 'postmark-mcp')
  mkdirSync(folder)
  const internet = await demoInternet()
  const authorityFile = join(base, 'authority.pem')
  writeFileSync(authorityFile, internet.authority)
  const store = join(base, 'store')
  const place: DemoPlace = { internet, program: MCP_RUN, store, folder, authorityFile }

  heading('2. postmark-mcp 1.0.15 sends a mail')
  await show(place, '1.0.15', [])
  heading('3. Version 1.0.16: one line more')
  for (const line of addedLines()) console.log(pc.red(`+ ${line}`))
  await show(place, '1.0.16', [])
  heading('4. What the history says')
  report(['report', '--server', 'postmark'], store)
  report(['alerts'], store)
  heading('5. The same, only watched (--mode monitor): what would have happened')
  await show({ ...place, store: join(base, 'watched') }, '1.0.16', ['--mode', 'monitor'])
  internet.close()
  console.log(pc.dim(`\nThe history stays in ${store}: egress requests --server postmark --store ${store}`))
}

async function show(place: DemoPlace, version: Version, options: readonly string[]): Promise<void> {
  const { api } = place.internet
  api.forget()
  console.log(pc.dim(`$ mcp-run ${['--profile', 'postmark', ...options].join(' ')} -- node ./index.mjs`))
  console.log(`the client calls sendEmail ${JSON.stringify(MAIL)}`)
  const result = await sendOneMail(place, version, options, (line) => console.log(coloured(line)))
  for (const text of result) console.log(`the client gets   ${mark(text.replaceAll('\n', ' '))}`)
  const mails = api.arrived.flatMap(({ method }, index) =>
    method === 'POST' ? [api.bodies()[index] ?? ''] : [],
  )
  if (mails.length === 0) console.log(`Postmark gets     ${pc.green('nothing of the mail')}`)
  for (const mail of mails) console.log(`Postmark gets     ${mark(mail)}`)
}

function addedLines(): readonly string[] {
  const before = sourceOf('1.0.15').split('\n')
  return sourceOf('1.0.16')
    .split('\n')
    .filter((line) => !before.includes(line) && line.includes(COPY_TO))
    .map((line) => line.trim())
}

function coloured(line: string): string {
  return line.includes('alert') ? pc.yellow(line) : pc.dim(line)
}

function mark(text: string): string {
  return text.replaceAll(COPY_TO, pc.red(COPY_TO))
}

function report(args: readonly string[], store: string): void {
  console.log(pc.dim(`$ egress ${args.join(' ')}`))
  must(process.execPath, [EGRESS, ...args, '--store', store])
}

function heading(text: string): void {
  console.log(`\n${pc.bold(text)}`)
}

function must(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
