/** What the environment of the sandbox says too: nothing in the mail comes from nowhere. */
export const TOKEN = '5f3a8c1e-9b7d-4e26-8a10-c4d2e6f7a9b3'
export const SENDER = 'orders@shop.example'
export const RECIPIENT = 'alice@customer.example'

export const BODY_BYTES = 2048
const NUMBER = '00000000'
const SENTENCE =
  'Thank you for your order. It leaves our warehouse today and is with you by the end of the week. '

/** A POST of 2 KB of JSON, as a client of a mail API sends it; each has another number in its subject. */
export function mailRequest(host: string): (number: number) => Buffer {
  const body = mailBody()
  const head = [
    'POST /email HTTP/1.1',
    `Host: ${host}`,
    'Accept: application/json',
    'Content-Type: application/json',
    'User-Agent: bench/1.0',
    `X-Server-Token: ${TOKEN}`,
    `Content-Length: ${BODY_BYTES}`,
  ]
  const request = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1')
  const numberAt = request.indexOf(NUMBER)
  return (number) => {
    const copy = Buffer.from(request)
    copy.write(String(number).padStart(NUMBER.length, '0'), numberAt, 'latin1')
    return copy
  }
}

function mailBody(): string {
  const mail = (text: string): string =>
    JSON.stringify({
      From: SENDER,
      To: RECIPIENT,
      Subject: `Order ${NUMBER}`,
      TextBody: text.slice(0, Math.ceil(text.length / 2)),
      HtmlBody: text.slice(Math.ceil(text.length / 2)),
      MessageStream: 'outbound',
      TrackOpens: false,
      Tag: 'order',
    })
  return mail(SENTENCE.repeat(40).slice(0, BODY_BYTES - mail('').length))
}
