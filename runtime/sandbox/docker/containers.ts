import type Dockerode from 'dockerode'

/** The containers of one sandbox, which end with it. */
export interface Containers {
  /** Creates one; it is removed at once where the sandbox has ended meanwhile. */
  create(api: Dockerode, options: Dockerode.ContainerCreateOptions): Promise<Dockerode.Container>
  removeAll(): void
}

/** The library would repeat all of it, environment and filter, in the request's path, which engines log and parse. */
function createContainer(
  api: Dockerode,
  { platform, ...body }: Dockerode.ContainerCreateOptions,
): Promise<Dockerode.Container> {
  const request = { _query: platform === undefined ? {} : { platform }, _body: body }
  return api.createContainer(request as Dockerode.ContainerCreateOptions)
}

export function ownContainers(): Containers {
  const made = new Set<Dockerode.Container>()
  let over = false
  return {
    create: async (api, options) => {
      const container = await createContainer(api, options)
      made.add(container)
      if (over) void removeInTurn([container])
      return container
    },
    removeAll: () => {
      over = true
      void removeInTurn([...made].reverse())
    },
  }
}

/** Those first that have joined another: Podman removes none that is joined. Those that have ended have removed themselves. */
export async function removeInTurn(containers: readonly Dockerode.Container[]): Promise<void> {
  for (const container of containers) await container.remove({ force: true, v: true }).catch(() => undefined)
}
