import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../runner/command.mjs'
import { explainNpxFailure } from '../runner/diagnose.mjs'
import { Failure, failed, stillWorking } from '../runner/report.mjs'
import type { Visibility } from './create-body'
import { type Environment, hideSecrets, withAccountOnly, withoutSecrets } from './environment'

/** The release that can deploy the SDK of this repository. */
export const CLI_VERSION = '5.5.6'
const LONGEST_STEP_MS = 600_000
const CLI = `@botpress/cli@${CLI_VERSION}`

export type Deployment = { visibility: Visibility; dryRun: boolean }

/** No `--secrets`, and none of the settings: nothing of a provider is ever published. */
const deployArguments = ({ visibility, dryRun }: Deployment) =>
  ['deploy', '--confirm', '--visibility', visibility].concat(dryRun ? ['--dryRun'] : [])

export const describeDeployment = (deployment: Deployment): string =>
  `pnpm dlx ${CLI} ${deployArguments(deployment).join(' ')}`

type Run = { root: string; env: Environment }

/** The package manager of this repository, whether or not it is installed. Nothing can be asked: there is no input. */
async function runPnpm({ root, env }: Run, args: readonly string[], changes: Environment, cwd = root) {
  const { packageManager }: { packageManager: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const result = await runCommand('npx', ['--yes', '--prefer-offline', packageManager, ...args], {
    cwd,
    mode: 'capture',
    shell: process.platform === 'win32',
    // `npm run --silent` means its own words, not pnpm's reasons for a failure.
    env: { ...env, ...changes, npm_config_loglevel: undefined },
    timeoutMs: LONGEST_STEP_MS,
    onWait: stillWorking,
  })
  if (result.missing) throw new Failure('npx was not found; install npm, which comes with Node, then try again.')
  const output = hideSecrets(result.output, env)
  if (!result.timedOut) return { ...result, output }
  console.error(output.trimEnd())
  throw new Failure(`\`pnpm ${args.join(' ')}\` has not ended after ${LONGEST_STEP_MS / 60_000} minutes.`)
}

/** Runs a step that needs neither the account nor the network. */
export async function runStep(run: Run, args: readonly string[], sentence: string): Promise<void> {
  const result = await runPnpm(run, args, withoutSecrets(run.env))
  if (result.code !== 0) throw failed(result, explainNpxFailure(result.output) ?? sentence, false)
}

/** Fetches the CLI first, so that its absence is told from a refusal of Botpress. */
export async function fetchCli(run: Run, folder: string): Promise<void> {
  const result = await runPnpm(run, ['dlx', CLI, '--version'], withoutSecrets(run.env), folder)
  if (result.code === 0 && result.output.includes(CLI_VERSION)) return
  const sentence = `The Botpress CLI ${CLI_VERSION} cannot be had from the package registry; nothing was deployed.`
  throw failed(result, sentence, false)
}

export async function callDeploy(run: Run, folder: string, deployment: Deployment): Promise<void> {
  const result = await runPnpm(run, ['dlx', CLI, ...deployArguments(deployment)], withAccountOnly(run.env), folder)
  if (result.code !== 0) throw failed(result, '`bp deploy` failed; the lines above say why.', false)
  console.log(result.output.trimEnd())
}
