import { describe, expect, it } from 'vitest'
import { parseDockerRun } from '../../../../cli/run/docker-run.ts'
import { McpRunError } from '../../../../runtime/model/errors.ts'

/** Words between spaces; what is to hold a space is given as a list. */
const words = (text: string | readonly string[]) => (typeof text === 'string' ? text.split(' ') : text)

describe('what would weaken the sandbox', () => {
  it.each([
    ['--privileged', '--privileged is refused: it gives the server the whole machine', 'leave it out'],
    ['--privileged=1', '--privileged is refused', 'leave it out'],
    ['--cap-add NET_ADMIN', '--cap-add is refused', 'leave it out'],
    ['--cap-add=', '--cap-add is refused', 'leave it out'],
    ['--device /dev/fuse', '--device is refused', 'leave it out'],
    ['--device-cgroup-rule x', '--device-cgroup-rule is refused', 'leave it out'],
    ['--gpus all', '--gpus is refused: GPUs are devices of the host', 'processor'],
    ['--pid host', '--pid is refused', 'leave it out'],
    ['--pid=container:x', '--pid is refused', 'leave it out'],
    ['--ipc=host', '--ipc is refused', 'leave it out'],
    ['--ipc container:x', '--ipc is refused', 'leave it out'],
    ['--uts host', '--uts is refused', 'leave it out'],
    ['--userns=host', '--userns is refused', 'leave it out'],
    ['--cgroupns host', '--cgroupns is refused', 'leave it out'],
    ['--network host', "--network is refused: another's network", 'host-loopback'],
    ['--net=host', "--net is refused: another's network", 'host-loopback'],
    ['--network HOST', '--network is refused', 'host-loopback'],
    ['--network bridge --network host', '--network is refused', 'host-loopback'],
    ['--network name=host,alias=x', '--network is refused', 'host-loopback'],
    ['--network alias=x,NAME=host', '--network is refused', 'host-loopback'],
    ['--network container:db', '--network is refused', 'host-loopback'],
    ['--network ns:/proc/1/ns/net', '--network is refused', 'host-loopback'],
    ['--security-opt seccomp=unconfined', '--security-opt is refused', 'leave it out'],
    ['--security-opt=apparmor=unconfined', '--security-opt is refused', 'leave it out'],
    ['--security-opt label=disable', '--security-opt is refused', 'leave it out'],
    ['--security-opt systempaths=unconfined', '--security-opt is refused', 'leave it out'],
    ['--security-opt no-new-privileges=false', '--security-opt is refused', 'leave it out'],
    ['--volumes-from x', '--volumes-from is refused', '--mount type=bind'],
    ['--volume-driver nfs', '--volume-driver is refused', 'make the volume first'],
    ['--use-api-socket', '--use-api-socket is refused', 'leave it out'],
    ['--runtime runsc', '--runtime is refused', 'leave it out'],
    ['-d', '--detach is refused: a detached container has no stdio', 'leave it out'],
    ['-itd', '--detach is refused', 'leave it out'],
    ['--disable-content-trust=false', '--disable-content-trust is refused when false', 'digest'],
    ['--env-host', '--env-host is refused', '-e NAME'],
    ['--secret x', '--secret is refused', '-e NAME'],
    ['--uidmap 0:0:1', '--uidmap is refused', 'leave it out'],
    ['--pod x', '--pod is refused', 'leave it out'],
    ['--rootfs', '--rootfs is refused', 'leave it out'],
  ])('refuses %s', (text, message, hint) => refuses([...words(text), 'img'], message, hint))
})

describe('folders', () => {
  it.each<readonly [string | readonly string[], string, string]>([
    ['-v ~/x:/y', "-v: '~/x' is neither an absolute path nor a volume's name", 'no shell fills in'],
    ['-v $HOME/x:/y', "-v: '$HOME/x' is neither", 'no shell fills in'],
    ['-v x/y:/y', "-v: 'x/y' is neither", '-v /DIR:/DIR'],
    ['-v x:/y', "-v: 'x' is neither", '-v /DIR:/DIR'],
    ['-v :/y', "-v: '' is neither", '-v /DIR:/DIR'],
    ['-v /foo:ro', "-v: 'ro' is no absolute path in the container", '-v /DIR'],
    ['-v foo', "-v: 'foo' is no absolute path in the container", '-v /DIR'],
    ['-v /a:/', "-v: '/' would hide the image's whole root", '-v /DIR'],
    ['-v /a:/b/..', "-v: '/b/..' would hide", '-v /DIR'],
    ['-v /a:/b:ro:z', "-v: '/a:/b:ro:z' has too many colons", '-v /DIR'],
    ['-v /a:/b:rx', "-v: '/a:/b:rx' ends in modes that are none", '-v /DIR'],
    ['-v /a:/b:ro,rw', "-v: '/a:/b:ro,rw' ends in modes that are none", '-v /DIR'],
    ['-v /a:/b:', "-v: '/a:/b:' ends in modes that are none", '-v /DIR'],
    ['-v /a:/b -v c1:/b', 'two mounts have the same target, /b', 'keep one'],
    ['-v /a:/b --tmpfs /b/', 'two mounts have the same target, /b', 'keep one'],
    ['--tmpfs b', "--tmpfs: 'b' is no absolute path", '--tmpfs /DIR'],
    ['--mount type=bind,src=/a', "--mount: '' is no absolute path in the container", '--mount type=bind'],
    ['--mount type=bind,dst=/b', "--mount: '' is no absolute path", '--mount type=bind'],
    ['--mount type=bind,src=a,dst=/b', "--mount: 'a' is no absolute path", '--mount type=bind'],
    ['--mount type=bind,src=.a,dst=/b', "--mount: '.a' is no absolute path", '--mount type=bind'],
    ['--mount type=npipe,src=/a,dst=/b', "--mount: 'npipe' is no type", '--mount type=bind'],
    ['--mount src=~/a,dst=/b', "--mount: '~/a' is neither", 'no shell'],
    ['--mount "type=bind,dst=/b', "--mount: '\"type=bind,dst=/b' has quotes that do not pair", '--mount'],
    ['--mount dst=/b,', "--mount: '' is not understood", '--mount'],
    ['--mount dst=/b,readonly=maybe', "--mount: 'readonly' is true or false", '--mount'],
    ['--mount dst=/b,volume-opt=o=password=s3cret', "--mount: 'volume-opt' is refused: a driver", '--mount'],
    ['--mount dst=/b,odd=s3cret', "--mount: 'odd' is not understood", '--mount'],
  ])('refuses %s', (text, message, hint) => refuses([...words(text), 'img'], message, hint))
})

