import { describe, expect, it } from 'vitest'
import type { ImageRequest } from '../../../../cli/run/docker-run/request.ts'
import { isEngineCommand, parseDockerRun } from '../../../../cli/run/docker-run.ts'

const NOTHING: Omit<ImageRequest, 'image'> = {
  client: 'docker',
  args: [],
  env: {},
  pass: [],
  envFiles: [],
  mounts: [],
  volumes: [],
  tmpfs: [],
  entrypoint: null,
  cwd: null,
  user: null,
  noNetwork: false,
  limits: { memory: null, cpus: null, pids: null },
  platform: null,
  pull: null,
  ignored: [],
}
/** Words between spaces; what is to hold a space is given as a list. */
const words = (text: string | readonly string[]) => (typeof text === 'string' ? text.split(' ') : text)
const run = (text: string | readonly string[]) => parseDockerRun(['docker', 'run', ...words(text)])
const bind = (source: string, target: string, write = true) => ({ source, target, write })
const volume = (name: string | null, target: string, write = true) => ({ name, target, write })
const NETWORK = 'the sandbox has its own network'
const TERMINAL = { option: '--tty', why: "a terminal would change the protocol's lines" }

type Case = readonly [text: string | readonly string[], request: Partial<ImageRequest>]

describe('what people have', () => {
  it.each<Case>([
    [
      '-i --rm -e GITHUB_PERSONAL_ACCESS_TOKEN ghcr.io/github/github-mcp-server',
      { image: 'ghcr.io/github/github-mcp-server', pass: ['GITHUB_PERSONAL_ACCESS_TOKEN'] },
    ],
    [
      '-i --rm -e GITHUB_PERSONAL_ACCESS_TOKEN -e GITHUB_TOOLSETS=repos,issues ghcr.io/github/github-mcp-server:v0.20 stdio --read-only',
      {
        image: 'ghcr.io/github/github-mcp-server:v0.20',
        env: { GITHUB_TOOLSETS: 'repos,issues' },
        pass: ['GITHUB_PERSONAL_ACCESS_TOKEN'],
        args: ['stdio', '--read-only'],
      },
    ],
    [
      '-i --rm --mount type=bind,src=/Users/x/Desktop,dst=/projects/Desktop --mount type=bind,src=/path/to/other,dst=/projects/other,ro --mount type=bind,src=/f.txt,dst=/projects/f.txt mcp/filesystem /projects',
      {
        image: 'mcp/filesystem',
        args: ['/projects'],
        mounts: [
          bind('/Users/x/Desktop', '/projects/Desktop'),
          bind('/path/to/other', '/projects/other', false),
          bind('/f.txt', '/projects/f.txt'),
        ],
      },
    ],
    [
      '-i --rm mcp/postgres postgresql://host.docker.internal:5432/db',
      { image: 'mcp/postgres', args: ['postgresql://host.docker.internal:5432/db'] },
    ],
    [
      '-i --rm --add-host=host.docker.internal:host-gateway mcp/postgres x',
      {
        image: 'mcp/postgres',
        args: ['x'],
        ignored: [
          {
            option: '--add-host',
            why: 'names are answered by the recorder; a service on the host is declared as host-loopback',
          },
        ],
      },
    ],
    [
      '-i --rm -v claude-memory:/app/dist mcp/memory',
      { image: 'mcp/memory', volumes: [volume('claude-memory', '/app/dist')] },
    ],
    ['run', { image: 'run' }],
    ['-it --rm --init mcp/puppeteer', { image: 'mcp/puppeteer', ignored: [TERMINAL] }],
    [
      '-i --rm --init -e DOCKER_CONTAINER=true mcp/puppeteer',
      { image: 'mcp/puppeteer', env: { DOCKER_CONTAINER: 'true' } },
    ],
    [
      '-i --rm --init --pull=always mcr.microsoft.com/playwright/mcp',
      { image: 'mcr.microsoft.com/playwright/mcp', pull: 'always' },
    ],
    [
      '--rm -i --network=host -e X=1 grafana/mcp-grafana'.replace('host', 'bridge'),
      {
        image: 'grafana/mcp-grafana',
        env: { X: '1' },
        ignored: [{ option: '--network', why: NETWORK }],
      },
    ],
    [
      '--rm -p 8000:8000 --name mcp-x -i -e K owner/x -t stdio',
      {
        image: 'owner/x',
        pass: ['K'],
        args: ['-t', 'stdio'],
        ignored: [
          { option: '--publish', why: NETWORK },
          { option: '--name', why: 'mcp-run names and labels its containers itself' },
        ],
      },
    ],
    [
      '-i --rm --env-file /home/x/.env --entrypoint node -w /app -u 1000:1000 owner/x dist/index.js',
      {
        image: 'owner/x',
        envFiles: ['/home/x/.env'],
        entrypoint: 'node',
        cwd: '/app',
        user: '1000:1000',
        args: ['dist/index.js'],
      },
    ],
    [
      '-i --rm --memory=512m --cpus 0.5 --pids-limit 100 --read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp owner/x',
      { image: 'owner/x', limits: { memory: 512 * 1024 ** 2, cpus: 0.5, pids: 100 }, tmpfs: ['/tmp'] },
    ],
  ])('docker run %s', (text, request) => expect(run(text)).toEqual({ ...NOTHING, ...request }))
})

