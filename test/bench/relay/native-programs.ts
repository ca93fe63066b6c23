import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../../../runtime/sandbox/tools.ts'
import { execute } from '../../fixtures/internet/execute.ts'

const SOURCES = fileURLToPath(new URL('./load/', import.meta.url))
const PROGRAMS = {
  generator: ['generator.c', 'exchanges.c', 'streams.c', 'opening.c', 'path.c'],
  'far-server': ['far-server.c', 'path.c'],
} as const

export interface NativePrograms {
  readonly generator: string
  readonly farServer: string
}

/** Compiles both ends of the load: in Node they, and not what is between them, would be measured. Needs gcc. */
export async function compilePrograms(folder: string): Promise<NativePrograms> {
  if (findProgram('gcc') === null) throw new Error('it needs gcc (apt-get install gcc)')
  const compile = async (name: keyof typeof PROGRAMS): Promise<string> => {
    const program = join(folder, name)
    const sources = PROGRAMS[name].map((file) => join(SOURCES, file))
    await execute(['gcc', '-O2', '-Wall', '-Wextra', '-pthread', '-o', program, ...sources])
    return program
  }
  const [generator, farServer] = await Promise.all([compile('generator'), compile('far-server')])
  return { generator, farServer }
}
