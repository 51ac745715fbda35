import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../packages/sandbox/src/command-line'
import { Failure, since, Stopped } from '../runner/report.mjs'
import { readAccount } from './account'
import { deploy } from './deploy'
import { type Environment, hideSecrets } from './environment'
import { integrationsOf } from './integrations'
import { helpText, readOptions } from './options'

const STOPPED_CODE = 130

/** `pnpm deploy:integration`. Returns the exit code. */
export async function main(args: readonly string[], root: string, env: Environment): Promise<number> {
  const startedAt = Date.now()
  const integrations = integrationsOf(root)
  try {
    const options = readOptions(args, integrations)
    if (!options) {
      console.log(helpText(integrations))
      return 0
    }
    const outcome = await deploy(options, { root, env, account: readAccount(env) })
    console.log(`Done: ${outcome} (${since(startedAt)})`)
    return 0
  } catch (error) {
    return report(error, env)
  }
}

function report(error: unknown, env: Environment): number {
  if (error instanceof Stopped) {
    console.log('Stopped.')
    return STOPPED_CODE
  }
  const isExplained = error instanceof Failure || error instanceof UsageError
  if (!isExplained) console.error(hideSecrets(error instanceof Error ? (error.stack ?? '') : String(error), env))
  console.error(`Failed: ${isExplained ? hideSecrets(error.message, env) : 'an unexpected error, shown above.'}`)
  return error instanceof UsageError ? 2 : 1
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = resolve(fileURLToPath(import.meta.url), '../../..')
  process.exitCode = await main(process.argv.slice(2), root, process.env)
}
