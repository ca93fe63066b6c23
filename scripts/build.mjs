// Bundles the programs into dist/: all of them, or those named as arguments.
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'
import { compileProfiles } from './compile-profiles.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Bundle name -> source, and whether a person or a client starts it as a program. `alone`: nothing lies beside it. */
const PROGRAMS = {
  start: { source: 'cli/start.ts', executable: false },
  'mcp-run': { source: 'cli/mcp-run.ts', executable: true },
  egress: { source: 'cli/egress.ts', executable: true },
  recorder: { source: 'runtime/recorder-main.ts', executable: false, alone: true },
  tap: { source: 'runtime/tap/main.ts', executable: false },
  'package-client': { source: 'runtime/packages/client/main.ts', executable: false, alone: true },
  'store-worker': { source: 'runtime/store/worker.ts', executable: false },
}

/** Libraries that are needed late or seldom: each a file of its own, so that a start does not read them. */
const LIBRARIES = ['yaml', 'tldts', 'dockerode', '@peculiar/x509']
const libraryFile = (name) => `lib-${name.replace('@', '').replace('/', '-')}.cjs`

/** What is needed late or seldom: a file of its own each, in which what its sources have in common is once. */
const LATE_PARTS = {
  // Sessions alone whose requests are read.
  'inspection.cjs': [
    'runtime/recorder/inspect/inspector.ts',
    'runtime/provenance/given-values.ts',
    'runtime/mcp/overhear-values.ts',
  ],
  // What asks a container engine, which then makes containers while the rest is read.
  'engine.cjs': ['cli/run/engine.ts', 'cli/run/engine-backend.ts'],
  // All but what comes before a sandbox begins: that mcp-run.cjs holds alone, and this is read beside it.
  'commands.cjs': [
    'cli/run/serve.ts',
    'cli/run/help.ts',
    'cli/doctor/doctor.ts',
    'cli/pin/pin.ts',
    'cli/profiles/profiles.ts',
    'cli/trial/trial.ts',
    'cli/upgrade/upgrade.ts',
  ],
  // mcp-run upgrade alone.
  'comparison.cjs': ['runtime/code/compare.ts'],
}
const lateFile = (source) => Object.keys(LATE_PARTS).find((file) => LATE_PARTS[file].includes(source))

/** Of a library that a start waits for, what is used of it: half is left out, and half of the time. */
const USED_PARTS = {
  '@peculiar/x509': [
    'AuthorityKeyIdentifierExtension',
    'BasicConstraintsExtension',
    'ExtendedKeyUsage',
    'ExtendedKeyUsageExtension',
    'KeyUsageFlags',
    'KeyUsagesExtension',
    'SubjectAlternativeNameExtension',
    'SubjectKeyIdentifierExtension',
    'X509Certificate',
    'X509CertificateGenerator',
    'cryptoProvider',
  ],
}

/** Names of programs that open a browser: in the sandbox each is the same small script. */
const BROWSERS = [
  'xdg-open',
  'open',
  'x-www-browser',
  'www-browser',
  'sensible-browser',
  'gnome-open',
  'wslview',
]

/** CommonJS has no import.meta.url: each bundle says its own. */
const importMetaUrl = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;"

const OWN_CODE = {
  minifyWhitespace: true,
  minifySyntax: true,
  // Native addons are found by their own paths, so they stay where npm put them; bindings is what looks for one.
  external: ['koffi', 'bindings'],
  // Of a library's file too: import() would read it twice, once for the names that it exports.
  supported: { 'dynamic-import': false },
}

/** @param {{ outdir?: string, only?: readonly string[] }} [options] */
export async function build({ outdir = join(root, 'dist'), only } = {}) {
  const chosen = Object.entries(PROGRAMS).filter(
    ([name, { source }]) => (only === undefined || only.includes(name)) && existsSync(join(root, source)),
  )
  await Promise.all([
    ...chosen.map(([name, program]) => buildProgram(name, program, outdir)),
    ...LIBRARIES.map((name) => buildLibrary(name, outdir)),
    ...Object.keys(LATE_PARTS).map((file) => buildLatePart(file, outdir)),
    ...BROWSERS.map((name) =>
      copyProgram('runtime/sandbox/programs/xdg-open', join('programs', name), outdir),
    ),
    copyProgram('runtime/packages/python/client.py', 'python-client.py', outdir),
    compileProfiles({ outfile: join(outdir, 'profiles.json') }),
    pinKoffi(join(outdir, 'koffi-binaries.json')),
  ])
}

async function buildLibrary(name, outdir) {
  const outfile = join(outdir, libraryFile(name))
  const parts = USED_PARTS[name]
  const contents = parts
    ? `export { ${parts.join(', ')} } from '${name}'`
    : `module.exports = require('${name}')`
  await writeBundle(outfile, {
    stdin: { contents, resolveDir: root },
    // The modules of the library, from which parts can be left out.
    ...(parts && { mainFields: ['module', 'main'] }),
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [lean],
  })
}

