import { parseAddress } from './address-bytes.ts'
import { blockHolds, type Cidr, parseCidr } from './cidr.ts'
import { embeddedAddresses } from './embedded-address.ts'

/** What space an address belongs to. Only `public` is dialled without a declaration, `metadata` never. */
export type AddressClass =
  | 'public'
  | 'reserved'
  | 'multicast'
  | 'cgnat'
  | 'private'
  | 'unspecified'
  | 'link-local'
  | 'loopback'
  /** A cloud's instance metadata or credential service. */
  | 'metadata'

/**
 * IANA's special-purpose registries (RFC 6890), but documentation ranges count as public: nothing answers there.
 * An address that embeds others is judged by the gravest of them. What is no address is `reserved`.
 */
export function classifyAddress(address: string): AddressClass {
  const bytes = parseAddress(address)
  return bytes === null ? 'reserved' : classOf(bytes)
}

/** From harmless to grave. */
const GRAVITY: readonly AddressClass[] = [
  'public',
  'reserved',
  'multicast',
  'cgnat',
  'private',
  'unspecified',
  'link-local',
  'loopback',
  'metadata',
]

const METADATA_ADDRESSES = [
  // AWS, Google, Azure, Oracle, OpenStack and others; AWS container credentials, EKS pods, its DNS server.
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '169.254.169.253',
  // Tencent, Scaleway, Azure's host, Oracle's other one, Alibaba.
  '169.254.0.23',
  '169.254.42.42',
  '168.63.129.16',
  '192.0.0.192',
  '100.100.100.200',
  // The same over IPv6: AWS (metadata, DNS, EKS), Google, Scaleway, Oracle, OpenStack.
  'fd00:ec2::254',
  'fd00:ec2::253',
  'fd00:ec2::23',
  'fd20:ce::254',
  'fd00:42::42',
  'fd00:c1::a9fe:a9fe',
  'fe80::a9fe:a9fe',
]

const METADATA: ReadonlySet<string> = new Set(
  METADATA_ADDRESSES.map((text) => keyOf(parseAddress(text) ?? [])),
)

/** The first block that holds an address decides. */
const BLOCKS: readonly (readonly [Cidr, AddressClass])[] = (
  [
    ['0.0.0.0/8', 'unspecified'],
    ['10.0.0.0/8', 'private'],
    ['100.64.0.0/10', 'cgnat'],
    ['127.0.0.0/8', 'loopback'],
    ['169.254.0.0/16', 'link-local'],
    ['172.16.0.0/12', 'private'],
    ['192.0.0.0/24', 'reserved'],
    ['192.88.99.0/24', 'reserved'],
    ['192.168.0.0/16', 'private'],
    ['198.18.0.0/15', 'reserved'],
    ['224.0.0.0/4', 'multicast'],
    ['240.0.0.0/4', 'reserved'],
    ['0.0.0.0/0', 'public'],
    ['::/128', 'unspecified'],
    ['::1/128', 'loopback'],
    ['2001:db8::/32', 'public'],
    ['2001::/23', 'reserved'],
    ['3fff::/20', 'public'],
    ['2000::/3', 'public'],
    ['fc00::/7', 'private'],
    ['fe80::/10', 'link-local'],
    // Site-local, deprecated by RFC 3879, is still somebody's own network.
    ['fec0::/10', 'private'],
    ['ff00::/8', 'multicast'],
    ['::/0', 'reserved'],
  ] as const
).flatMap(([text, found]) => {
  const cidr = parseCidr(text)
  return cidr === null ? [] : [[cidr, found] as const]
})

function classOf(bytes: Uint8Array): AddressClass {
  const own = ownClass(bytes)
  if (bytes.length === 4 || own === 'loopback' || own === 'metadata') return own
  const { instead, addresses } = embeddedAddresses(bytes)
  // `::` itself lies in the IPv4-compatible block, where it embeds 0.0.0.0: the same class.
  return [...(instead ? [] : [own]), ...addresses.map(ownClass)].reduce(graver)
}

function ownClass(bytes: Uint8Array): AddressClass {
  if (METADATA.has(keyOf(bytes))) return 'metadata'
  return BLOCKS.find(([block]) => blockHolds(block, bytes))?.[1] ?? 'reserved'
}

/** The bytes as text, cheaper than the address as text. */
function keyOf(bytes: ArrayLike<number>): string {
  return String.fromCharCode.apply(null, bytes as number[])
}

function graver(left: AddressClass, right: AddressClass): AddressClass {
  return GRAVITY.indexOf(left) >= GRAVITY.indexOf(right) ? left : right
}
