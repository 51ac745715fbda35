import { spawnSync } from 'node:child_process'
import { Failure } from '../../runner/report.mjs'

export type Git = (...args: string[]) => string

/** Git in one folder; throws what git says when it refuses. */
export function gitIn(root: string): Git {
  return (...args) => {
    const { error, status, stdout, stderr } = spawnSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    })
    if (error) throw new Failure('git was not found; the versions cannot be checked without it.')
    if (status === 0) return stdout
    throw new Failure(`\`git ${args[0]}\` failed: ${stderr.trim().split('\n').at(-1)}`)
  }
}

export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
