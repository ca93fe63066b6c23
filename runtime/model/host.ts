/**
 * The machine that mcp-run itself runs on. Namespaces, /proc and the tap's system calls are Linux's alone: on another
 * system all of that is in the machine of a container engine, and mcp-run keeps to what Node offers.
 */
export function isLinux(): boolean {
  return process.platform === 'linux'
}

const NAMES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'Linux',
  darwin: 'macOS',
  win32: 'Windows',
}

/** For people. */
export function hostName(): string {
  return NAMES[process.platform] ?? process.platform
}

/** Advice, and with it the sandbox that needs no engine, where there is one. */
export function orNative(advice: string, native = '; or the native sandbox: --sandbox native'): string {
  return isLinux() ? advice + native : advice
}
