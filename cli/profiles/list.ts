import { type ListedProfile, listProfiles, type ProfileOptions } from '../../profiles/load.ts'
import type { Profile } from '../../runtime/model/profile.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { type Column, layOut } from '../egress/layout.ts'
import { lineWidth, print } from '../egress/output.ts'
import { safeJson } from '../egress/safe-json.ts'
import { destinationTexts } from './destinations.ts'

const COLUMNS: readonly Column[] = [
  { title: 'NAME' },
  { title: 'RUNS' },
  { title: 'TITLE', flexible: true },
  { title: 'HOSTS', align: 'right' },
  { title: 'RECORDED' },
  { title: '' },
]

/** `mcp-run profiles`: one line a profile, then what is wrong with those that cannot be used. */
export async function list(options: ProfileOptions, { json }: { json: boolean }): Promise<number> {
  const all = listProfiles(options)
  if (json) {
    await print(`${safeJson(all.map(profileJson), 2)}\n`)
    return 0
  }
  const { header, lines } = layOut(COLUMNS, all.map(cells), { width: lineWidth() })
  const problems = all.flatMap(({ problem }) => (problem === null ? [] : problem.split('\n')))
  await print([header, ...lines, ...problems.map((line) => escapeText(line, 1000))].join('\n').concat('\n'))
  return 0
}

const ORIGINS = { 'built-in': '', layer: 'with additions of yours', user: 'your own' } as const

function cells({ name, origin, loaded }: ListedProfile): string[] {
  if (loaded === null) return [escapeText(name, 100), '', '', '', '', 'cannot be used']
  const { profile, recorded } = loaded
  return [
    escapeText(name, 100),
    escapeText(programText(profile), 60),
    escapeText(profile.title ?? '', 80),
    String(destinationTexts(profile).length),
    recorded?.date ?? '',
    ORIGINS[origin],
  ]
}

function programText({ package: npm, image, command }: Profile): string {
  if (command !== null) return command.join(' ')
  if (image !== null) return image.name
  return npm === null ? '' : `${npm.name}@${npm.version}`
}

function profileJson({ name, origin, file, problem, loaded }: ListedProfile): unknown {
  if (loaded === null) return { name, origin, file, problem }
  const { profile, recorded, digest } = loaded
  const { title, publisher, note, image, command, mode } = profile
  return {
    ...{ name, origin, file, problem, title, publisher, note },
    package: profile.package && `${profile.package.name}@${profile.package.version}`,
    ...{ image: image?.name ?? null, command, mode, destinations: destinationTexts(profile) },
    recorded: recorded && { date: recorded.date, version: recorded.version, backend: recorded.backend },
    digest,
  }
}
