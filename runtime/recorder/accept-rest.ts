/**
 * Lets a listener accept what waits in its backlog: the event loop takes one connection a turn, so that more may
 * wait until a turn brings none. `accepted` counts those that came so far.
 */
export async function acceptRest(accepted: () => number): Promise<void> {
  for (let before = -1; before !== accepted(); ) {
    before = accepted()
    // Sockets are polled between two check phases.
    await new Promise(setImmediate)
    await new Promise(setImmediate)
  }
}
