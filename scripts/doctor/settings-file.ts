import { type Stats, readFileSync, statSync } from 'node:fs'
import { UsageError } from '../../packages/sandbox/src/command-line'

export type Settings = Readonly<Record<string, unknown>>

export type SettingsFile = { path: string; settings: Settings; mayOthersRead: boolean }

const BOM = /^\uFEFF/

/** @throws UsageError that quotes nothing of the file */
export function readSettingsFile(path: string): SettingsFile {
  const { text, stats } = readAsText(path)
  const settings = asSettings(text)
  if (settings) return { path, settings, mayOthersRead: process.platform !== 'win32' && (stats.mode & 0o044) !== 0 }
  throw new UsageError(`The file ${path} is not one JSON object with the settings as in the Botpress form.`)
}

function readAsText(path: string): { text: string; stats: Stats } {
  try {
    return { text: readFileSync(path, 'utf8'), stats: statSync(path) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new UsageError(
      code === 'ENOENT' ? `There is no file ${path}.` : `The file ${path} cannot be read (${code}).`,
      {
        cause: error,
      }
    )
  }
}

export function asSettings(text: string): Settings | undefined {
  try {
    const parsed: unknown = JSON.parse(text.replace(BOM, ''))
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    return isObject ? Object.fromEntries(Object.entries(parsed)) : undefined
  } catch {
    // The parser's message may quote a secret.
    return undefined
  }
}

/** @throws UsageError */
export function checkNames({ path, settings }: SettingsFile, provider: string, known: readonly string[]): void {
  const unknown = Object.keys(settings).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  // Whatever looks unlike a name may be a secret in the wrong place.
  const names = unknown.map((name) => (/^[a-z]\w{0,29}$/i.test(name) ? `"${name}"` : '(not shown)'))
  throw new UsageError(
    `${provider} has no setting ${names.join(', ')}, which the file ${path} names; there are: ${known.join(', ')}.`
  )
}
