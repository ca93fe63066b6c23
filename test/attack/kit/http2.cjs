// node http2.cjs ORIGIN JSON…: each is the headers of one stream, with `body` beside them. Prints each stream's status.
const { connect } = require('node:http2')

const [origin, ...requests] = process.argv.slice(2)
const session = connect(origin)
session.on('error', (error) => console.log(error.code))
let open = requests.length
for (const { body, ...headers } of requests.map((text) => JSON.parse(text))) {
  const stream = session.request(headers, { endStream: body === undefined })
  stream.on('response', (head) => console.log(head[':status']))
  stream.on('error', (error) => console.log(error.code))
  stream.on('close', () => --open === 0 && session.close())
  stream.resume()
  if (body !== undefined) stream.end(body)
}
session.on('close', () => process.exit(0))
setTimeout(() => process.exit(0), 10_000)
