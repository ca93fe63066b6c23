import { baseRootfs } from './fixtures/engine/base-rootfs.ts'

/** Makes what takes longer than a test may: two minutes on a machine that has no base image yet. */
export async function setup(): Promise<void> {
  await baseRootfs()
}
