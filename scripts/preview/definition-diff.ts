import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../runner/report.mjs'
import { stableJson } from './stable-json'

const CONTEXT_LINES = 6

/** @returns the lines that differ between two definitions, with their surroundings; empty when none does */
export function definitionDiff(before: unknown, after: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'definition-diff-'))
  try {
    writeFileSync(join(folder, 'before'), before === undefined ? '' : stableJson(before))
    writeFileSync(join(folder, 'after'), after === undefined ? '' : stableJson(after))
    return withoutHead(diff(folder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Git ends with 1 when files differ, and takes no settings of the user's. */
function diff(folder: string): string {
  const args = ['diff', '--no-index', '--no-color', '--no-ext-diff', `--unified=${CONTEXT_LINES}`, 'before', 'after']
  const { error, status, stdout, stderr } = spawnSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error) throw new Failure('git was not found; the definitions cannot be compared without it.')
  if (status === 0 || status === 1) return stdout
  throw new Failure(`\`git diff\` failed: ${stderr.trim()}`)
}

function withoutHead(text: string): string {
  const start = text.search(/^@@/m)
  return start === -1 ? '' : text.slice(start)
}
