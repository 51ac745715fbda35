import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleIn } from '../stage'
import { linkPackages } from './link-packages'
import { run } from './run-node'

const SANDBOX = fileURLToPath(new URL('../../', import.meta.url))
/** Git ignores it, and so do the tools that look for sources. */
const FOLDER = join(SANDBOX, '.sandbox', 'empty-integration')

const PACKAGES = ['@botpress/sdk', '@botpress/client', '@bpinternal/zui']

const FILES = {
  'package.json': JSON.stringify({ name: 'empty-integration', private: true }),
  'integration.definition.ts': [
    `import * as sdk from '@botpress/sdk'`,
    `export default new sdk.IntegrationDefinition({ name: 'empty', version: '0.1.0' })`,
  ].join('\n'),
  'src/index.ts': [
    `import { Integration } from '@botpress/sdk'`,
    `const nothing = async () => undefined`,
    `const answer = (output) => async () => output`,
    `export default new Integration({`,
    `  register: nothing, unregister: nothing, handler: answer({ status: 200 }),`,
    `  actions: { createUser: answer({ userId: 'user' }), startHitl: answer({ conversationId: 'conv' }), stopHitl: answer({}) },`,
    `  channels: { hitl: { messages: { text: nothing } } },`,
    `})`,
  ].join('\n'),
}

/**
 * Builds an integration that does nothing but answer, with the packages and the CLI of a real one. Returns its bundle.
 */
export async function buildEmptyIntegration(like: string): Promise<string> {
  const project = join(SANDBOX, '..', '..', 'integrations', like)
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(join(FOLDER, 'src'), { recursive: true })
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(FOLDER, file), `${text}\n`)
  linkPackages(PACKAGES, project, FOLDER)
  await run([join(project, 'node_modules', '@botpress', 'cli', 'bin.js'), 'build'], FOLDER)
  const bundle = bundleIn(FOLDER)
  if (!bundle) throw new Error('The empty integration was not built.')
  return bundle
}
