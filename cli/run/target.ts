import type { PackageSpec } from '../../runtime/packages/package-spec.ts'
import type { PythonTool } from '../../runtime/packages/python/index-config.ts'
import type { PythonRequest } from '../../runtime/packages/python/requirement.ts'
import type { ImageTarget } from './image-target.ts'

/** A package of npm's registry. */
export interface PackageTarget {
  readonly kind: 'package'
  readonly spec: PackageSpec
  readonly bin: string | null
  /** A line for a shell, in the place of one command. */
  readonly call?: string
  /** By bun, whatever its first line says. */
  readonly bun?: true
  readonly args: readonly string[]
}

/** A package of a Python index. */
export interface PythonTarget {
  readonly kind: 'python'
  readonly tool: PythonTool
  readonly request: PythonRequest
  readonly args: readonly string[]
}

/** What is to be run: an image, a command of the user's own, or a package that may first have to be installed. */
export type Target =
  | ImageTarget
  /** `folder`: what the command is from, to be shown to it. */
  | { readonly kind: 'command'; readonly command: readonly string[]; readonly folder?: string }
  | PackageTarget
  | PythonTarget
