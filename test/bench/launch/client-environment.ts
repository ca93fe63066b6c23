const EXTRA_CERTIFICATES = 'NODE_EXTRA_CA_CERTS'

/** What MCP clients pass on (the SDK's list), and what says where npm's registry is. */
const PASSED = ['HOME', 'LOGNAME', 'SHELL', 'TERM', 'USER', 'npm_config_registry', 'npm_config_cafile']

/** A client's environment, with the extra certificates of this machine or without. */
export function clientEnvironment({ certificates }: { readonly certificates: boolean }) {
  const names = certificates ? [...PASSED, EXTRA_CERTIFICATES] : PASSED
  const passed = names.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  // npm puts its own folders first when it runs a script.
  const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'))
  return { PATH: path.join(':'), ...Object.fromEntries(passed) }
}

export function hasExtraCertificates(): boolean {
  return (process.env[EXTRA_CERTIFICATES] ?? '') !== ''
}
