/** Shapes of the plain fields, for the loader and for editors alike. */

/** Also a file's name, and the name of a server's history. */
export const PROFILE_NAME = /^(?!.*\.ya?ml$)[a-z0-9][a-z0-9._-]{0,99}$/
export const METHOD = /^[A-Za-z][A-Za-z-]{0,31}$/
export const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/
export const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
/** As npm has it, scope included; capitals are from its early years. */
export const PACKAGE_NAME = /^(?:@[A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._-]*$/
const PART = '[a-z0-9]+(?:(?:[.]|_{1,2}|-+)[a-z0-9]+)*'
/** As the OCI distribution specification has it, in small letters; the registry may have a port. */
export const IMAGE_NAME = new RegExp(`^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?:\\d{1,5}/)?${PART}(?:/${PART})*$`)
export const IMAGE_TAG = /^\w[\w.-]{0,127}$/
export const IMAGE_DIGEST = /^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/
/** A version, a range or a tag; no URL, path or alias, which would fetch something else. */
export const PACKAGE_VERSION = /^[\w*^~<>=](?:[\w.+*^~<>=| -]*[\w.+*^~<>=|-])?$/