describe('the grammar of the command line', () => {
  it.each<Case>([
    ['-ie K img', { pass: ['K'] }],
    ['-ieK=V img', { env: { K: 'V' } }],
    ['-e=K=V img', { env: { K: 'V' } }],
    ['-eK img', { pass: ['K'] }],
    ['--env=K=V --env A img', { env: { K: 'V' }, pass: ['A'] }],
    ['-e K= -e A=b=c img', { env: { K: '', A: 'b=c' } }],
    [['-e', 'K=with space\nand line', 'img'], { env: { K: 'with space\nand line' } }],
    [
      '-e __proto__=x -e constructor img',
      { env: Object.fromEntries([['__proto__', 'x']]), pass: ['constructor'] },
    ],
    ['-e K=1 -e K=2 img', { env: { K: '2' } }],
    ['-e K=1 -e K img', { pass: ['K'] }],
    ['-e K -e K=1 img', { env: { K: '1' } }],
    ['-e -- img', { pass: ['--'] }],
    ['-i -- img -- a', { args: ['--', 'a'] }],
    ['-i img -e K --privileged', { args: ['-e', 'K', '--privileged'] }],
    ['-i=true --rm=0 -t=false img', {}],
    ['--privileged=false -d=0 img', {}],
    ['--rm --interactive --attach stdin -a=stdout -astderr img', {}],
    ['--entrypoint= img a', { entrypoint: '', args: ['a'] }],
    ['--entrypoint a --entrypoint b img', { entrypoint: 'b' }],
    ['--user= --workdir= --platform= img', {}],
    ['--env-file a --env-file=b img', { envFiles: ['a', 'b'] }],
    ['--platform linux/arm64/v8 img', { platform: 'linux/arm64/v8' }],
    ['--pull never img', { pull: 'never' }],
    ['-t -t --tty img', { ignored: [TERMINAL] }],
    ['--disable-content-trust img', {}],
  ])('%s', (text, request) => expect(run(text)).toEqual({ ...NOTHING, image: 'img', ...request }))

  it.each<readonly [readonly string[], Partial<ImageRequest>]>([
    [['docker', 'container', 'run', '-i', 'img'], {}],
    [['podman', 'run', '-i', 'img'], { client: 'podman' }],
    [['podman', 'run', '--userns=keep-id', '--replace', '--http-proxy=false', 'img'], { client: 'podman' }],
    [['/opt/x/bin/docker', 'run', 'img'], {}],
  ])('%j', (all, request) => {
    const { ignored: _, ...parsed } = parseDockerRun(all)
    const { ignored: __, ...nothing } = NOTHING
    expect(parsed).toEqual({ ...nothing, image: 'img', ...request })
  })
})

