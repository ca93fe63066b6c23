/** Words of the command lines that the cases have in common. `$KIT` is the folder of kit/. */

export const DIG = 'dig +tries=1 +time=4'

/** Each Buffer is a datagram, or a write; `options` as kit/send.cjs takes them. */
export function send(
  transport: 'udp' | 'tcp',
  address: string,
  port: number,
  messages: readonly Buffer[],
  options = '',
): string {
  const hex = messages.map((message) => message.toString('hex') || '-').join(' ')
  // By stdin: a command line has its limit.
  return `echo '${hex}' | node $KIT/send.cjs ${transport} ${address} ${port} ${options}`
}

/** A message with its length in front, as DNS over TCP has it. */
export function framed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message])
}
