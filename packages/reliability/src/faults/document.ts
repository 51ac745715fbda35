import type { Matrix } from './matrix'
import type { Reason } from './reasons'
import { countText, matrixTable, MEANINGS, stepList } from './report'

export type Shown = { name: string; title: string }

/** docs/reliability.md. */
export function reliabilityDocument({ runs, unsteady }: Matrix, providers: readonly Shown[]): string {
  const notes: Reason[] = []
  const tables = providers.map(({ name, title }) => {
    const own = runs.filter(({ provider }) => provider === name)
    return `## ${title}\n\n${countText(own)}.\n\n${matrixTable(own, notes)}`
  })
  const unsteadily =
    unsteady.length === 0
      ? ''
      : ` ${unsteady.length} runs went well only when they were played again, three times, at a quarter of the speed.`
  return `${[
    '# Reliability',
    INTRODUCTION,
    [
      'Signs:',
      '',
      '| sign | what it means |',
      '| --- | --- |',
      ...MEANINGS.map((row) => `| ${row.join(' | ')} |`),
    ].join('\n'),
    `Steps, which are the columns:\n\n${stepList()}`,
    `In all: ${countText(runs)}.${unsteadily}`,
    ...tables,
    ...(notes.length === 0
      ? []
      : ['## Why it cannot be avoided', notes.map(({ why }, index) => `${index + 1}. ${why}`).join('\n')]),
  ].join('\n\n')}\n`
}

const INTRODUCTION = `Written by \`npm run faults\`. What becomes of every step of a session when something goes wrong in it: with the built
bundles, the emulated Botpress and the emulated providers. Each run plays a world of its own with two users and two agents.
A fault that hits a call hits the first call of the step in one run, the second in the next, and so on, and all of them in
one run more; where a process is killed, it is killed before and after each call. Then the fault ends, time passes until
providers have delivered again, whoever was told of a failure tries once more, everybody talks a little further and
says goodbye.

A verdict is computed from what both sides hold then: every message of every user and agent, who wrote it and in which order,
the lines that were handed over, what the users were told about agents and ends, and which chats and sessions are still
open. The second user must not notice anything. Logs and answers of the integration are searched for secrets, tokens and
words of people in each run.`
