import * as z from 'zod/mini'
import { GIVEN_SOURCES } from '../runtime/model/payload.ts'
import { DAY, ENV_NAME, METHOD, PACKAGE_NAME, PACKAGE_VERSION, PROFILE_NAME } from './patterns.ts'

/**
 * The shape of a profile's file: which fields there are, and of what type. What a host, a block or a size may be
 * is judged after that, field by field, because one pattern can't say what is wrong.
 */
export type RawProfile = z.infer<ReturnType<typeof buildSchema>>
export type RawEntry = NonNullable<RawProfile['egress']>[number]
export type RawSink = NonNullable<RawProfile['sinks']>[number]
export type ProfileSchema = ReturnType<typeof buildSchema>

let built: ProfileSchema | null = null

export function profileSchema(): ProfileSchema {
  built ??= buildSchema()
  return built
}

function buildSchema() {
  const port = z.int().check(z.minimum(1), z.maximum(65_535))
  const ports = z.array(port).check(z.minLength(1), z.maxLength(1024))
  const texts = z.array(z.string().check(z.maxLength(4096)))
  const line = z.string().check(z.minLength(1), z.maxLength(500))

  const inspect = z.union([z.boolean(), z.literal('required')])
  const method = z.string().check(z.regex(METHOD))
  const entry = z.strictObject({
    host: described(z.string(), 'A name, or `*.` and a name for everything below it (not the name itself).'),
    cidr: described(z.string(), 'A block of addresses: `10.1.0.0/16`.'),
    ip: described(z.string(), 'One address, dialled without a name.'),
    'host-loopback': described(
      z.union([port, ports]),
      "Ports of services on the host's own loopback, dialled as localhost.",
    ),
    resolves: described(z.array(z.string()), 'Blocks outside public space that the host may resolve to.'),
    ports: described(ports, 'TCP ports; 443 when neither `ports` nor `port` is given.'),
    port: described(port, 'One TCP port.'),
    transport: described(z.literal('tcp'), 'Always tcp: nothing else is let through.'),
    protocol: described(
      z.enum(['tls', 'http', 'opaque', 'server-first', 'smtp']),
      'What the first bytes must be. Default: http on port 80, else tls; opaque for host-loopback.',
    ),
    purpose: described(line, 'What the server needs it for.'),
    inspect: described(inspect, 'As for the profile, for this host alone.'),
    requests: described(
      z.array(z.string().check(z.maxLength(500))).check(z.minLength(1), z.maxLength(500)),
      'The requests that are declared, others are not: `POST /email`, `GET,HEAD /files/**`, `* /v1/*`.',
    ),
    reads: described(
      z.array(z.string().check(z.maxLength(500))).check(z.minLength(1), z.maxLength(500)),
      'Requests that only read, though they are no GET: `POST /search`. With --read-only they pass.',
    ),
  })

  const sink = z.strictObject({
    host: z.string(),
    method: described(z.union([method, z.array(method).check(z.minLength(1))]), 'Any where there is none.'),
    path: described(z.string().check(z.maxLength(500)), 'Of the request; any where there is none.'),
    field: z
      .string()
      .check(
        z.maxLength(500),
        z.describe(
          'A JSON pointer, `*` for one step, `**` for any; `header:NAME`, `query:NAME`, `path:2` (its segment).',
        ),
      ),
    values: described(
      z.enum(['destinations', 'any']),
      'Addresses, hosts and URLs in the field, or whatever it holds. Default: destinations.',
    ),
    allow: described(
      z.array(z.enum(GIVEN_SOURCES)),
      'Where a value may come from. Default: all but `server`.',
    ),
    onUnexplained: described(z.enum(['block', 'flag']), 'Default: flag.'),
  })

  const npmPackage = z.strictObject({
    npm: z.string().check(z.regex(PACKAGE_NAME), z.maxLength(214)),
    version: z.string().check(z.regex(PACKAGE_VERSION), z.maxLength(256)),
    bin: z.optional(line),
    publishers: described(
      z.array(line).check(z.minLength(1), z.maxLength(50)),
      "Who may publish it: names of the registry's users, or repositories as `github.com/owner/name`.",
    ),
  })

  return z.strictObject({
    extends: described(z.string(), 'A built-in profile that this one adds to.'),
    name: described(z.string().check(z.regex(PROFILE_NAME)), "The server's name in reports."),
    title: described(line, 'For people.'),
    publisher: described(line, 'Who publishes the server.'),
    note: described(
      z.string().check(z.maxLength(4096)),
      'How to run it, where its package cannot be fetched.',
    ),
    package: described(z.union([z.string(), npmPackage]), '`name@version`, or its parts.'),
    image: described(
      z.union([
        z.string(),
        z.strictObject({
          name: z.string(),
          entrypoint: z.optional(texts.check(z.minLength(1))),
          user: z.optional(z.enum(['non-root', 'image'])),
        }),
      ]),
      'An OCI image, where no package is run: its reference, or that with its entrypoint and user.',
    ),
    'install-scripts': described(
      z.array(z.string().check(z.regex(PACKAGE_NAME), z.maxLength(214))).check(z.maxLength(50)),
      'Packages whose install scripts run, in the sandbox; others never do.',
    ),
    'min-age': described(
      z.string(),
      'How long ago a version must have been published: `24h` (the default), `7d`, `0`.',
    ),
    command: described(texts.check(z.minLength(1)), 'Program and arguments, where no package is run.'),
    args: described(texts, 'Arguments put before those of the command line.'),
    'path-arguments': described(
      z.enum(['none', 'read', 'write']),
      'How arguments that are existing paths of the host are shown to the server. Default: read.',
    ),
    env: described(
      z.strictObject({
        pass: described(
          z.array(z.string().check(z.regex(ENV_NAME))),
          'Variables handed on from the outside, where set.',
        ),
        set: described(
          z.record(z.string().check(z.regex(ENV_NAME)), z.string().check(z.maxLength(32_768))),
          `Fixed values; \${HOME} and \${CWD} stand for the sandbox's folders.`,
        ),
      }),
      'The server sees no other variables.',
    ),
    egress: described(
      z.array(entry).check(z.maxLength(1000)),
      'What the server may reach; `[]` for nothing.',
    ),
    inspect: described(
      inspect,
      'Whether TLS is read: true where the client lets it, required or not at all. Default: false.',
    ),
    sinks: described(z.array(sink).check(z.maxLength(200)), 'Where requests say to whom something goes.'),
    'known-values': described(
      texts.check(z.maxLength(1000)),
      'Addresses, hosts and other values that requests may name.',
    ),
    'alert-background': described(z.boolean(), 'Traffic while no call is open is an alert. Default: false.'),
    'callback-ports': described(
      z.array(z.int().check(z.minimum(1024), z.maximum(65_535))).check(z.maxLength(64)),
      "Ports of the host's loopback that lead into the sandbox, for OAuth callbacks.",
    ),
    files: described(
      z.strictObject({
        read: described(texts, 'Folders and files of the host that it may read.'),
        write: described(texts, 'Folders and files of the host that it may write.'),
      }),
      'Absolute, `~/…`, or relative to the working folder.',
    ),
    limits: described(
      z.strictObject({
        memory: described(z.union([z.string(), z.int()]), 'Bytes, or text such as `512M` or `1.5G`.'),
        cpus: described(z.number().check(z.minimum(0.01), z.maximum(4096)), 'Cores.'),
        pids: described(z.int().check(z.minimum(1), z.maximum(4_194_304)), 'Processes and threads.'),
        required: described(z.boolean(), 'Refuse to start where the limits cannot be enforced.'),
      }),
      'What it may use up.',
    ),
    mode: described(z.enum(['enforce', 'monitor']), 'monitor lets undeclared traffic through, flagged.'),
    recorded: described(recordedSchema(), 'The run that the profile was made from.'),
  })
}

function recordedSchema() {
  const line = z.string().check(z.minLength(1), z.maxLength(500))
  return z.strictObject({
    date: z.string().check(z.regex(DAY)),
    version: line,
    backend: z.enum(['native', 'docker']),
    hosts: z.array(z.string()),
    env: described(z.record(z.string().check(z.regex(ENV_NAME)), z.string()), 'Dummy values.'),
    args: described(z.array(z.string()), `On the command line; \${CWD} is the working folder.`),
    call: described(
      z.strictObject({ tool: line, arguments: z.optional(z.record(z.string(), z.unknown())) }),
      'The tool that was called.',
    ),
  })
}

function described<T extends z.ZodMiniType>(type: T, text: string): z.ZodMiniOptional<T> {
  return z.optional(type).check(z.describe(text))
}
