import { PassThrough } from 'node:stream'
import { jsonChannel } from '../../tap/channel.ts'
import { type FromTapRelay, remoteTap, type ToTapRelay } from '../../tap/tap-relay.ts'
import { attach } from './attached.ts'
import { recorderContainer } from './recorder-container.ts'
import { tapContainer } from './tap-container.ts'
import { lost, type Tap, type TapOptions } from './tap-in-reach.ts'

/**
 * On another kernel than this process's: the recorder is a container too, with the uplink, and takes the tap's
 * sockets over a volume that both have. Its stdio is the channel to here, and its life.
 */
export function tapBehindRecorder({ api, image, facts, containers }: TapOptions): Tap {
  const input = new PassThrough()
  const output = new PassThrough()
  const channel = jsonChannel(output, input)
  const remote = remoteTap(channel.as<FromTapRelay, ToTapRelay>())
  const recorder = (async () =>
    containers.create(await api, recorderContainer(await image(), (await facts()).keeps)))()
  const recording = (async () => {
    const created = await recorder
    const { stdin, stdout, stderr } = await attach(created)
    input.pipe(stdin)
    stdout.pipe(output)
    stderr.resume()
    await created.start()
  })()
  // The volume is there as soon as the recorder's container is created; the tap waits for what will listen in it.
  const container = (async () => {
    const link = { volumesFrom: (await recorder).id }
    return containers.create(await api, tapContainer({ image: await image(), link }))
  })()
  const started = container.then((created) => created.start())
  for (const promise of [recording, started]) promise.catch(() => undefined)
  return {
    container,
    started,
    capture: Promise.all([recorder, container, recording, started])
      .then(([one, other]) => Promise.race([remote.ready, lost(one, 'recorder'), lost(other, 'tap')]))
      .then(() => ({ kind: 'channel', channel })),
    order: remote.order,
    close: () => input.end(),
  }
}
