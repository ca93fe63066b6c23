/** By their numbers, from 1 on: the server's kernel is Linux's, whatever mcp-run's own machine is (signal(7)). */
const NAMES: readonly NodeJS.Signals[] = [
  ...(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE'] as const),
  ...(['SIGKILL', 'SIGUSR1', 'SIGSEGV', 'SIGUSR2', 'SIGPIPE', 'SIGALRM', 'SIGTERM', 'SIGSTKFLT'] as const),
  ...(['SIGCHLD', 'SIGCONT', 'SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGURG', 'SIGXCPU'] as const),
  ...(['SIGXFSZ', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH', 'SIGIO', 'SIGPWR', 'SIGSYS'] as const),
]

export function signalOf(number: number): NodeJS.Signals | null {
  return NAMES[number - 1] ?? null
}

/** 0 for one that has no name there. */
export function numberOf(signal: NodeJS.Signals): number {
  return NAMES.indexOf(signal) + 1
}
