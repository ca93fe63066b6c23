/** Required late: reading it costs more than all else that a built-in profile, compiled ahead, needs. */
export function yamlLibrary(): typeof import('yaml') {
  return require('yaml')
}
