import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EtcFile, ownEtc } from '../root-filesystem.ts'
import { createRunFolder, inStore } from '../run-folder.ts'
import { LINK_SOCKET } from './tap-container.ts'

/** What one sandbox shows its containers: a folder of the store's that ends with it. */
export interface SessionFolder {
  /** Mounted into the tap alone. */
  readonly link: string
  /** The tap's socket, in the folder above. */
  readonly socket: string
  /** Files of /etc for a server that runs under `uid:gid`; null: one whose accounts are its image's. */
  etc(user: string | null): readonly { readonly source: string; readonly target: string }[]
  /** Writes a file into it, and gives its path. */
  write(name: string, content: string): string
  /** Copies a file or a folder into it, and gives its path. */
  copy(source: string): string
  remove(): void
}

const ACCOUNTS: readonly EtcFile[] = ['passwd', 'group']

/**
 * Nobody but its owner gets into the folder; what a container is shown of it, any of its users may read. Throws
 * `store-failed`.
 */
export function createSessionFolder(store: string): SessionFolder {
  const folder = createRunFolder(store)
  const link = join(folder, 'l')
  inStore(store, () => {
    mkdirSync(link)
    chmodSync(link, 0o755)
  })
  let copies = 0
  const write = (name: string, content: string): string => {
    const path = join(folder, name)
    inStore(store, () => {
      writeFileSync(path, content)
      chmodSync(path, 0o444)
    })
    return path
  }
  return {
    link,
    socket: join(link, LINK_SOCKET),
    etc: (user) => {
      const [id = 0, group = id] = (user ?? '0:0').split(':').map(Number)
      const files = Object.entries(ownEtc(id, group)) as [EtcFile, string][]
      return files
        .filter(([name]) => user !== null || !ACCOUNTS.includes(name))
        .map(([name, content]) => ({ source: write(name, content), target: `/etc/${name}` }))
    },
    write,
    copy: (source) => {
      const path = join(folder, `copy-${copies++}`)
      inStore(store, () => {
        cpSync(source, path, { recursive: true, dereference: true })
        // Of a file too: whatever the umask says, whom it is shown may read it.
        chmodSync(path, 0o755)
      })
      return path
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
