import { fileURLToPath } from 'node:url'
import type { SandboxProvider } from '../providers/index'
import { type BundleReport, measureBundles } from './bundles'
import { type CountRow, countSteps } from './call-counts'
import type { CostRow } from './costs'
import type { GrowthRow } from './growth'
import type { ProfileRow } from './profile'
import { buildReadable } from './readable-bundle'
import { run } from './run-node'
import { growthProblems } from './verdicts'

/** What a process of its own measures, where nothing else is in memory. */
export type Measured = { costs: CostRow[]; growth: GrowthRow[]; profile: ProfileRow[] }

export type Measurement = Measured & {
  provider: string
  title: string
  counts: CountRow[]
  bundle: BundleReport
  /** What is not as it has to be, one sentence each. */
  problems: string[]
}

/** In MiB: so much that no batch of the benchmark fills it. */
const YOUNG_GENERATION = 128
const FLAGS = [
  '--expose-gc',
  `--max-semi-space-size=${YOUNG_GENERATION}`,
  `--min-semi-space-size=${YOUNG_GENERATION}`,
  '--import',
  'tsx',
]

/** Everything about one integration. @param empty bundle of an integration that does nothing */
export async function measureProvider(
  provider: SandboxProvider,
  empty: string,
  progress: (line: string) => void
): Promise<Measurement> {
  progress(`${provider.title}: calls per step`)
  const counts = [...(await countSteps(provider, 'warm')), ...(await countSteps(provider, 'cold'))]
  progress(`${provider.title}: size and time to load`)
  const bundle = await measureBundles(provider.name, empty)
  progress(`${provider.title}: time and memory per operation, growth, and what dominates`)
  const readable = await buildReadable(provider.name)
  const output = await run([...FLAGS, WORKER, provider.name, empty, readable], process.cwd())
  // Written by our own worker.
  const measured = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Measured
  const { name, title } = provider
  return { provider: name, title, counts, bundle, ...measured, problems: problemsOf(counts, bundle, measured.growth) }
}

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url))

function problemsOf(counts: readonly CountRow[], bundle: BundleReport, growth: readonly GrowthRow[]): string[] {
  const over = counts.filter(({ ok }) => !ok)
  return [
    ...over.map(({ step, temperature }) => `${step}, ${temperature}: more calls than the budget allows.`),
    ...(bundle.ok ? [] : ['The bundle is larger than the budget allows.']),
    ...growthProblems(growth),
  ]
}
