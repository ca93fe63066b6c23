import { it } from 'vitest'
import { startInternet } from '../fixtures/internet/internet.ts'
it('x', async () => {
  const internet = await startInternet()
  const t = performance.now()
  const r = await internet.run(['node', '-e', `require('dns').lookup('silent.test.',console.log); setTimeout(()=>process.exit(3),100)`])
  console.log(performance.now() - t, r.code, r.stdout.toString())
  const t2 = performance.now()
  const r2 = await internet.run(['node', '-e', `require('dns').lookup('silent.test.',console.log); setTimeout(()=>process.kill(process.pid, 'SIGKILL'),100)`])
  console.log(performance.now() - t2, r2.code, r2.stdout.toString())
  await internet.close()
})
