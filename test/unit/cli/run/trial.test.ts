import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { modeOf } from '../../../../cli/run/read-only.ts'
import { readTrial, trialFile, writeTrial } from '../../../../cli/run/trial-record.ts'
import { temporaryStore } from '../../store/temporary-store.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-03-01T10:00:00.000Z')
const NONE = { mode: null, readOnly: false, trial: null } as const
const TRIAL = { ...NONE, trial: 7 * DAY }
const PROFILE = { name: 'exa', mode: 'enforce' } as const

function place() {
  const store = temporaryStore()
  return {
    store,
    file: trialFile(store, 'exa'),
    at: (now: number, options: Parameters<typeof modeOf>[0] = NONE) => modeOf(options, PROFILE, store, now),
  }
}

describe('modeOf', () => {
  it('is as the options and the profile say where there is no trial', () => {
    const { at, store } = place()
    expect(at(NOW)).toEqual({ mode: 'enforce', news: [] })
    expect(at(NOW, { ...NONE, mode: 'monitor' }).mode).toBe('monitor')
    expect(at(NOW, { ...NONE, readOnly: true })).toMatchObject({
      mode: 'read-only',
      news: [expect.any(String)],
    })
    expect(modeOf({ ...NONE, readOnly: true }, { ...PROFILE, mode: 'monitor' }, store, NOW).mode).toBe(
      'read-only',
    )
    expect(readTrial(store, 'exa')).toBeNull()
  })

  it('says until when at each start, with the option or without', () => {
    const { at } = place()
    const said = {
      mode: 'read-only',
      news: [expect.stringContaining('read-only until 2026-03-08 10:00 UTC')],
    }
    expect(at(NOW, TRIAL)).toEqual(said)
    expect(at(NOW + DAY, TRIAL)).toEqual(said)
    expect(at(NOW + 2 * DAY)).toEqual(said)
    expect(at(NOW + 2 * DAY, { ...NONE, mode: 'monitor' })).toEqual(said)
  })

  it.each([DAY, 30 * DAY])('keeps the first date, whatever length comes later', (trial) => {
    const { at, file } = place()
    at(NOW, TRIAL)
    const kept = readFileSync(file, 'utf8')
    const { news } = at(NOW + 1000, { ...NONE, trial })
    expect(news[0]).toContain('until 2026-03-08')
    expect(news[1]).toContain('--trial changes nothing')
    expect(readFileSync(file, 'utf8')).toBe(kept)
  })

  it('stays read-only when the date has come, and asks', () => {
    const { at } = place()
    at(NOW, TRIAL)
    for (const options of [NONE, TRIAL]) {
      const { mode, news } = at(NOW + 7 * DAY, options)
      expect(mode).toBe('read-only')
      expect(news.join()).toMatch(/is over, and it stays read-only.*mcp-run trial end --profile exa/)
    }
  })

  it.each<[string, readonly number[]]>([
    ['after the date', [NOW + 8 * DAY, NOW + DAY]],
    ['before it', [NOW + 3 * DAY, NOW + DAY]],
    ['to before its beginning', [NOW - 400 * DAY]],
  ])('a clock that is set back prolongs nothing: %s', (_, times) => {
    const { at } = place()
    at(NOW, TRIAL)
    for (const time of times) at(time)
    for (const time of [times.at(-1) ?? 0, NOW + 2 * DAY, NOW + 9 * DAY]) {
      expect(at(time).mode).toBe('read-only')
      expect(at(time).news.join()).toContain('is over')
    }
  })

  it('is not read-only once a person has ended it, and says that --trial begins no other', () => {
    const { at, store } = place()
    at(NOW, TRIAL)
    const trial = readTrial(store, 'exa')
    if (trial === null || trial === 'unreadable') throw new Error('no trial')
    writeTrial(store, 'exa', { ...trial, ended: NOW + DAY })
    expect(at(NOW + DAY)).toEqual({ mode: 'enforce', news: [] })
    expect(at(NOW + 2 * DAY, TRIAL)).toEqual({
      mode: 'enforce',
      news: [expect.stringContaining('begins no other')],
    })
    expect(at(NOW - 9 * DAY, TRIAL).mode).toBe('enforce')
    expect(at(NOW, { ...TRIAL, readOnly: true }).mode).toBe('read-only')
  })

  it.each([
    '',
    '{',
    '[]',
    '{}',
    '{"begun":"x","until":"y","seen":"z","over":false}',
    `{"begun":""}${' '.repeat(5000)}`,
  ])('is read-only where what is kept cannot be read: %.40j', (text) => {
    const { at, file } = place()
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    for (const options of [NONE, TRIAL, { ...NONE, mode: 'monitor' } as const]) {
      expect(at(NOW, options)).toMatchObject({
        mode: 'read-only',
        news: [expect.stringContaining('mcp-run trial end --profile exa')],
      })
    }
  })

  it('is read-only where a folder stands in the place of the file', () => {
    const { at, file } = place()
    mkdirSync(file, { recursive: true })
    expect(at(NOW).mode).toBe('read-only')
  })

  it('begins no trial that cannot be kept', () => {
    const { store } = place()
    symlinkSync('/nowhere/at/all', `${store}/trials`)
    expect(() => modeOf(TRIAL, PROFILE, store, NOW)).toThrow(/cannot be kept/)
  })
})
