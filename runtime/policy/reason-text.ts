import type { Reason } from '../model/verdict.ts'

const TEXT: Readonly<Record<Reason, string>> = {
  callback: 'a browser comes back to the server, as its profile declares',
  declared: 'the profile declares it',
  undeclared: 'the profile does not declare this host',
  'dns-undeclared': 'the profile does not declare this name',
  port: 'the profile declares this host, but not this port',
  'raw-ip': 'an address without a name, which the profile does not declare',
  'no-name': 'TLS that names no server, to an address that was given for no name',
  'ambiguous-name': 'several names share this address, and the profile does not declare them all',
  'name-mismatch': 'the name that the connection gives does not belong to the address that it goes to',
  'address-class':
    'it lies outside public address space: a private network needs `resolves` in the profile, metadata services are never reached',
  'unknown-protocol': 'what was sent is not the protocol that the profile declares here',
  malformed: 'not a well-formed name, TLS hello, HTTP head or line of SMTP',
  self: "one of the recorder's own ports",
  udp: 'UDP goes nowhere, and clients fall back to TCP',
  protocol: 'what is neither TCP nor UDP goes nowhere',
  limit: 'more connections at once than are served',
  'request-undeclared': 'the profile declares this host, but not this request',
  'request-mismatch': 'the request is for another host than its connection',
  'payload-destination': 'the request names a destination that nobody gave the server',
  'payload-unread': 'a request that is read before it goes on is too large or cannot be read',
  'read-only':
    'this session is read-only: only requests that read go on, and what cannot be read goes nowhere',
  'upstream-certificate': "the destination's certificate is not valid for it",
  'inspection-refused':
    "the client does not trust this session's certificate authority, and its requests have to be read",
  drift: 'earlier versions or sessions of the server had nothing like it',
  unresolved: 'this name is declared, but the host finds no address for it',
}

/** What a reason means to a person: wherever a reason is told, these are the words that go with it. */
export function reasonText(reason: Reason): string {
  return TEXT[reason]
}
