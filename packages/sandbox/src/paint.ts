import { styleText } from 'node:util'

export type Paint = Record<'bold' | 'dim' | 'good' | 'bad' | 'accent', (text: string) => string>

const plain = (text: string) => text

/** Colours where somebody looks at a terminal and has not asked for none. See https://no-color.org. */
export function paintFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  if (!stream.isTTY || env['NO_COLOR']) return { bold: plain, dim: plain, good: plain, bad: plain, accent: plain }
  return {
    bold: (text) => styleText('bold', text),
    dim: (text) => styleText('dim', text),
    good: (text) => styleText('green', text),
    bad: (text) => styleText('red', text),
    accent: (text) => styleText('cyan', text),
  }
}
