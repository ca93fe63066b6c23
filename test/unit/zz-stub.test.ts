import { test } from 'vitest'
import { candidatesOf } from '/work/wt/replay/test/fixtures/payload/find.ts'
import { mutations } from '/work/wt/replay/test/fixtures/payload/mutations.ts'
import { judgeFindings } from '/work/wt/replay/runtime/policy/judge-payload.ts'
const seed = Number(process.env.SEED ?? 1), each = Number(process.env.EACH ?? 20)
test('x', async () => {
  const table = new Map<string, {n:number, ok:number, alarms:number}>()
  const shown = new Map<string, number>()
  for (const s of mutations(seed, each)) {
    const g = (JSON.stringify([s.given.calls, s.given.environment, s.given.profile, s.given.responses]) + JSON.stringify(s.given.calls).replace(/\\"/g,'"')+ s.request.host).toLowerCase()
    const { candidates, unread } = await candidatesOf(s.request, s.sinks)
    const sources = (v: string, kind: string) => {
      if (s.family.startsWith('said')) return g.includes(v) && !s.given.said.join().includes(v) ? ['call-arguments'] : g.includes(v) ? ['server','call-arguments']:[]
      if (s.family.startsWith('from a resp')) { const h = g.replace(JSON.stringify(s.given.responses).toLowerCase(), ''); return h.includes(v) ? ['call-arguments'] : g.includes(v) ? ['response'] : [] }
      return g.includes(v) || (kind==='mail' && g.includes(v.toLowerCase())) ? ['call-arguments'] : []
    }
    const prov = candidates.map(c => { const so = sources(c.value.toLowerCase(), c.kind); return { sources: so, kind: so.length ? 'given':'none' } as any })
    const f = judgeFindings(candidates, prov, { mode:'enforce', host: s.request.host, sinks: s.sinks })
    const names = (x: any) => s.hidden === '' ? x.candidate.kind === 'credential' : s.hidden !== null && x.candidate.value.includes(s.hidden)
    const hit = f.some(x => names(x) && (s.least==='low' || x.severity==='high'))
    const alarms = f.filter(x => !names(x) && (x.severity !== 'low' || x.blocks))
    const key = `${s.label} ${s.family}`
    const t = table.get(key) ?? {n:0, ok:0, alarms:0}
    t.n++; if (s.label==='good' || hit) t.ok++; if (alarms.length) t.alarms++
    table.set(key, t)
    if (process.env.FAM && !s.family.startsWith(process.env.FAM)) continue
    const bad = (s.label==='bad' && !hit) || alarms.length
    if (bad && (shown.get(key) ?? 0) < Number(process.env.SHOW ?? 1)) {
      shown.set(key, (shown.get(key) ?? 0)+1)
      console.log('---', key, 'hidden', s.hidden, 'unread', unread, alarms.length ? 'ALARM '+JSON.stringify(alarms.slice(0,2)) : 'MISS', '\n', s.request.method, s.request.path, JSON.stringify(s.request.headers.slice(2)), '\n', Buffer.concat(s.request.chunks as any).toString().slice(-Number(process.env.TAIL ?? 300)), '\n found', JSON.stringify(f.slice(0,3)).slice(0,500), '\n cand', JSON.stringify(candidates.map(c=>[c.kind,c.value,c.field,c.place])).slice(0,400))
    }
  }
  let n=0, ok=0, al=0
  for (const [k, t] of table) { console.log(k.padEnd(50), t.ok, '/', t.n, 'alarms', t.alarms); if (k.startsWith('bad')) { n+=t.n; ok+=t.ok }; al+=t.alarms }
  console.log('recall', ok, n, ok/n, 'alarms', al)
}, 600000)
