import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesBelow } from '../files-below.mjs'
import { spellings } from './names'

const TEMPLATE = fileURLToPath(new URL('template', import.meta.url))

/** Files of the template, relative to the integration. */
export const templateFiles = (): string[] => filesBelow(TEMPLATE).map((path) => relative(TEMPLATE, path))

/**
 * Writes the skeleton of a new integration into a folder that does not exist yet.
 * @returns paths of the new files, relative to that folder
 */
export function scaffold(folder: string, name: string, title: string): string[] {
  const words = spellings(name, title)
  const pattern = new RegExp([...words.keys()].join('|'), 'g')
  const files = templateFiles()
  mkdirSync(dirname(folder), { recursive: true })
  // Fails when it exists, whatever it is.
  mkdirSync(folder)
  for (const file of files) {
    const text = readFileSync(join(TEMPLATE, file), 'utf8')
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(
      join(folder, file),
      text.replaceAll(pattern, (word) => words.get(word) ?? word),
      { flag: 'wx' }
    )
  }
  return files
}
