/** @typedef {import('./command.mjs').CommandResult} CommandResult */

const TAIL_LINES = 40

/** A failure that was explained in one sentence. */
export class Failure extends Error {}

/** The person at the keyboard, or whoever started this, has ended it; nothing is wrong. */
export class Stopped extends Error {}

/** @param {CommandResult} result */
export const isStopped = ({ signal, code }) => signal === 'SIGINT' || signal === 'SIGTERM' || code === 130

/**
 * What to throw when a command has not ended well.
 * @param {CommandResult} result
 * @param {string} sentence
 * @param {boolean} shown whether the output was on the screen already
 */
export function failed(result, sentence, shown) {
  if (isStopped(result)) return new Stopped()
  if (!shown) console.error(result.output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n'))
  return new Failure(result.signal ? `${sentence} It was ended by ${result.signal}.` : sentence)
}

/** @param {string} text */
export function progress(text) {
  console.log(`      ${text}`)
}

/** @param {number} ms */
export const stillWorking = (ms) => progress(`still working after ${seconds(ms)} …`)

/** @param {number} startedAt */
export const since = (startedAt) => seconds(Date.now() - startedAt)

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`
