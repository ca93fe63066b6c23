// node mail.cjs HOST LINE...: says the lines to a mail server, one after each answer, and prints the answers. A line
// `+` says the two beside it at once; \n, \r in a line are those bytes, and then it has no CR LF of its own.
const { connect } = require('node:net')

const [host, ...words] = process.argv.slice(2)
const socket = connect(25, host)
let seen = ''
const rest = words.map((word) => {
  const raw = word.replaceAll('\\n', '\n').replaceAll('\\r', '\r')
  return raw === word ? `${word}\r\n` : raw
})
const next = () => {
  let text = rest.shift()
  while (rest[0] === '+\r\n') text += rest.splice(0, 2)[1]
  if (text !== undefined) socket.write(text)
}
socket.on('data', (chunk) => {
  seen += chunk.toString('latin1')
  if (/^\d{3} .*\r\n$/m.test(seen.slice(seen.lastIndexOf('\n', seen.length - 2) + 1))) next()
})
const end = () => {
  console.log(seen)
  process.exit()
}
socket.on('close', end).on('error', end)
setTimeout(end, 6000)
