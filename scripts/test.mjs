// The whole test run on a fresh machine: the tools that the tests need, the checks, every suite, one closing line.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/**
 * Program, or what there is of it -> Debian's package. The product needs the first five, the small internet and the
 * attacks those up to python3's, the engines and the base of their images the rest.
 */
const TOOLS = {
  unshare: 'util-linux',
  setpriv: 'util-linux',
  bwrap: 'bubblewrap',
  nft: 'nftables',
  ip: 'iproute2',
  dig: 'dnsutils',
  nc: 'netcat-openbsd',
  curl: 'curl',
  openssl: 'openssl',
  ping: 'iputils-ping',
  ps: 'procps',
  git: 'git',
  python3: 'python3',
  '/usr/share/python-wheels': 'python3-venv',
  dockerd: 'docker.io',
  containerd: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  debootstrap: 'debootstrap',
  flock: 'util-linux',
  podman: 'podman',
  conmon: 'conmon',
  '/usr/lib/podman/netavark': 'netavark',
  newuidmap: 'uidmap',
  slirp4netns: 'slirp4netns',
}

/**
 * Run without words: two lanes beside each other, one for each core that a small machine has, since most of a test is
 * waiting. There is one container engine at a time, in the second. The attacks on containers, the suites with the recorder
 * in a container and those on Podman take as long again, and longer on a machine where starting a process is slow: they
 * are run by name (attack-docker, recorder, e2e-recorder, attack-recorder, e2e-podman, e2e-podman-rootless).
 */
const LANES = [
  ['unit', 'e2e', 'attack'],
  ['e2e-docker', 'integration'],
]

/** Where more fail, it is no matter of time. */
const MAX_FILES_AGAIN = 8

if (process.getuid() !== 0) {
  console.error('The tests make network namespaces of their own: run them as root (sudo npm test).')
  process.exit(1)
}
installMissing()
run('npx', ['biome', 'check', '--error-on-warnings', '.'])
run('npx', ['tsc', '--noEmit'])
run(process.execPath, ['scripts/build.mjs'])
process.exit(await runLanes(process.argv.slice(2)))

function installMissing() {
  const found = (program) =>
    spawnSync('sh', ['-c', `command -v ${program} || test -e ${program}`]).status === 0
  const missing = Object.entries(TOOLS).filter(([program]) => !found(program))
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(([, name]) => name))]
  console.log(`Installing ${packages.join(', ')} …`)
  run('apt-get', ['update', '-q'])
  run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages])
}

function run(program, args) {
  const { status } = spawnSync(program, args, { stdio: 'inherit' })
  if (status === 0) return
  console.error(`${program} ${args.join(' ')} failed.`)
  process.exit(1)
}

/** With suites that are named: those, one after the other, as they go. */
async function runLanes(chosen) {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-run-test-'))
  const lanes = chosen.length > 0 ? [chosen] : LANES
  const results = []
  const runLane = async (suites) => {
    for (const suite of suites) results.push(await runSuite(suite, folder, lanes.length > 1))
  }
  try {
    await Promise.all(lanes.map(runLane))
    for (const one of results) if (lanes.length > 1) await tryAlone(one, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  for (const { suite, result } of results) for (const line of named(suite, result)) console.log(line)
  const ended = results.every(({ ended }) => ended)
  if (!ended) console.error('A suite did not run to its end.')
  const sum = (count) => results.reduce((all, { result }) => all + (result === null ? 0 : count(result)), 0)
  const passed = sum(({ numPassedTests }) => numPassedTests)
  const failed = sum(({ numFailedTests }) => numFailedTests)
  const skipped = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests)
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  return ended && passed > 0 && failed === 0 && skipped === 0 ? 0 : 1
}

/** `beside`: others run at the same time, and what it prints comes in one piece. */
async function runSuite(suite, folder, beside, files = []) {
  const file = join(folder, `${suite}.json`)
  const args = [
    'vitest',
    'run',
    '--project',
    suite,
    ...files,
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${file}`,
  ]
  if (beside) console.log(`${suite} begins.`)
  const child = spawn('npx', args, {
    stdio: ['ignore', ...(beside ? ['pipe', 'pipe'] : ['inherit', 'inherit'])],
    env: { ...process.env, TEST_BUILD: 'skip' },
  })
  const output = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk))
  const status = await new Promise((resolve) => child.once('close', resolve))
  if (beside) process.stdout.write(Buffer.concat(output))
  const result = read(file)
  return { suite, result, ended: result !== null && (status === 0 || result.numFailedTests > 0) }
}

/**
 * The files of a suite in which something failed beside the other lane run once more with the machine to themselves. What
 * passes then was a matter of time, and is said to be that; what does not has failed.
 */
async function tryAlone(first, folder) {
  const { suite, result } = first
  const failed = (result?.testResults ?? []).filter(({ status }) => status === 'failed')
  if (failed.length === 0 || failed.length > MAX_FILES_AGAIN) return
  const files = failed.map(({ name }) => relative('.', name))
  console.log(`${suite} once more, alone: ${files.join(', ')}`)
  const again = await runSuite(suite, folder, true, files)
  const passes = (file, { fullName }) =>
    again.result?.testResults
      .find(({ name }) => name === file.name)
      ?.assertionResults.some((test) => test.fullName === fullName && test.status === 'passed')
  for (const file of failed) {
    for (const test of file.assertionResults.filter(({ status }) => status !== 'passed')) {
      if (!passes(file, test)) continue
      console.log(`${suite} ${relative('.', file.name)}: passed alone, not beside others: ${test.fullName}`)
      result.numPassedTests++
      result[test.status === 'failed' ? 'numFailedTests' : 'numPendingTests']--
      test.status = 'passed'
    }
  }
  first.ended ||= again.ended && again.result.numFailedTests === 0
}

/** A line for each test that did not pass: of several suites' output, a person is often left with the end alone. */
function named(suite, result) {
  return (result?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => [
    ...(status === 'failed' && assertionResults.length === 0
      ? [`${suite} ${relative('.', name)}: ${message.split('\n')[0]}`]
      : []),
    ...assertionResults
      .filter(({ status }) => status !== 'passed')
      .map(
        ({ status, fullName, failureMessages }) =>
          `${suite} ${relative('.', name)}: ${status}: ${fullName}: ${failureMessages?.[0]?.split('\n')[0] ?? ''}`,
      ),
  ])
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
