// The whole test run on a fresh machine: the tools that the tests need, the checks, every suite, one closing line.
import { spawnSync } from 'node:child_process'
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
 * Run without words: all of the native sandbox, and of containers what differs most. The same suites whole, on every
 * sandbox, take an hour more and are run by name: e2e-docker, attack-docker, e2e-recorder, attack-recorder, e2e-podman,
 * e2e-podman-rootless.
 */
const SUITES = ['unit', 'integration', 'e2e', 'attack', 'engine']

if (process.getuid() !== 0) {
  console.error('The tests make network namespaces of their own: run them as root (sudo npm test).')
  process.exit(1)
}
installMissing()
run('npx', ['biome', 'check', '--error-on-warnings', '.'])
run('npx', ['tsc', '--noEmit'])
process.exit(runSuites(process.argv.slice(2)))

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

/** Suite after suite on two cores: what is timed in one is not disturbed by another. */
function runSuites(chosen) {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-run-test-'))
  const sum = { passed: 0, failed: 0, skipped: 0 }
  const notPassed = []
  let ended = true
  try {
    for (const suite of chosen.length > 0 ? chosen : SUITES) {
      const file = join(folder, `${suite}.json`)
      const args = [
        'vitest',
        'run',
        '--project',
        suite,
        '--reporter=default',
        '--reporter=json',
        `--outputFile=${file}`,
      ]
      const { status } = spawnSync('npx', args, { stdio: 'inherit' })
      const result = read(file)
      if (result === null || (status !== 0 && result.numFailedTests === 0)) ended = false
      sum.passed += result?.numPassedTests ?? 0
      sum.failed += result?.numFailedTests ?? 0
      sum.skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0)
      notPassed.push(...named(suite, result))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  for (const line of notPassed) console.log(line)
  if (!ended) console.error('A suite did not run to its end.')
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
  return ended && sum.passed > 0 && sum.failed === 0 && sum.skipped === 0 ? 0 : 1
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
