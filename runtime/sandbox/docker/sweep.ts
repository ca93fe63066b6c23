import { sweepRunFolders } from '../run-folder.ts'
import { removeInTurn } from './containers.ts'
import type { Engine } from './engine.ts'
import { isAbandoned, LABEL } from './owner.ts'

/** Removes what killed mcp-runs of this machine left in the engine and in the store; those that live keep theirs. */
export async function sweep({ api }: Engine, store: string): Promise<void> {
  sweepRunFolders(store)
  const all = await api.listContainers({ all: true, filters: { label: [LABEL] } })
  const left = all.filter(({ Labels }) => isAbandoned(Labels))
  const joined = left.filter(({ Labels }) => Labels[LABEL] !== 'server')
  const inTurn = [...left.filter((one) => !joined.includes(one)), ...joined]
  await removeInTurn(inTurn.map(({ Id }) => api.getContainer(Id)))
}
