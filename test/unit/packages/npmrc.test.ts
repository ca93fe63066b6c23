import { describe, expect, test } from 'vitest'
import { envConfig, formatNpmrc, parseNpmrc } from '../../../runtime/packages/npmrc.ts'

/** A reference to a variable, as it is written in an npmrc. */
const ref = (name: string) => `$\{${name}}`
const env = { TOKEN: 's3cret', HOST: 'npm.example', EMPTY: '' }

describe('parseNpmrc', () => {
  test.each([
    ['registry=https://npm.example/', { registry: 'https://npm.example/' }],
    ['  registry = https://npm.example/  ', { registry: 'https://npm.example/' }],
    ['@a:registry=http://localhost:4873', { '@a:registry': 'http://localhost:4873' }],
    [`//npm.example/:_authToken=${ref('TOKEN')}`, { '//npm.example/:_authToken': 's3cret' }],
    [`//${ref('HOST')}/:_authToken="${ref('TOKEN')}"`, { '//npm.example/:_authToken': 's3cret' }],
    [`a=${ref('NOT_SET')}`, { a: `${ref('NOT_SET')}` }],
    [`a=${ref('NOT_SET?')}x`, { a: 'x' }],
    [`a=x${ref('EMPTY')}y`, { a: 'xy' }],
    [`a=\\${ref('TOKEN')}`, { a: `${ref('TOKEN')}` }],
    [`a="\\\\${ref('TOKEN')}"`, { a: `${ref('TOKEN')}` }],
    ['; comment\n# comment\n\na=1', { a: '1' }],
    ['a=b ; comment', { a: 'b' }],
    ['a=b#comment', { a: 'b' }],
    ['a=b\\;c\\#d', { a: 'b;c#d' }],
    ['a="b;c"', { a: 'b;c' }],
    ["a='b;c'", { a: 'b;c' }],
    ['a="x=y"', { a: 'x=y' }],
    ['a=b=c', { a: 'b=c' }],
    ['a="line\\nline"', { a: 'line\nline' }],
    ['ca[]=one\nca[]="two"', { ca: ['one', 'two'] }],
    ['ca=one\nca[]=two', { ca: ['one', 'two'] }],
    ['ca[]=one\nca=two', { ca: ['one', 'two'] }],
    ['flag', { flag: true }],
    ['a=true\nb=false\nc=null', { a: true, b: false, c: null }],
    ['a=', { a: '' }],
    ['a=1\na=2', { a: '2' }],
    ['a=1\r\nb=2', { a: '1', b: '2' }],
    ['a=1\n[section]\nb=2', { a: '1' }],
    ['__proto__=1', JSON.parse('{"__proto__":"1"}')],
    ['', {}],
  ])('%j', (text, values) => {
    expect(parseNpmrc(text, env)).toEqual(values)
  })
})

describe('formatNpmrc', () => {
  test.each([
    [{ a: 'plain' }],
    [{ a: 'with ; and # and "quotes" and \'one\'' }],
    [{ a: 'x=y', 'b.c': ' blanks ' }],
    [{ a: `${ref('TOKEN')}`, b: `\\${ref('TOKEN')}`, c: '$TOKEN {TOKEN}' }],
    [{ a: 'line\nline\r\n' }],
    [{ a: true, b: false, c: null }],
    [{ ca: ['one', 'two\nlines', `${ref('TOKEN')}`] }],
    [{ '//npm.example:8443/path/:_authToken': 'abc==' }],
    [{ a: '' }],
  ])('is read back the same: %j', (values) => {
    expect(parseNpmrc(formatNpmrc(values), env)).toEqual(values)
  })
})

test('npm_config_ variables, their names as npm reads them', () => {
  const values = envConfig({
    npm_config_registry: 'http://a/',
    NPM_CONFIG_FETCH_RETRIES: '3',
    npm_config__auth: 'x',
    'npm_config_//npm.example/:_authToken': 'T',
    'npm_config_@Scope:registry': 'http://b/',
    npm_config_empty: '',
    PATH: '/bin',
  })
  expect(values).toEqual({
    registry: 'http://a/',
    'fetch-retries': '3',
    _auth: 'x',
    '//npm.example/:_authToken': 'T',
    '@scope:registry': 'http://b/',
  })
})