describe('limits', () => {
  it.each([
    ['-m 1xb', '--memory is no size'],
    ['-m -1', '--memory is no size'],
    ['-m=', '--memory is no size'],
    ['-m 99999999t', '--memory is no size'],
    ['--cpus many', '--cpus is no number of cores'],
    ['--cpus -1', '--cpus is no number of cores'],
    ['--cpus 1e9', '--cpus is no number of cores'],
    ['--cpus 99999', '--cpus is no number of cores'],
    ['--pids-limit 1.5', '--pids-limit is no number of processes'],
  ])('refuses %s', (text, message) => refuses([...words(text), 'img'], message, ''))
})

describe('what is malformed', () => {
  it.each<readonly [string | readonly string[], string, string]>([
    ['-i --rm', 'no image is named', 'docker run -i --rm'],
    ['-i --', 'no image is named', 'docker run -i --rm'],
    ['-e', '-e needs a value', ''],
    ['--env', '--env needs a value', ''],
    ['-e =s3cret img', '-e names no variable', '-e NAME'],
    [['-e', 'a\0b=s3cret', 'img'], '-e names no variable', '-e NAME'],
    ['-e AWS_* img', '-e takes one name', '-e NAME'],
    ['--enw K=s3cret img', '--enw is no option that mcp-run knows', 'did you mean --env?'],
    ['--quantum=s3cret img', '--quantum is no option that mcp-run knows', 'leave --quantum out'],
    ['-iz img', '-z is no option that mcp-run knows', 'leave -z out'],
    [['--\u001b[2J', 'img'], '--\\x1b[2J is no option', 'leave --\\x1b[2J out'],
    ['--rm=yes img', '--rm is a switch', ''],
    ['-i=2 img', '-i is a switch', ''],
    ['-i -', "'-' is no image: its name has no such form", 'REGISTRY'],
    ['IMG', "'IMG' is no image: its name has capital letters", 'REGISTRY'],
    ['docker://x', "'docker://x' is no image: it is a URL", 'REGISTRY'],
    ['-w rel img', "-w 'rel' is no absolute path", '-w /DIR'],
    ['--platform a/b/c/d img', "--platform 'a/b/c/d' is none", 'linux/arm64'],
    ['--pull newer img', '--pull newer: it is one of', ''],
  ])('%j', (text, message, hint) => refuses(words(text), message, hint))

  it.each<readonly [readonly string[], string, string]>([
    [['docker'], "of docker's commands only run", ''],
    [['docker', 'compose', 'run', 'x'], "of docker's commands only run is understood, not 'compose'", ''],
    [['docker', 'exec', '-i', 'x'], "not 'exec'", ''],
    [['docker', 'container', 'start', 'x'], "not 'container'", ''],
    [['docker', '--context', 'x', 'run', 'img'], 'with its options after it', 'DOCKER_CONTEXT'],
    [['docker', '-H', 'tcp://x', 'run', 'img'], 'with its options after it', 'DOCKER_HOST'],
    [['podman', 'run'], 'no image is named', ''],
  ])('%j', (all, message, hint) => refuses(all, message, hint, []))
})

function refuses(text: readonly string[], message: string, hint: string, before = ['docker', 'run']): void {
  try {
    parseDockerRun([...before, ...text])
  } catch (error) {
    if (!(error instanceof McpRunError)) throw error
    expect(error.code).toBe('usage')
    expect(error.message).toContain(`docker run: `)
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
    expect(error.message + error.hint).not.toContain('s3cret')
    return
  }
  throw new Error(`accepted: ${text.join(' ')}`)
}
