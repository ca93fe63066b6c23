/** Whether a normalised name is the one that a rule names, or lies below it where the rule begins with `*.`. */
export function nameFits(pattern: string, name: string): boolean {
  return pattern.startsWith('*.')
    ? name.endsWith(pattern.slice(1)) && name.length > pattern.length - 1
    : name === pattern
}
