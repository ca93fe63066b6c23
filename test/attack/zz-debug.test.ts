import { expect, it } from 'vitest'
import { startInternet } from '../fixtures/internet/internet.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { fire, SERVER } from './rig/barrage.ts'
import { readHistory } from './rig/history.ts'

it('x', async () => {
  const internet = await startInternet()
  const dist = patchedBuild(internet.folder(0), [
    { file: 'mcp-run.cjs', find: 'allowHalfOpen:!0,noDelay:!0},socket2=>{if(accepted++,', replace: 'allowHalfOpen:!0,noDelay:!0},socket2=>{globalThis.ACC=(globalThis.ACC??0)+1;if(accepted++,' },
    { file: 'mcp-run.cjs', find: 'async function handleFlow(options,socket2){', replace: 'async function handleFlow(options,socket2){globalThis.HF=(globalThis.HF??0)+1;' },
    { file: 'mcp-run.cjs', find: 'process.once("exit",', replace: 'process.once("exit",()=>process.stderr.write("ACC "+globalThis.ACC+" HF "+globalThis.HF+"\\n"));process.once("exit",' },
  ])
  const sink = internet.addresses.sink.v4
  const script = `grep -E "ListenOverflows|ListenDrops" /proc/net/netstat; cat /proc/net/netstat > /tmp/a; node $KIT/flood.cjs short ${sink} 100000 8; cat /proc/net/netstat; ss -s 2>&1`
  const barrage = await fire(internet, { user: 'root', dist, scripts: [{ egress: '', script }] })
  console.log(barrage.outputs, barrage.result.stderr)
  const { flows, gaps, alerts } = await readHistory(barrage.mcp, SERVER)
  console.log(flows.length, gaps, alerts.map((a) => a.count))
  await internet.close()
  expect(1).toBe(1)
}, 100000)
