import { mkdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBody } from '../scripts/deploy/create-body'
import { integrationsOf } from '../scripts/deploy/integrations'
import { readDefinition } from '../scripts/deploy/read-definition'
import { toBase64 } from './deploy-kit/right-body'
import { readBody, type Scratch, scratchIntegration } from './deploy-kit/scratch-integration'

const SDK = resolve(import.meta.dirname, '../integrations/livechat/node_modules/@botpress')

/** With everything in it that the CLI of 5.5.6 does not print. */
const DEFINITION = `
import { IntegrationDefinition, z } from '@botpress/sdk'
const settings = z.object({ region: z.string().title('Region').describe('Where it lives') })
export default new IntegrationDefinition({
  name: 'acme',
  version: '1.2.3',
  attributes: { category: 'support' },
  configuration: { schema: settings, identifier: { required: true, linkTemplateScript: 'link.vrl' } },
  configurations: { manual: { title: 'By hand', description: 'Without OAuth', schema: settings } },
  identifier: { extractScript: 'extract.vrl', fallbackHandlerScript: 'fallback.vrl' },
  secrets: { CLIENT_SECRET: { description: 'Of the app' } },
})
`

let scratch: Scratch
beforeEach(() => {
  scratch = scratchIntegration()
})
afterEach(() => scratch.remove())

async function bodyOf(files: Record<string, string>) {
  scratch.write(files)
  const [integration] = integrationsOf(scratch.root)
  if (!integration) throw new Error('There is no integration.')
  return createBody(integration, await readDefinition(integration, process.env), 'private')
}

test('what `bp read` leaves out is added from the definition, scripts and files with their text', async () => {
  mkdirSync(join(scratch.root, 'integrations/acme/node_modules'), { recursive: true })
  symlinkSync(SDK, join(scratch.root, 'integrations/acme/node_modules/@botpress'), 'dir')
  const { configuration: _, configurations: __, identifier: ___, attributes: ____, ...printed } = readBody
  scratch.define(printed)
  const body = await bodyOf({
    'integrations/acme/integration.definition.ts': DEFINITION,
    'integrations/acme/link.vrl': 'link',
    'integrations/acme/extract.vrl': 'extract',
    'integrations/acme/fallback.vrl': 'fallback',
    'integrations/acme/.botpress/dist/index.js': 'older',
    'integrations/acme/.botpress/dist/index.cjs': 'newer',
  })
  const schema = { properties: { region: { description: 'Where it lives', 'x-zui': { title: 'Region' } } } }
  expect(body).toMatchObject({
    attributes: { category: 'support' },
    configuration: { schema, identifier: { required: true, linkTemplateScript: 'link' } },
    configurations: { manual: { title: 'By hand', description: 'Without OAuth', schema } },
    identifier: { extractScript: 'extract', fallbackHandlerScript: 'fallback' },
    secrets: { CLIENT_SECRET: { description: 'Of the app' } },
    icon: toBase64('<svg xmlns="http://www.w3.org/2000/svg"></svg>\n'),
    readme: toBase64('# Acme\n'),
    code: 'newer',
    sdkVersion: '5.4.3',
  })
})

test('a file that the definition names and nobody has made is missed', async () => {
  scratch.define({ ...readBody, icon: 'no-such.svg', readme: undefined })
  const body = await bodyOf({ 'integrations/acme/.botpress/dist/index.js': 'code' })
  expect(body).toMatchObject({ icon: '', readme: '' })
})

test('an integration that is not built has no request', async () => {
  await expect(bodyOf({})).rejects.toThrow('integrations/acme is not built; run `pnpm build`.')
})

test('a CLI that is not installed, or fails, is told in one sentence', async () => {
  await expect(bodyOf({ 'integrations/acme/node_modules/.bin/definition.json': '' })).rejects.toThrow('printed no JSON')
  await expect(
    bodyOf({ 'integrations/acme/node_modules/.bin/bp': '#!/usr/bin/env node\nprocess.exit(1)' })
  ).rejects.toThrow('`bp read` failed for acme; the lines above say why.')
  await expect(bodyOf({ 'integrations/acme/node_modules/.bin/bp': '#!/no/such/program' })).rejects.toThrow(
    'The Botpress CLI is not installed in integrations/acme; run `npm test` once.'
  )
})
