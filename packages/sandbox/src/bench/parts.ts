import { readFileSync } from 'node:fs'

/** Whose code it is, in the order of the table. */
export const PARTS = [
  'our core',
  'our integration',
  'zod',
  'Botpress SDK and client',
  'axios and what it needs',
  'Node',
  'collecting garbage',
  'the network in memory',
] as const

export type Part = (typeof PARTS)[number]

const PATHS: readonly (readonly [RegExp, Part])[] = [
  [/hitl-core\//, 'our core'],
  [/node_modules\/zod\//, 'zod'],
  [/node_modules\/(@botpress|@bpinternal)\/|\/semver\//, 'Botpress SDK and client'],
  [/node_modules\//, 'axios and what it needs'],
  [/(^|\/)src\//, 'our integration'],
]

/** Whose code stands at a line of a readable bundle, lines counted from 0: esbuild names each module in a comment. */
export function partsOfBundle(path: string): (line: number) => Part {
  const modules = readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((text, line) => {
      const name = /^\/\/ (\S+\.[cm]?[jt]s)$/.exec(text)?.[1]
      return name === undefined ? [] : [{ line, part: partOfPath(name) }]
    })
  return (line) => modules.findLast((module) => module.line <= line)?.part ?? 'Botpress SDK and client'
}

const partOfPath = (path: string): Part => PATHS.find(([pattern]) => pattern.test(path))?.[1] ?? 'our integration'

/** Whose code a function is that stands outside of the bundle. Undefined for what is nobody's: idling, this benchmark. */
export function partOutside(name: string, url: string): Part | undefined {
  if (name === '(garbage collector)') return 'collecting garbage'
  if (name === '(idle)' || name === '(root)') return undefined
  if (/sandbox\/src\/bench\/(instant-network|small-botpress|replay|variants)/.test(url)) return 'the network in memory'
  return url.startsWith('file:') ? undefined : 'Node'
}
