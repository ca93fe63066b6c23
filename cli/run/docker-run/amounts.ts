import { usage } from './option-words.ts'

/** Bytes, as Docker reads them: `512m`, `1.5GiB`, powers of 1024. Null for 0, which is no limit. */
export function memoryAmount(text: string): number | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgtp])?i?b?$/i.exec(text) ?? []
  const bytes = Math.floor(Number(digits) * 1024 ** ' kmgtp'.indexOf(unit.toLowerCase() || ' '))
  if (!Number.isSafeInteger(bytes)) throw usage('--memory is no size', '--memory 512m')
  return bytes === 0 ? null : bytes
}

/** Cores. Null for 0. */
export function cpuAmount(text: string): number | null {
  const cpus = /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN
  if (!(cpus <= 4096)) throw usage('--cpus is no number of cores', '--cpus 1.5')
  return cpus === 0 ? null : cpus
}

/** Null for 0 and below. */
export function pidAmount(text: string): number | null {
  const pids = /^[+-]?\d{1,7}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(pids)) throw usage('--pids-limit is no number of processes', '--pids-limit 200')
  return pids <= 0 ? null : pids
}
