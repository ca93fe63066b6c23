import { expect, test } from 'vitest'
import { fileKind } from '../../../runtime/code/file-kind.ts'
import { codeSigns } from '../../../runtime/code/signs.ts'

const signs = (code: string) => codeSigns(code).map(({ sign, detail }) => `${sign} ${detail}`.trim())

test.each([
  ['eval(x)', ['eval']],
  ['new Function("a", b)', ['eval']],
  ["import vm from 'node:vm'", ['eval vm']],
  ["const { exec } = require('child_process')", ['child-process']],
  ['import{spawn as a}from"node:child_process";', ['child-process']],
  ['a=G("child_process")', ['child-process']],
  ["await import('net')", ['network-module net']],
  ["require('dns/promises')", ['network-module dns']],
  ['process.getBuiltinModule("dgram")', ['network-module dgram']],
  ['JSON.stringify(process.env)', ['environment']],
  ['body = { ...process.env }', ['environment']],
  ['for (const k in process.env) x(k)', ['environment']],
  ['Object.entries(process.env).map(f)', ['environment']],
  ["readFileSync(join(home, '.ssh/id_rsa'))", ['credentials .ssh', 'credentials id_rsa']],
  ["['.npmrc', '.aws/credentials']", ['credentials .npmrc', 'credentials .aws']],
  ["'Claude/claude_desktop_config.json'", ['client-configuration claude_desktop_config']],
  ["config.mcpServers['dev-utils'] = x", ['client-configuration mcpServers']],
  ['var _0x1f2e3d=1', ['obfuscated-names']],
  [`"${'\\x41'.repeat(9)}"`, ['escaped-strings']],
  [`"${'QUJD'.repeat(70)}"`, ['encoded-block']],
  ['String.fromCharCode(104,116,116,112,58,47,47,101)', ['character-codes']],
  ['x\u202ey', ['invisible-characters']],
  [`a${String.fromCodePoint(0xe0101, 0xe0102, 0xe0103, 0xe0104)}`, ['invisible-characters']],
  ['{Bcc: process.env.COPY}', ['blind-copy']],
  ['mail["bcc"]=x', ['blind-copy']],
  ['{bccEmails: [x]}', ['blind-copy']],
  ['mail.addBcc(x)', ['blind-copy']],
  ['abccd, dbcc, ABCC1', []],
  ['require("./LICENSE")', ['document-module']],
  ['import "../docs/readme.md"', ['document-module']],
  ['require("history");require("./history.js");import "./licenses/a.js"', []],
  ['/*\0*/', ['invisible-characters']],
  [`a;${' '.repeat(300)}b()`, ['hidden-by-blanks']],
  ['x'.repeat(1001), ['long-lines']],
])('%s', (code, expected) => {
  expect(signs(code)).toEqual(expected)
})

test.each([
  'process.env.API_KEY',
  'evaluate(x)',
  'const net = 4, dns = 5',
  "path = './net.js'",
  'class Functional {}',
  '0x1f2e3d4c',
  "fetch('https://a.test')",
])('%s has none', (code) => {
  expect(signs(code)).toEqual([])
})

test.each([
  ['a;', ' '.repeat(1_000_000)],
  ['', ' \t'.repeat(500_000)],
  ['', '"'.repeat(1_000_000)],
  ['', 'Object.keys('.repeat(80_000)],
  ['', 'fromCharCode(10,'.repeat(60_000)],
  ['', '\u200b\u200b\u200b '.repeat(200_000)],
  ['', 'from '.repeat(200_000)],
])('a megabyte that no sign is in takes bounded time: %j', (head, body) => {
  const start = performance.now()
  codeSigns(head + body)
  expect(performance.now() - start).toBeLessThan(3000)
})

test.each([
  ['a.js', 'x', 'code'],
  ['bin/tool', '#!/bin/sh', 'code'],
  ['data.json', '{}', 'code'],
  ['README.md', 'x', 'document'],
  ['LICENSE', 'x', 'document'],
  ['readme.js', 'x', 'code'],
  ['package.json', '{}', 'document'],
  ['a.d.ts', 'x', 'document'],
  ['b.node', 'x', 'native'],
  ['innocent.txt', '\x7fELF\x02\x01', 'native'],
  ['picture.png', '\x89PNG\r\n\x1a\n\0\0', 'data'],
])('%s is %s', (path, head, kind) => {
  expect(fileKind(path, Buffer.from(head, 'latin1'))).toBe(kind)
})
