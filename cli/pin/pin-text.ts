import { escapeText } from '../../runtime/model/text.ts'
import { provenanceText, publishedText, signatureText } from '../../runtime/packages/facts-text.ts'
import type { PinnedPackage } from '../../runtime/packages/pin.ts'
import type { KeptPin } from '../../runtime/packages/pin-index.ts'
import type { TreeState } from '../../runtime/packages/tree-record.ts'

/** A pin as a person reads it, a fact a line. `state`: null where its files were not looked at. */
export function pinText({ spec, pin }: KeptPin, state: TreeState | null): string {
  const { signed, unsigned } = pin.dependencies
  const facts: readonly (Fact | null)[] = [
    ['version', pin.version],
    ['asked for', spec],
    pin.resembles === null ? null : ['resembles', `${pin.resembles}, and is another package`],
    ...publisherFacts(pin),
    ...(pin.beside ?? []).flatMap((one) => [
      ['with', `${one.name}@${one.version}`] as const,
      ...publisherFacts(one),
      ['integrity', one.integrity] as const,
    ]),
    ['depends on', `${signed + unsigned} packages, ${signed} of them signed`],
    ['scripts', scriptsText(pin)],
    ['integrity', pin.integrity],
    ['tree', `sha256:${pin.tree}`],
    ['files', filesText(pin, state)],
    ['engine', pin.engine.wants === null ? pin.engine.key : `${pin.engine.key}, wants ${pin.engine.wants}`],
    ['first seen', dayText(pin.firstSeen)],
    pin.replaces === null ? null : ['replaces', pin.replaces],
  ]
  const lines = facts.flatMap((fact) =>
    fact === null ? [] : `  ${fact[0].padEnd(12)} ${escapeText(fact[1], 600)}`,
  )
  return [escapeText(pin.name, 214), ...lines].join('\n')
}

type Fact = readonly [string, string]

function publisherFacts(pin: PinnedPackage): readonly Fact[] {
  if (pin.origin !== undefined) {
    const { address, commit } = pin.origin
    return [
      ['from', commit === null ? address : `${address}, commit ${commit}`],
      ['published', signatureText(pin.signature)],
    ]
  }
  return [
    ['published', publishedText(pin).replace(/^published /, '')],
    ['maintainers', pin.publisher.maintainers.join(', ') || 'the registry does not say'],
    ['registry', pin.registry ?? 'unknown'],
    ['signature', signatureText(pin.signature)],
    ['provenance', provenanceText(pin.provenance)],
  ]
}

function scriptsText({ scripts, ranScripts }: KeptPin['pin']): string {
  const parts = [
    ...(ranScripts.length > 0 ? [`run at the installation: ${ranScripts.join(', ')}`] : []),
    ...(scripts.length > 0 ? [`not run: ${scripts.join(', ')}`] : []),
  ]
  return parts.join('; ') || 'none'
}

function filesText({ files }: KeptPin['pin'], state: TreeState | null): string {
  if (files === null) return 'not recorded: installed by an earlier mcp-run'
  const size = `${files.count}, ${Math.ceil(files.bytes / 1024)} KiB, sha256:${files.sha256}`
  if (state === null) return size
  if (state.state !== 'damaged') return `${size}: all as installed`
  const where = state.changed.length === 0 ? '' : ` (${state.changed.join(', ')})`
  return `${size}: NOT as installed${where}; the next start installs it again`
}

function dayText(time: string): string {
  return time.slice(0, 16).replace('T', ' ')
}
