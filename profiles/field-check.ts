import type { ProfilePackage } from '../runtime/model/profile.ts'
import type { Checked } from './host-pattern.ts'
import { PACKAGE_NAME, PACKAGE_VERSION } from './patterns.ts'
import { shown } from './problem.ts'

type RawPackage =
  | string
  | {
      npm: string
      version: string
      bin?: string | undefined
      publishers?: readonly string[] | undefined
    }

/** `name@version`, or the same in parts. A version is never guessed. */
export function checkPackage(raw: RawPackage): Checked<ProfilePackage> {
  if (typeof raw !== 'string') {
    const { npm: name, version, bin = null, publishers = [] } = raw
    return { ok: true, value: { registry: 'npm', name, version, bin, publishers } }
  }
  const at = raw.indexOf('@', 1)
  const [name, version] = at < 0 ? [raw, ''] : [raw.slice(0, at), raw.slice(at + 1)]
  if (!PACKAGE_NAME.test(name) || name.length > 214) {
    return {
      ok: false,
      message: `\`${shown(raw)}\` is no npm package`,
      hint: '`name@1.2.3` or `"@scope/name@1.2.3"`',
    }
  }
  if (!PACKAGE_VERSION.test(version)) {
    const message = version === '' ? `\`${name}\` has no version` : `\`${shown(version)}\` is no version`
    return { ok: false, message, hint: `\`"${name}@1.2.3"\`, or \`"${name}@latest"\` for whatever is newest` }
  }
  return { ok: true, value: { registry: 'npm', name, version, bin: null, publishers: [] } }
}

const AGE_UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds. */
export function checkAge(raw: string): Checked<number> {
  const [, digits = '', unit = ''] = /^(\d{1,5})([mhd]?)$/.exec(raw) ?? []
  const factor = digits === '0' ? 0 : AGE_UNITS[unit]
  if (digits !== '' && factor !== undefined) return { ok: true, value: Number(digits) * factor }
  return { ok: false, message: `\`${shown(raw)}\` is no age`, hint: '`24h`, `7d`, or `0` for any' }
}

/** Bytes. `512M`, `1.5GiB` and the like count in powers of 1024. */
export function checkMemory(raw: string | number): Checked<number> {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) ?(?:([KMGT])(?:i?B)?|B)?$/i.exec(String(raw)) ?? []
  const bytes = Math.round(Number(digits) * 1024 ** ' KMGT'.indexOf(unit.toUpperCase() || ' '))
  if (digits !== '' && bytes >= MIN_MEMORY && Number.isSafeInteger(bytes)) return { ok: true, value: bytes }
  if (digits === '')
    return { ok: false, message: `\`${shown(String(raw))}\` is no size`, hint: '`512M`, `2G`' }
  return {
    ok: false,
    message: `${shown(String(raw))} is not enough to start a program`,
    hint: 'at least `4M`: `512M`',
  }
}

const MIN_MEMORY = 4 * 1024 * 1024

/** A value may only stand in for the two folders that are known when the server starts. */
export function checkEnvValue(value: string): Checked<string> {
  if (value.includes('\0')) return { ok: false, message: 'holds a NUL', hint: 'variables are text' }
  const other = [...value.matchAll(/\$\{([^}]*)\}/g)].find(([, name]) => name !== 'HOME' && name !== 'CWD')
  if (other === undefined) return { ok: true, value }
  const hint = 'HOME and CWD alone are filled in; `pass` hands a variable on'
  return { ok: false, message: `\`${shown(other[0])}\` stands for nothing`, hint }
}

/** Arguments and paths. */
export function checkText(text: string): Checked<string> {
  if (text.includes('\0')) return { ok: false, message: 'holds a NUL', hint: 'remove it' }
  return { ok: true, value: text }
}
