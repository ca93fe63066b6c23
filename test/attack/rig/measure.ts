import type { Internet, Traffic } from '../../fixtures/internet/model.ts'
import type { HostListener } from './host-listener.ts'

/** The far end's counts around an action. */
export interface Measured {
  readonly before: Traffic
  readonly after: Traffic
  /** Bytes that the host's own services got meanwhile, by port. */
  readonly hostBytes: ReadonlyMap<number, number>
}

export async function measured<T>(
  internet: Internet,
  listener: HostListener | undefined,
  action: () => Promise<T>,
): Promise<Measured & { readonly result: T }> {
  const hostBefore = new Map(listener?.received)
  const before = await internet.traffic()
  const result = await action()
  const after = await internet.traffic()
  const hostBytes = new Map<number, number>()
  for (const [port, bytes] of listener?.received ?? []) {
    const more = bytes - (hostBefore.get(port) ?? 0)
    if (more > 0) hostBytes.set(port, more)
  }
  return { result, before, after, hostBytes }
}
