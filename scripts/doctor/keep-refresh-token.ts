import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asSettings } from './settings-file'

const NAME = 'refreshToken'

/**
 * Puts another refresh token in the place of the one in the file: whole or not at all, with the permissions the file
 * has; all other text stays. Where that cannot be done the token goes into a file of its own, since nobody can get it a
 * second time. Returns the path of the file that has it.
 */
export function keepRefreshToken(path: string, token: string): string {
  try {
    const target = realpathSync(path)
    replaceFile(target, withToken(readFileSync(target, 'utf8'), token))
    return path
  } catch {
    const rescue = join(mkdtempSync(join(tmpdir(), 'hitl-doctor-')), 'settings.json')
    writeFileSync(rescue, `${JSON.stringify({ [NAME]: token })}\n`, { mode: 0o600 })
    return rescue
  }
}

function withToken(text: string, token: string): string {
  const settings = asSettings(text)
  if (!settings) throw new Error('The file is no JSON object any more')
  const wanted = { ...settings, [NAME]: token }
  const [before, after] = [settings[NAME], token].map((value) => JSON.stringify(value))
  const edited = text.replaceAll(before ?? '', () => after ?? '')
  // Should the old token stand in more than one place, or be written with escapes.
  return JSON.stringify(asSettings(edited)) === JSON.stringify(wanted) ? edited : `${JSON.stringify(wanted, null, 2)}\n`
}

function replaceFile(target: string, text: string): void {
  const temporary = `${target}.${process.pid}.new`
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
    chmodSync(temporary, statSync(target).mode & 0o777)
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
