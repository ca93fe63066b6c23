import { readFileSync, statSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { McpRunError } from '../../../runtime/model/errors.ts'
import { openDatabase } from '../../../runtime/store/database.ts'
import { migrate, serverName } from '../../../runtime/store/migrate.ts'
import { MIGRATIONS } from '../../../runtime/store/schema.ts'
import { storeError } from '../../../runtime/store/store-error.ts'
import { createServerFile, serverFile } from '../../../runtime/store/store-folder.ts'
import { syncMode } from '../../../runtime/store/sync-mode.ts'
import { temporaryStore } from './temporary-store.ts'

function newFile(): string {
  const file = serverFile(temporaryStore(), 'exa')
  createServerFile(file)
  return file
}

test('a new file: private, WAL, the present format, its server', () => {
  const file = newFile()
  const db = openDatabase(file, { server: '@scope/exa' })
  const pragma = (name: string) => db.pragma(name, { simple: true })
  expect(pragma('user_version')).toBe(MIGRATIONS.length)
  expect(pragma('journal_mode')).toBe('wal')
  expect(pragma('wal_autocheckpoint')).toBe(0)
  expect(pragma('auto_vacuum')).toBe(2)
  expect(pragma('synchronous')).toBe(1)
  expect(serverName(db)).toBe('@scope/exa')
  for (const each of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(each).mode & 0o777).toBe(0o600)
  db.close()
})

test('full sync is what it says', () => {
  const db = openDatabase(newFile(), { server: 'exa', sync: 'full' })
  expect(db.pragma('synchronous', { simple: true })).toBe(2)
  db.close()
})

test('opening again changes nothing', () => {
  const file = newFile()
  openDatabase(file, { server: 'exa' }).close()
  const before = readFileSync(file)
  const db = openDatabase(file, { server: 'other' })
  expect(serverName(db)).toBe('exa')
  db.close()
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('of two processes that find a new file, one forms it and the other finds it formed', () => {
  const file = newFile()
  const db = openDatabase(file, { server: 'exa' })
  migrate(db, 'the other')
  expect(serverName(db)).toBe('exa')
  db.close()
})

test('a newer format is refused and left as it is', () => {
  const file = newFile()
  openDatabase(file, { server: 'exa' }).close()
  const db = new Database(file)
  db.pragma('user_version = 99')
  db.close()
  const before = readFileSync(file)
  expect(() => openDatabase(file, { server: 'exa' })).toThrow(/newer mcp-run \(format 99/)
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('a file that is no database is an error that names it, and is left as it is', () => {
  const file = newFile()
  const text = 'This is not a database, whatever its name says. '.repeat(100)
  writeFileSync(file, text)
  const error = failure(() => openDatabase(file, { server: 'exa' }), file)
  expect(error.code).toBe('store-failed')
  expect(error.message).toContain(file)
  expect(error.message).toContain('damaged')
  expect(error.hint).toContain('Move')
  expect(readFileSync(file, 'utf8')).toBe(text)
})

function failure(action: () => unknown, file: string): McpRunError {
  try {
    action()
  } catch (error) {
    return storeError(error, file)
  }
  throw new Error('it did not fail')
}

describe('what a person is told', () => {
  test.each([
    ['SQLITE_CORRUPT_INDEX', /damaged/],
    ['SQLITE_NOTADB', /damaged/],
    ['SQLITE_FULL', /disk is full/],
    ['ENOSPC', /disk is full/],
    ['SQLITE_READONLY_DIRECTORY', /cannot be opened/],
    ['EACCES', /cannot be opened/],
    ['SQLITE_BUSY', /locked for a minute/],
    ['SQLITE_IOERR_WRITE', /disk failed/],
    ['SQLITE_CONSTRAINT', /SQLITE_CONSTRAINT: boom/],
  ])('%s', (code, message) => {
    const error = storeError(Object.assign(new Error('boom'), { code }), '/s/exa.sqlite')
    expect(error.message).toMatch(message)
    expect(error.message).toContain('/s/exa.sqlite')
    expect(error.exitCode).toBe(4)
  })

  test('an error that is already one for people stays', () => {
    const error = new McpRunError('usage', 'x')
    expect(storeError(error, 'f')).toBe(error)
  })
})

test('MCP_RUN_SYNC', () => {
  expect([undefined, '', 'normal', 'full'].map(syncMode)).toEqual(['normal', 'normal', 'normal', 'full'])
  expect(() => syncMode('off')).toThrow('MCP_RUN_SYNC is "off"')
})
