import type { Patch } from '../../fixtures/product/patched-build.ts'

const PROGRAM = 'mcp-run.cjs'
const ALLOWED = 'declaration:"declared",action:"allowed",reason:"declared"'

/** Puts `code` before all else that a function does. */
function first(head: string, code: string, file = PROGRAM): Patch {
  return { file, find: head, replace: head + code }
}

/** The judges say yes to everything: what is left is the way of a declared connection, or of a declared query. */
export const NO_POLICY: readonly Patch[] = [
  first('function judgeQuery(rules,mode,query){', `if(!query.own)return{${ALLOWED},respond:"resolve"};`),
  first(
    'function judgeFlow(rules,facts){',
    `return{${ALLOWED},name:null,nameSource:"none",protocol:"unknown",chain:[],target:{kind:"address",address:facts.address}};`,
  ),
  first('function judgeResolution(facts){', `return{verdict:{${ALLOWED}},dial:[facts.picked]};`),
  first('function mayDial(address,resolves){', 'return!0;'),
]
