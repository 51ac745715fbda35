import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../packages/sandbox/src/command-line'
import { helpText, type Options, readOptions } from './options'
import { scaffold } from './scaffold'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const print = (text: string) => void process.stdout.write(`${text}\n`)

/** `pnpm new:provider <name>`. Returns the exit code. */
function main(args: readonly string[]): number {
  try {
    const options = readOptions(ROOT, args)
    if (options) make(options)
    else print(helpText())
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`Failed: ${error.message}\n`)
    return 2
  }
}

function make({ name, title }: Options): void {
  const folder = `integrations/${name}`
  const files = scaffold(join(ROOT, folder), name, title)
  print(`Made ${folder}, the skeleton of an integration for ${title}:`)
  for (const file of files) print(`  ${file}`)
  const isFormatted = format(folder)
  print(['', 'Next:', ...nextSteps(name, isFormatted).map((step, index) => `  ${index + 1}. ${step}`)].join('\n'))
}

/** Other names make other lines too long or short enough. */
function format(folder: string): boolean {
  const formatter = resolve(ROOT, 'node_modules/oxfmt/bin/oxfmt')
  return spawnSync(process.execPath, [formatter, folder], { cwd: ROOT, stdio: 'ignore' }).status === 0
}

function nextSteps(name: string, isFormatted: boolean): string[] {
  const { packageManager }: { packageManager: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return [
    ...(isFormatted ? [] : ['npm run format (it could not be formatted here)']),
    `npx ${packageManager} install, which links the new package and adds it to pnpm-lock.yaml`,
    `a heading "## ${name} 0.1.0 - <date>" in CHANGELOG.md, which has to know every version`,
    `npm test -- integrations/${name}: the skeleton passes the shared suite`,
    `docs/adding-a-provider.md from step 2 on; each place that is the vendor's says TODO with the number of its step`,
  ]
}

process.exitCode = main(process.argv.slice(2))
