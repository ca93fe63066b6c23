import { NO_CLEARING } from './rig/controls.ts'
import { type Probe, probeFamily } from './rig/probes.ts'

/** In mcp-run's own environment. The patterns do not match their own command lines. */
const SECRET = 'a-secret-of-the-host'
const PATTERN = 'a-secret-of-the-hos[t]'

/** Prints `found` where the pattern is in one of the files. */
const searched = (title: string, files: string, pattern = PATTERN): Probe => ({
  row: 37,
  title,
  script: () => `grep -aq '${pattern}' ${files} 2>&1 && echo found || echo nothing`,
  fails: /^nothing$/m,
  works: /^found$/m,
})

/** All but the three that a client and a server talk through. */
const DESCRIPTORS = `stdio=$(readlink /proc/1/fd/0 /proc/1/fd/1 /proc/1/fd/2)
for file in /proc/[0-9]*/fd/*; do readlink $file; done 2>/dev/null |
  grep -E 'socket:|memfd:|netlink:' | grep -vF "\${stdio:-none}" || echo nothing`

const probes: readonly Probe[] = [
  searched("mcp-run's environment, in any process", '/proc/[0-9]*/environ'),
  searched("mcp-run's environment, in the first process", '/proc/1/environ'),
  searched("mcp-run's environment, in any thread", '/proc/[0-9]*/task/[0-9]*/environ'),
  searched('values of the environment, in a command line', '/proc/[0-9]*/cmdline', 'node_modules/koff[i]'),
  {
    row: 37,
    title: "descriptors of the recorder's or the tap's",
    script: () => DESCRIPTORS,
    fails: /^nothing$/m,
    works: /^socket:/m,
  },
]

probeFamily({ probes, control: NO_CLEARING, options: { env: { HOST_SECRET: SECRET } } })
