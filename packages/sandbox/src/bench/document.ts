import { cpus } from 'node:os'
import { MOST_GROWTH } from './verdicts'
import type { Measurement } from './measurement'
import { bundleTable, costTable, countTable, dominantText, growthTable, profileTable } from './sections'

/** Anything that tells one machine from another, but not which one it is. */
export type Machine = { node: string; platform: string; processors: number }

export const thisMachine = (): Machine => ({
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  processors: cpus().length,
})

/** The document that the benchmark writes. */
export function documentOf(all: readonly Measurement[], machine: Machine, date: Date): string {
  return `${[
    '# Performance',
    `\`npm run bench\` wrote this page on ${date.toISOString().slice(0, 10)} with Node ${machine.node.slice(1)} on ` +
      `${machine.platform}, ${machine.processors} processors. Do not edit it: run the command again. \`npm run bench -- ` +
      '--check` measures the same without writing and fails when a budget is exceeded or something grows.',
    HOW,
    '## Bundle and loading',
    `Size of the built bundle and processor time of \`require\` in a fresh process. ${EMPTY}`,
    bundleTable(all),
    ...all.flatMap(sectionOf),
    '## What came of it',
    REMOVED,
    '## What is said here and what is not',
    LIMITS,
  ].join('\n\n')}\n`
}

/** Everything about one integration but its bundle. */
export function sectionOf(measurement: Measurement): string[] {
  return [
    `## ${measurement.title}`,
    '### Calls per step',
    countTable(measurement),
    '### Time and memory per operation',
    costTable(measurement),
    '### Growth',
    growthTable(measurement),
    ...(measurement.problems.length > 0
      ? [measurement.problems.map((problem) => `- Not as it has to be: ${problem}`).join('\n')]
      : []),
    '### What dominates',
    profileTable(measurement),
    dominantText(measurement),
  ]
}

const EMPTY =
  'The *empty* integration does nothing but answer, is built by the same CLI with the same SDK, and gets the very same ' +
  'requests in turn with ours.'

const HOW = [
  '## How it is measured\n',
  '- **Calls** are counted while the built bundle plays sessions against the emulators. *Warm*: the instance has served ' +
    'the session before. *Cold*: it has just started. `1 of 4` is one call where four are allowed ' +
    '(`packages/sandbox/src/budgets.ts`).',
  '- **µs** is processor time of one operation, from the invocation to its answer, with a network in memory that answers ' +
    'at once: our code, the SDK around it and the HTTP client below it. **KB** is what it allocates on the heap. Both are ' +
    'medians of several repetitions of many operations, each something new, without a garbage collection in between.',
  '- **Ratio** is how many times the cost of the empty integration, repetition by repetition: the median, and the lowest ' +
    'and highest in brackets. It says more than the time, which depends on the machine and on what else it does.',
  '- **Growth** is the cost per message (calls to the provider + calls to Botpress, time, memory) when there are 10, ' +
    '1,000 and 10,000 messages in the conversation, live conversations, or agents, each known to the instance; the ' +
    'messages that are measured are spread over all of them. The last two columns divide the cost at 10,000 by that at ' +
    `10. The command fails when calls grow, time by more than ${MOST_GROWTH.microseconds} times, or memory by more than ` +
    `${MOST_GROWTH.bytes} times; what seems to grow is measured again before it counts.`,
  '- **What dominates** are shares of the time by whose code it is, from a sampling profile.',
].join('\n')

const REMOVED =
  'Such profiles have led to these changes. Half of what our code added to loading was a text segmenter and lists of ' +
  'networks that hardly any webhook needs: both are made when they are first needed. The pattern that keeps secrets out ' +
  'of the log is compiled once for an installation, not for every line. What is left is mostly the HTTP client and the ' +
  'SDK around us: fewer calls save more than faster code.'

const LIMITS = [
  '- The network in memory has its share in all figures: every call costs a socket, a request and an answer.',
  '- Memory counts objects on the heap, not the contents of buffers.',
  '- Provider and Botpress answer as the emulators do. How long they take is not measured here.',
].join('\n')