async function buildLatePart(file, outdir) {
  const parts = LATE_PARTS[file].map((source) => `'${source}': () => require('./${source}')`)
  const contents = `module.exports = { ${parts.join(', ')} }`
  await writeBundle(join(outdir, file), {
    stdin: { contents, resolveDir: root },
    ...OWN_CODE,
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: importMetaUrl },
    plugins: [ownFiles, lateParts],
  })
}

async function buildProgram(name, { source, executable, alone = false }, outdir) {
  await writeBundle(join(outdir, `${name}.cjs`), {
    entryPoints: [source],
    ...OWN_CODE,
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: executable ? `#!/usr/bin/env node\n${importMetaUrl}` : importMetaUrl },
    plugins: alone ? [] : [ownFiles, lateParts],
  })
  if (executable) await chmod(join(outdir, `${name}.cjs`), 0o755)
}

/** Copies and no links: npm packs none. */
async function copyProgram(source, name, outdir) {
  const target = join(outdir, name)
  await mkdir(dirname(target), { recursive: true })
  await copyFile(join(root, source), `${target}.new`)
  await chmod(`${target}.new`, 0o755)
  await rename(`${target}.new`, target)
}

/**
 * What the tap's image needs of koffi for Linux, by processor, as the lock has it: npm installs the binary of the
 * machine that it runs on alone, and packs no lock.
 */
async function pinKoffi(outfile) {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
  const pinned = (arch) => {
    const name = `@koromix/koffi-linux-${arch}`
    const { version, integrity } = packages[`node_modules/${name}`]
    return [arch, { name, version, integrity }]
  }
  await mkdir(dirname(outfile), { recursive: true })
  await writeFile(`${outfile}.new`, `${JSON.stringify(Object.fromEntries(['x64', 'arm64'].map(pinned)))}\n`)
  await rename(`${outfile}.new`, outfile)
}

const ownFiles = {
  name: 'libraries in files of their own',
  setup: (builder) => {
    const filter = new RegExp(`^(${LIBRARIES.join('|')})$`)
    builder.onResolve({ filter }, ({ path }) => ({ path: `./${libraryFile(path)}`, external: true }))
  },
}

const lateParts = {
  name: 'what is read late, in files of its own',
  setup: (builder) => {
    builder.onResolve({ filter: /^\.{1,2}\// }, ({ kind, path, resolveDir, namespace }) => {
      if (namespace === 'late') return { path, external: true }
      const source = relative(root, join(resolveDir, path))
      const late = kind === 'dynamic-import' && lateFile(source) !== undefined
      return late ? { path: source, namespace: 'late' } : undefined
    })
    builder.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: `module.exports = require('./${lateFile(path)}')['${path}']()`,
    }))
  },
}

/** What dockerode loads and mcp-run never uses: an SSH client of its own, BuildKit's sessions, and logs of what is sent. */
const UNUSED = {
  ssh2: 'module.exports = {}',
  '@grpc/grpc-js': 'module.exports = {}',
  '@grpc/proto-loader': 'module.exports = {}',
  protobufjs: 'module.exports = {}',
  debug: 'module.exports = () => () => undefined',
}

/** What it needs for an image's build, or for an engine behind TLS: loaded at the first use. */
const LATE = ['tar-fs', '@balena/dockerignore', 'https']

const late = (path) => `
const load = () => require('${path}')
module.exports = new Proxy(function () {}, {
  get: (_, name) => load()[name],
  apply: (_, self, args) => load().apply(self, args),
})`

/** A library without its parts that are not used, with Node's own streams in place of their copy. */
const lean = {
  name: 'the part of a library that is used',
  setup: (builder) => {
    const contents = { ...UNUSED, 'readable-stream': "module.exports = require('node:stream')" }
    for (const path of LATE) contents[path] = late(path)
    const filter = new RegExp(`^(${Object.keys(contents).join('|')})$`)
    builder.onResolve({ filter }, ({ path, namespace, resolveDir }) =>
      namespace === 'lean' ? undefined : { path, namespace: 'lean', pluginData: resolveDir },
    )
    builder.onLoad({ filter: /.*/, namespace: 'lean' }, ({ path, pluginData: resolveDir }) => {
      return { contents: contents[path], resolveDir }
    })
  },
}

/** A file is replaced whole: never half of one under a process that is about to load it. */
async function writeBundle(outfile, options) {
  await bundle({
    absWorkingDir: root,
    outfile: `${outfile}.new`,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    ...options,
  })
  await rename(`${outfile}.new`, outfile)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const only = process.argv.slice(2)
  await build(only.length > 0 ? { only } : {})
}
