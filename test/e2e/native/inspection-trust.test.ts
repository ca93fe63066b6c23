import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../../fixtures/internet/model.ts'
import { history } from '../../fixtures/product/history.ts'
import { product, USERS } from '../../fixtures/product/product.ts'
import { startInternet } from '../../fixtures/product/sandbox.ts'
import { insideShell } from '../../fixtures/sandboxed/inside.ts'

const PROFILE = 'name: p\negress:\n  - { host: api.test, inspect: required }\n'
const FETCH = `fetch('https://api.test/').then((r) => r.text()).then(console.log, (e) => console.log(e.cause))`
const URLLIB = `import urllib.request as u; print(u.urlopen('https://api.test/').read().decode())`
const JAVA = `
import java.net.URI; import java.net.http.*;
public class Get {
  public static void main(String[] none) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("https://api.test/")).build();
    System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}`

/** Programs that the sandbox's root has of this machine, where it has them. */
const CLIENTS: readonly (readonly [string, script: string])[] = [
  ['Node', `node -e "${FETCH}"`],
  ['curl', 'curl -sS https://api.test/'],
  ['Python', `/usr/bin/python3 -c "${URLLIB}"`],
  [
    'OpenSSL',
    `printf 'GET / HTTP/1.1\\r\\nHost: api.test\\r\\nConnection: close\\r\\n\\r\\n' | openssl s_client -quiet -verify_return_error -connect api.test:443 -servername api.test`,
  ],
  // Not among what the tests install.
  ...(existsSync('/usr/bin/javac') ? [['Java', 'java Get.java'] as const] : []),
]

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  it.each(CLIENTS)('%s trusts the session’s authority', { timeout: 120_000 }, async (name, script) => {
    const mcp = product(internet, { user, env: { NODE_EXTRA_CA_CERTS: internet.caFile } })
    writeFileSync(join(mcp.cwd, 'Get.java'), JAVA, { mode: 0o644 })
    const { output, result } = await insideShell(mcp, mcp.profile('p', PROFILE), script, {
      timeoutMs: 110_000,
    })
    expect(output, result.stderr.toString()).toContain('hello')
    const { flows } = history(mcp.store, 'p')
    expect(flows.filter(({ state }) => state !== 'closed')).toEqual([])
    const requests = await mcp.egress(['requests', '--server', 'p', '--format', 'jsonl'])
    expect(requests.trim().split('\n'), name).toHaveLength(1)
    expect(JSON.parse(requests)).toMatchObject({ method: 'GET', host: 'api.test', path: '/', status: 200 })
  })
})