describe('folders', () => {
  it.each<Case>([
    ['-v /a:/b img', { mounts: [bind('/a', '/b')] }],
    ['-v/a:/b:ro img', { mounts: [bind('/a', '/b', false)] }],
    ['--volume=/a:/b/:rw img', { mounts: [bind('/a', '/b')] }],
    [
      '-v ./a:/b -v .:/c -v ..:/d -v .x:/e img',
      { mounts: ['./a', '.', '..', '.x'].map((one, at) => bind(one, `/${'bcde'[at]}`)) },
    ],
    [
      '-v /a:/b:ro,Z img',
      {
        mounts: [bind('/a', '/b', false)],
        ignored: [{ option: 'mount at /b', why: 'its mode Z is left out' }],
      },
    ],
    ['-v data:/b:ro -v /c img', { volumes: [volume('data', '/b', false), volume(null, '/c')] }],
    ['-v /a:/b/../c img', { mounts: [bind('/a', '/c')] }],
    ['--mount type=bind,source=.,destination=/b,readonly=false img', { mounts: [bind('.', '/b')] }],
    ['--mount TYPE=Bind,Src=/a,target=/b,ro=1 img', { mounts: [bind('/a', '/b', false)] }],
    [['--mount', '"type=bind","src=/a,b ""c""",dst=/b', 'img'], { mounts: [bind('/a,b "c"', '/b')] }],
    ['--mount src=data,dst=/b --mount dst=/c img', { volumes: [volume('data', '/b'), volume(null, '/c')] }],
    [
      '--mount type=tmpfs,dst=/b,tmpfs-size=1m --tmpfs /c:size=1k,noexec img',
      {
        tmpfs: ['/b', '/c'],
        ignored: [
          { option: 'mount at /b', why: 'its tmpfs-size is left out' },
          { option: 'mount at /c', why: 'its options are left out' },
        ],
      },
    ],
  ])('%s', (text, request) => expect(run(text)).toEqual({ ...NOTHING, image: 'img', ...request }))
})

it.each([
  ['--network bridge', NETWORK],
  ['--network=', NETWORK],
  ['--net default', NETWORK],
  ['--network slirp4netns:port_handler=x', NETWORK],
  ['--network my-net', `${NETWORK}: other containers are not reached by their names`],
  ['--network name=my-net', `${NETWORK}: other containers are not reached by their names`],
  ['-P', NETWORK],
  ['--dns 8.8.8.8', 'names are answered by the recorder; a service on the host is declared as host-loopback'],
  ['--ipc private', 'the sandbox has its own namespaces'],
  ['--cgroupns private', 'the sandbox has its own namespaces'],
  ['--log-driver none', 'the engine logs nothing of the conversation'],
  ['--label a=s3cret', 'mcp-run names and labels its containers itself'],
  ['-h box', 'mcp-run names and labels its containers itself'],
  ['--restart always', 'mcp-run starts, watches and ends the container itself'],
  ['--memory-swap -1', 'of the limits, --memory, --cpus and --pids-limit are kept'],
  ['--shm-size 1g', 'of the limits, --memory, --cpus and --pids-limit are kept'],
  ['--group-add 999', "the sandbox's kernel settings and groups are its own"],
])('leaves out %s, and says why', (text, why) => {
  const { ignored } = run([...words(text), 'img'])
  expect(ignored).toEqual([{ option: expect.stringMatching(/^--[a-z-]+$/), why }])
})

it.each<readonly [string, boolean]>([
  ['--network none', true],
  ['--net=none', true],
  ['--network name=none', true],
  ['--network bridge', false],
  ['--network nonesuch', false],
  ['-l none', false],
])('%s: no network: %s', (text, noNetwork) => {
  expect(run(`${text} img`)).toMatchObject({ noNetwork })
  expect(run(`--network none ${text} img`).noNetwork).toBe(true)
})

describe('limits', () => {
  it.each<readonly [string, Partial<ImageRequest['limits']>]>([
    ['-m 1073741824', { memory: 1024 ** 3 }],
    ['-m 100b', { memory: 100 }],
    ['-m1.5g', { memory: 1.5 * 1024 ** 3 }],
    ['-m 512MiB', { memory: 512 * 1024 ** 2 }],
    ['--memory 0', {}],
    ['--cpus .5', { cpus: 0.5 }],
    ['--cpus 2 --cpus 0', {}],
    ['--pids-limit -1', {}],
    ['--pids-limit 7', { pids: 7 }],
  ])('%s', (text, limits) => {
    expect(run(`${text} img`).limits).toEqual({ ...NOTHING.limits, ...limits })
  })
})

it.each<readonly [string, boolean]>([
  ['docker', true],
  ['podman', true],
  ['/usr/bin/docker', true],
  ['docker.exe', true],
  ['node', false],
  ['docker-mcp', false],
  ['/docker/x', false],
  ['', false],
])('%s is an engine’s command: %s', (word, is) => expect(isEngineCommand([word])).toBe(is))
