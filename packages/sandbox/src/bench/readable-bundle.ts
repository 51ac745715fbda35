import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleIn } from '../stage'
import { linkPackages } from './link-packages'
import { run } from './run-node'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
/** Git ignores it, and so do the tools that look for sources. */
const FOLDER = join(ROOT, 'packages', 'sandbox', '.sandbox', 'readable')
const FILES = ['src', 'integration.definition.ts', 'package.json', 'hub.md', 'icon.svg']

/** Builds an integration once more with its line breaks, which tell the modules apart. Returns the bundle. */
export async function buildReadable(name: string): Promise<string> {
  const [from, to] = [join(ROOT, 'integrations', name), join(FOLDER, name)]
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  for (const file of FILES) cpSync(join(from, file), join(to, file), { recursive: true })
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(from, 'package.json'), 'utf8')
  )
  linkPackages(Object.keys(dependencies), from, to)
  await run([join(from, 'node_modules', '@botpress', 'cli', 'bin.js'), 'build', '--no-minify'], to)
  const bundle = bundleIn(to)
  if (!bundle) throw new Error(`The integration ${name} could not be built with its line breaks.`)
  return bundle
}
