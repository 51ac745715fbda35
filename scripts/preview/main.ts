import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readValues, UsageError } from '../../packages/sandbox/src/command-line'
import { integrationsOf } from '../deploy/integrations'
import { readDefinition } from '../deploy/read-definition'
import { Failure } from '../runner/report.mjs'
import { type Definitions, previewText } from './preview-text'

const HELP = [
  'Compares what `bp read` says about every integration here and in another checkout of this repository, as Markdown.',
  '',
  'npm run --silent preview -- --base <folder>',
  '',
  'Both checkouts have to be installed. Progress goes to stderr, so that the text can be written to a file.',
  'Exit codes: 0 compared, 1 something is broken, 2 the command line is wrong.',
].join('\n')

/** `npm run preview`. Returns the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  try {
    const { base, help } = readValues(args, {
      base: { type: 'string' },
      help: { type: 'boolean', default: false, short: 'h' },
    })
    if (help) {
      console.log(HELP)
      return 0
    }
    if (base === undefined) throw new UsageError('Name the other checkout with --base. Use --help for more.')
    const folder = resolve(base)
    if (!existsSync(join(folder, 'integrations')))
      throw new UsageError(`--base "${base}" is no checkout of this repository.`)
    console.log(previewText(await readAll(folder), await readAll(root)))
    return 0
  } catch (error) {
    if (!(error instanceof Failure || error instanceof UsageError)) throw error
    console.error(`Failed: ${error.message}`)
    return error instanceof UsageError ? 2 : 1
  }
}

async function readAll(root: string): Promise<Definitions> {
  const definitions: Map<string, Awaited<ReturnType<typeof readDefinition>>> = new Map()
  for (const integration of integrationsOf(root)) {
    console.error(`Reading ${integration.folder}`)
    definitions.set(integration.name, await readDefinition(integration, process.env))
  }
  return definitions
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2), resolve(fileURLToPath(import.meta.url), '../../..'))
}
