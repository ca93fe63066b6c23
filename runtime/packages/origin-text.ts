import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import { archiveAt, isArchivePath, type Origin } from './origin.ts'

/** Whose addresses npm knows without being told that they are repositories. */
const HOSTS: Readonly<Record<string, string>> = {
  github: 'github.com',
  gitlab: 'gitlab.com',
  bitbucket: 'bitbucket.org',
}
const REF = /^[A-Za-z0-9_][\w./+@-]{0,250}$/

/** What npx takes for a place: an archive, a URL, a repository. Null where it is a name. Throws `usage`. */
export function readOrigin(text: string, cwd: string): Origin | null {
  if (isArchivePath(text)) return archiveAt(text, cwd)
  const [before = '', ...rest] = text.split('#')
  const ref = rest.length === 0 ? null : rest.join('#')
  const short = /^(?:(github|gitlab|bitbucket):)?([\w-][\w.-]*\/[\w-][\w.-]*)$/.exec(before)
  if (short !== null) {
    const host = HOSTS[short[1] ?? 'github'] ?? ''
    return repository(text, `https://${host}/${(short[2] ?? '').replace(/\.git$/, '')}.git`, ref)
  }
  if (/^git\+https?:/i.test(before)) return repository(text, before.slice(4), ref)
  if (/^(git|git\+\w+|ssh):|^git@[\w.-]+:/i.test(before) || /^gist:/.test(before))
    throw refused(text, 'repositories are had over https alone', 'git+https://HOST/OWNER/REPOSITORY.git')
  if (!/^https?:/i.test(before)) return null
  const url = webAddress(text, before)
  if (isRepository(url)) return repository(text, url.href, ref)
  return { kind: 'url', address: url.href, ref: null }
}

/** `https://github.com/owner/name`, and whatever ends as repositories do. */
function isRepository({ host, pathname }: URL): boolean {
  const parts = pathname.split('/').filter((part) => part !== '')
  return pathname.endsWith('.git') || (Object.values(HOSTS).includes(host) && parts.length === 2)
}

function repository(text: string, address: string, ref: string | null): Origin {
  const url = webAddress(text, address)
  if (url.search !== '') throw refused(text, 'a repository’s address has no query')
  if (ref === null || ref === '') return { kind: 'git', address: url.href, ref: null }
  if (/^(semver|path):|::/.test(ref)) {
    throw refused(
      text,
      `#${ref} is not understood here`,
      'name a branch, a tag or a commit: OWNER/NAME#v1.2.3',
    )
  }
  if (!REF.test(ref) || /\.\.|@\{|\/\/|\.lock$|[./]$/.test(ref))
    throw refused(text, `'${ref}' is no branch, tag or commit`)
  return { kind: 'git', address: url.href, ref }
}

function webAddress(text: string, address: string): URL {
  if (!URL.canParse(address)) throw refused(text, 'it is no address')
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') {
    throw new McpRunError(
      'usage',
      'a package’s address holds a user or a password, which would be kept with its pin',
      {
        hint: 'leave it out; credentials of ~/.npmrc are used for the registries that they are for',
      },
    )
  }
  // Nothing is there; a connection to it is not even refused.
  if (url.port === '0') throw refused(text, 'there is no port 0')
  url.hash = ''
  return url
}

/** Neither a password nor a query, which may be a key, is said. */
function refused(text: string, why: string, hint = 'docs/packages.md has what is understood'): McpRunError {
  const shown = text.replace(/\/\/[^/?#]*@/, '//***@').replace(/\?[^#]*/, '?***')
  return new McpRunError('usage', `'${escapeText(shown, 200)}' is not had: ${escapeText(why, 200)}`, { hint })
}
