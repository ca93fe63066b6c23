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
export function tapBehindRecorder({ api, image, keeps, containers }: TapOptions): Tap {
  const input = new PassThrough()
  const output = new PassThrough()
  const channel = jsonChannel(output, input)
  const remote = remoteTap(channel.as<FromTapRelay, ToTapRelay>())
  const recorder = (async () => {
    const created = await containers.create(await api, recorderContainer(await image, await keeps))
    const { stdin, stdout, stderr } = await attach(created)
    input.pipe(stdin)
    stdout.pipe(output)
    stderr.resume()
    await created.start()
    return created
  })()
  const container = (async () => {
    const { id } = await recorder
    const created = await containers.create(
      await api,
      tapContainer({ image: await image, link: { volumesFrom: id }, keeps: await keeps }),
    )
    await created.start()
    return created
  })()
  return {
    container,
    capture: Promise.all([recorder, container])
      .then(([one, other]) => Promise.race([remote.ready, lost(one, 'recorder'), lost(other, 'tap')]))
      .then(() => ({ kind: 'channel', channel })),
    order: remote.order,
    close: () => input.end(),
  }
}
