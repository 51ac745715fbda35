import { lintDefinition } from '../definition-lint/lint-definition'
import type { DefinitionBody } from '../definition-lint/body'
import { Failure, progress } from '../runner/report.mjs'
import type { Account } from './account'
import { adminApi } from './admin-api'
import { callDeploy, describeDeployment, fetchCli, runStep } from './bp-cli'
import { createBody } from './create-body'
import { type Environment, secretValues } from './environment'
import type { DeployOptions } from './options'
import { askWhetherPublished } from './published'
import { readDefinition } from './read-definition'
import { checkRequest } from './request/check-request'
import { checkVersions } from './versions/check-versions'
import { type Git, gitIn, linesOf } from './versions/git'

export type Surroundings = { root: string; env: Environment; account: Account | undefined }

/** All steps in order, the quick and the harmless ones first. Returns a sentence about the outcome. */
export async function deploy(options: DeployOptions, surroundings: Surroundings): Promise<string> {
  const { integration, tag, dryRun } = options
  const { root, env, account } = surroundings
  const { name } = integration
  if (!account && !dryRun) throw new Failure('Set BP_TOKEN and BP_WORKSPACE_ID, or use --dry-run.')

  console.log(`[1/6] Reading ${name} and its versions`)
  const git = gitIn(root)
  checkTree(git, dryRun)
  const read = await readDefinition(integration, env)
  const release = { name, version: read.version }
  if (read.name !== name) throw new Failure(`The definition in integrations/${name} is called ${read.name}.`)
  progress(`${name} ${read.version}`)
  const { problems, notes } = checkVersions(root, git, release, tag)
  notes.forEach(progress)
  stopAt(problems, 'The versions are not right')

  console.log('[2/6] Checking types')
  await runStep(surroundings, ['run', 'typecheck'], 'The types are not right; the lines above say where.')
  console.log('[3/6] Building')
  await runStep(surroundings, ['--filter', `./integrations/${name}`, 'run', 'build'], `Building ${name} failed.`)
  console.log('[4/6] Checking the definition and the request')
  await checkDefinition(options, read, env)

  if (!account) return withoutAccount(options, release.version)
  console.log('[5/6] Asking Botpress about this version')
  await checkPublished(options, account, release.version)
  console.log(`[6/6] ${describeDeployment(options)}`)
  await fetchCli(surroundings, integration.folder)
  await callDeploy(surroundings, integration.folder, options)
  return dryRun ? `${name} ${release.version} could be deployed.` : `${name} ${release.version} is deployed.`
}

/** What is published has to be what a commit holds. */
function checkTree(git: Git, dryRun: boolean): void {
  const dirty = linesOf(git('status', '--porcelain'))
  if (dirty.length === 0) return
  const what = dirty.length === 1 ? '1 file is' : `${dirty.length} files are`
  if (!dryRun) throw new Failure(`${what} not committed; commit everything, or use --dry-run.`)
  progress(`${what} not committed; without --dry-run that would be refused`)
}

async function checkDefinition(options: DeployOptions, read: DefinitionBody, env: Environment): Promise<void> {
  const body = await createBody(options.integration, read, options.visibility)
  const { code, ...definition } = body
  stopAt([...lintDefinition(body), ...checkRequest(body, secretValues(env))], 'The definition is not right')
  const [whole, bundle] = [JSON.stringify(definition), code].map((text) => Math.ceil(Buffer.byteLength(text) / 1024))
  progress(`definition ${whole} KB, bundle ${bundle} KB, no secrets`)
}

async function checkPublished(options: DeployOptions, account: Account, version: string): Promise<void> {
  const release = { name: options.integration.name, version }
  const { fullName, isPublished } = await askWhetherPublished(adminApi(account), account.workspaceId, release)
  if (!isPublished) return progress(`${fullName} ${version} is new`)
  if (!options.force) {
    throw new Failure(`${fullName} ${version} is published already; raise the version, or use --force to overwrite it.`)
  }
  progress(`${fullName} ${version} is published already and will be overwritten`)
}

function withoutAccount(options: DeployOptions, version: string): string {
  console.log('[5/6] Left out: asking Botpress whether it has this version; BP_TOKEN and BP_WORKSPACE_ID are not set')
  console.log(`[6/6] Left out: ${describeDeployment(options)}`)
  return `${options.integration.name} ${version} passes every check that needs no account.`
}

function stopAt(problems: readonly string[], sentence: string): void {
  if (problems.length === 0) return
  for (const problem of problems) console.error(problem)
  const lines = problems.length === 1 ? 'the line above says' : `the ${problems.length} lines above say`
  throw new Failure(`${sentence}; ${lines} why.`)
}
