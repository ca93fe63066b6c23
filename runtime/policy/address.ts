/** Addresses: their one text, their blocks, their classes. */
export { canonicalAddress } from './address-bytes.ts'
export { type AddressClass, classifyAddress } from './address-class.ts'
export { type Cidr, formatCidr, inCidr, parseCidr } from './cidr.ts'
