import { remembered } from '../model/remembered.ts'

/** What one name says of the values under it. */
interface Role {
  readonly recipient: boolean
  /** It says nothing by itself: `email`, `url`, an index. */
  readonly neutral: boolean
  readonly sharing: boolean
  readonly host: 'host' | 'link' | null
  readonly scope: boolean
}

/**
 * Whether the names down to a value say that something is sent there: `Bcc`, `to/0/email`, `webhook/config/url`.
 * `context`: names around the whole (a path's `/hooks`), for values that their own names say nothing of.
 */
export function isRecipient(names: readonly string[], context: boolean): boolean {
  for (let at = names.length - 1; at >= 0; at--) {
    const role = roleOf(names[at] ?? '')
    if (role.recipient) return true
    if (!role.neutral) return false
  }
  return context && names.length > 0
}

/** Whether any of them says so, whatever stands below it. */
export function isUnderRecipient(names: readonly string[]): boolean {
  return names.some((name) => roleOf(name).recipient)
}

/** Whether a request's path is about whom something is sent to or shared with: a plain `url` or `email` is that. */
export function isSharingPath(path: string): boolean {
  return path.split('/').some((segment) => roleOf(segment).sharing)
}

/** `host`: the name says that a host or URL is its value; `link`: it may as well be a relative path. */
export function hostRole(names: readonly string[]): 'host' | 'link' | null {
  return roleOf(names.findLast((one) => !INDEX.test(one)) ?? '').host
}

/** Names of what a token may do: there URLs are words. */
export function isScope(names: readonly string[]): boolean {
  return roleOf(names.findLast((one) => !INDEX.test(one)) ?? '').scope
}

const INDEX = /^\d*$/
const MAX_NAME = 64

function roleOf(name: string): Role {
  return ownRole(name.slice(0, MAX_NAME))
}

const ownRole = remembered(
  (written): Role => {
    const name = compact(written)
    const words = spoken(written)
    return {
      recipient: RECIPIENT.test(name) || SPOKEN.test(words),
      neutral: NEUTRAL.test(name),
      sharing: SHARING.test(name) || SHARING_WORD.test(words),
      host: HOST.test(name) ? 'host' : LINK.test(name) ? 'link' : null,
      scope: /^(?:oauth)?scopes?$/.test(name),
    }
  },
  { most: 4096, longest: MAX_NAME },
)

/** `Reply-To`, `replyTo` and `reply_to` are one name. */
function compact(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')
}

/** `autoForwardTo_Email` as `auto forward to email`, with a blank at either end. */
function spoken(name: string): string {
  const words = name
    .normalize('NFKC')
    .replace(/([a-z\d])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$2 ')
    .toLowerCase()
    .split(/[^a-z\d]+/)
  return ` ${words.join(' ')} `.replace(/ {2,}/g, ' ')
}

const TAIL =
  '(?:e?mails?|e?mailaddress(?:es)?|address(?:es)?|addrs?|ur[li]s?|endpoints?|hosts?|targets?|links?|hrefs?|recipients?|lists?|users?|contacts?|numbers?|phones?)'
const RECIPIENT = new RegExp(
  [
    // To, cc and bcc, with what is said before and behind them.
    `^(?:x|rcpt|resent|apparently|errors?|return|delivered|original|envelope|e?mail|send|reply|forward|notify|deliver|copy|message|receipt|notification|disposition|report|share|assign|post|publish|export|upload)*(?:to|b?ccs?)${TAIL}*$`,
    `^(?:x|e?mail|message|event|default|new|additional|extra|blind|copy|carbon|report|alert|user|team)*(?:recipients?|rcpt|receivers?|addressees?|web?hooks?|hooks?|callbacks?|redirects?|attendees?|invitees?|invites?|invitations?|subscribers?|guests?|participants?|members?|collaborators?|delegates?|destinations?|forwards?|forwarding|notify|sharedwith|sharewith|endpoints?|listeners?)${TAIL}*$`,
    `(?:bcc|rcpt|recipients?|webhooks?|attendees?|invitees?|subscribers?)${TAIL}*$`,
    `^(?:x|e?mail|status|message|event|fallback|success|failure|error|async|result|return|cancel|answer)*(?:notification|notify|target|delivery|push|post|ping|reply|report|alert|status|response|webhook|callback|forward|hook|sink|receiver|return|results?|upload|export)(?:e?mail|e?mailaddress|address|ur[li]|endpoint|host|recipient)s?$`,
    // A hook of any kind, by its address: `BounceHookUrl`, `postback_url`; where mail bounces to, and goes out by.
    '(?:hook|callback|postback)(?:ur[li]|host|domain|endpoint|address)s?$',
    '^(?:x|resent)*returnpath$|^smtp(?:host|server|relay)$',
  ].join('|'),
)
/** By the words of a name, whatever stands before them. */
const WORD_TAIL =
  '(?: (?:e|e?mails?|e?mailaddress(?:es)?|address(?:es)?|addrs?|ur[li]s?|endpoints?|hosts?|links?|lists?|ids?))*'
const SPOKEN = new RegExp(
  [
    `(?<! (?:link|linked|links|related|relates|belongs|refer|refers|point|points|go|how|up|due|valid|next|according))`,
    ` (?:to|b?ccs?|rcpt|recipients?|receivers?|addressees?|webhooks?|hooks?|callbacks?|postbacks?|attendees?|invitees?`,
    `|subscribers?|watchers?|guests?|participants?|collaborators?|delegates?|forwards?|forwarding|notify|drains?`,
    `|(?:blind|hidden|carbon|silent) ?(?:copy|copies))${WORD_TAIL} $`,
    `| (?:audit|alert|escalation|receipt|billing|invoice|feedback|assignee|journal|archive|backup|bounces?|complaints?`,
    `|digest|recovery|copy|hidden|blind) (?:e ?)?(?:mails?|mail ?address(?:es)?|address(?:es)?) $`,
    `| (?:smtp|mail|relay|mx|proxy) (?:hosts?|servers?|relays?|gateways?) $`,
  ].join(''),
)
/** Of a path's segment: `setWebhook`, `conversations.inviteShared`, `forward_bounce`. */
const SHARING_WORD =
  / (?:webhooks?|invites?|invitations?|subscribe|subscriptions?|forward|forwarding|delegates?|share|shared|sharing) /
const NEUTRAL =
  /^(?:\d*|e?mails?|e?mailaddress(?:es)?|address(?:es)?|addr|values?|ur[li]s?|href|link|ids?|items?|lists?|users?|contacts?|config|endpoints?|member|list)$/
const SHARING =
  /^(?:web)?hooks?$|^(?:invitations?|invites?|members?|memberships?|subscribers?|subscriptions?|permissions?|collaborators?|share|shares|sharing|forwarding|forwardingaddresses|delegates?|recipients?|guests?|callbacks?|autoforwarding)$/
const HOST =
  /(?:host|hostname|domain|server|endpoint|webhook|callback|redirect|origin|fqdn|proxy|relay|hook|smtp|dsn|sink)s?$/
const LINK = /(?:ur[li]|href|link|website|site|destination|target)s?$/
