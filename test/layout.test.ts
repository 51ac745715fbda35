import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { checkLayout } from '../scripts/check-layout'

type Tree = Record<string, string>

const manifest = (name: string, dependencies: Record<string, string> = {}) => JSON.stringify({ name, dependencies })

/** The smallest repository that breaks no rule. */
const RIGHT: Tree = {
  'packages/hitl-core/package.json': manifest('@hitl/core', { axios: '1', zod: '4' }),
  'packages/hitl-core/src/index.ts': `export { request } from './http/client'\n`,
  'packages/hitl-core/src/http/client.ts': `import axios from 'axios/dist/node/axios.cjs'\nexport const request = axios\n`,
  'packages/hitl-core/src/testing/index.ts': `import { startEmulator } from '@hitl/emulator'\nexport { startEmulator }\n`,
  'packages/emulator/package.json': manifest('@hitl/emulator', { hono: '4' }),
  'packages/emulator/src/index.ts': `export const startEmulator = 1\n`,
  'packages/sandbox-page/package.json': manifest('@hitl/sandbox-page', { react: '19' }),
  'packages/sandbox-page/src/protocol.ts': `export type View = { agents: readonly string[] }\n`,
  'packages/sandbox-page/src/page.tsx': `import { useState } from 'react'\nexport const Page = () => <p>{useState('')}</p>\n`,
  'packages/sandbox-page/test/journeys.test.ts': `import '../../sandbox/src/providers/acme'\n`,
  'integrations/acme-chat/package.json': manifest('@hitl/acme-chat', { '@hitl/core': '1', zod: '4' }),
  'integrations/acme-chat/integration.definition.ts': 'export default {}\n',
  'integrations/acme-chat/hub.md': '# Acme Chat\n',
  'integrations/acme-chat/icon.svg': '<svg/>\n',
  'integrations/acme-chat/README.md': '# Acme Chat\n',
  'integrations/acme-chat/src/index.ts': `export { acmeChatAdapter as default } from './adapter'\n`,
  'integrations/acme-chat/src/adapter.ts': `import '@hitl/core'\nexport const acmeChatAdapter = {}\n`,
  'integrations/acme-chat/src/config.ts': 'export const settings = {}\n',
  'integrations/acme-chat/src/api.ts': `import { createHash } from 'node:crypto'\nexport const api = createHash\n`,
  'integrations/acme-chat/src/webhook.ts': 'export const verifyWebhook = 1\n',
  'integrations/acme-chat/src/schemas.ts': `import * as z from 'zod/mini'\nexport const chat = z\n`,
  'integrations/acme-chat/test/contract.test.ts': `import '@hitl/emulator'\n`,
  'integrations/acme-chat/test/webhook.test.ts': '',
  'integrations/acme-chat/test/api.test.ts': '',
  'integrations/acme-chat/test/journeys.test.ts': '',
  'integrations/acme-chat/test/fixtures/message.json': '{}\n',
}

const roots: string[] = []

function check(changes: Record<string, string | undefined> = {}): string[] {
  const root = mkdtempSync(join(tmpdir(), 'layout-'))
  roots.push(root)
  for (const [path, text] of Object.entries({ ...RIGHT, ...changes })) {
    if (text === undefined) continue
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return checkLayout(root)
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

test('this repository follows its layout', () => {
  expect(checkLayout(resolve(import.meta.dirname, '..'))).toEqual([])
})

test('a tree that breaks no rule passes', () => {
  expect(check()).toEqual([])
})

describe('files and exports of an integration', () => {
  const required = Object.keys(RIGHT).filter((path) => path.startsWith('integrations/acme-chat/'))

  test.each(required.filter((path) => !path.endsWith('.json')))('%s has to exist', (path) => {
    expect(check({ [path]: undefined })).toContainEqual(`${path}: is missing`)
  })

  test('package.json has to exist', () => {
    const path = 'integrations/acme-chat/package.json'
    expect(check({ [path]: undefined })).toContainEqual(`${path}: is missing`)
  })

  test('at least one fixture has to exist', () => {
    const problems = check({ 'integrations/acme-chat/test/fixtures/message.json': undefined })
    expect(problems).toEqual(['integrations/acme-chat/test/fixtures: has no .json file'])
  })

  test('further files belong in src or test', () => {
    expect(check({ 'integrations/acme-chat/src/identity.ts': 'export const a = 1\n' })).toEqual([])
    expect(check({ 'integrations/acme-chat/helpers.ts': 'export const a = 1\n' })).toEqual([
      'integrations/acme-chat/helpers.ts: has no place in an integration; put code in src, tests in test',
    ])
  })

  test.each(['integration.definition.ts', 'src/index.ts'])('%s has a default export', (file) => {
    const path = `integrations/acme-chat/${file}`
    expect(check({ [path]: 'export const named = 1\n' })).toEqual([`${path}: has no default export`])
  })

  test('src/index.ts stays short', () => {
    const path = 'integrations/acme-chat/src/index.ts'
    const long = `${Array.from({ length: 15 }, (_, line) => `export const line${line} = 1`).join('\n')}\nexport default 1\n`
    expect(check({ [path]: long })).toEqual([`${path}: has 16 lines, at most 15 are allowed`])
  })

  test.each(['export const adapter = {}', 'export const AcmeChatAdapter = {}', 'const acmeChatAdapter = {}'])(
    'src/adapter.ts exports the adapter by name, not as `%s`',
    (text) => {
      const path = 'integrations/acme-chat/src/adapter.ts'
      expect(check({ [path]: `${text}\n` })).toEqual([`${path}: exports no acmechatAdapter`])
    }
  )
})

describe('forbidden imports', () => {
  const core = 'packages/hitl-core/src/sessions.ts'
  const integration = 'integrations/acme-chat/src/api.ts'
  const page = 'packages/sandbox-page/src/desk.tsx'

  test.each([
    [page, '@hitl/emulator', 'the page knows the sandbox by its protocol only'],
    [page, '@hitl/core', 'the page knows the sandbox by its protocol only'],
    ['packages/sandbox-page/src/stream.ts', '@hitl/acme-chat', 'the page knows the sandbox by its protocol only'],
    [page, '../../emulator/src/index', 'a file of another package'],
    [page, '../../../integrations/acme-chat/src/config', 'a file of another package'],
    [core, '@hitl/sandbox-page', 'the page never ships'],
    [integration, '@hitl/sandbox-page/protocol', 'the page never ships'],
    [core, '@hitl/acme-chat', 'core knows no integration'],
    ['packages/hitl-core/src/testing/suite.ts', '@hitl/acme-chat/sub', 'core knows no integration'],
    [core, '@hitl/emulator', 'the emulator never ships'],
    [integration, '@hitl/emulator', 'the emulator never ships'],
    ['packages/emulator/src/sign.ts', '@hitl/core', 'the emulator shares no code with what it tests'],
    ['packages/emulator/src/sign.ts', '@hitl/acme-chat', 'the emulator shares no code with what it tests'],
    [core, '../../emulator/src/index', 'a file of another package'],
    [integration, '../../../packages/hitl-core/src/errors', 'a file of another package'],
    ['packages/emulator/test/sign.test.ts', '../../hitl-core/src/errors', 'a file of another package'],
    [core, 'axios', 'only packages/hitl-core/src/http/client.ts does'],
    [integration, 'axios/dist/node/axios.cjs', 'only packages/hitl-core/src/http/client.ts does'],
    [integration, '.botpress', 'which is generated'],
    [integration, '../bp_modules/hitl', 'which is generated'],
    [integration, 'zod', 'use zod/mini'],
    [integration, 'lodash', 'integrations/acme-chat/package.json does not list under dependencies'],
    [core, '@botpress/sdk', 'packages/hitl-core/package.json does not list under dependencies'],
  ])('%s may not import %s', (path, name, reason) => {
    for (const statement of [
      `import { x } from '${name}'`,
      `import type { X } from '${name}'`,
      `export * from '${name}'`,
      `await import('${name}')`,
    ]) {
      const problems = check({ [path]: `${statement}\n` })
      expect(problems[0]).toContain(`${path}: imports ${name}`)
      expect(problems.join('\n')).toContain(reason)
    }
  })
})

test('the sandbox and the tests of an integration may reach into other packages', () => {
  const text = `import '../../../packages/hitl-core/src/index'\n`
  expect(check({ 'packages/sandbox/src/main.ts': text, 'integrations/acme-chat/test/api.test.ts': text })).toEqual([])
})

describe('forbidden code', () => {
  const core = 'packages/hitl-core/src/sessions.ts'

  test.each([
    ['an identifier', 'export const liveChatToken = 1'],
    ['a text', `export const host = 'api.hubspot.com'`],
    ['a template', 'export const url = `https://${1}.zendesk.com`'],
    ['a type', 'export type SalesIqThread = { id: string }'],
  ])('core does not name a vendor in %s', (_, text) => {
    expect(check({ [core]: `${text}\n` })).toEqual([expect.stringContaining('names a vendor')])
  })

  test('core does not name a vendor in a file name, but may in a comment', () => {
    expect(check({ 'packages/hitl-core/src/zoho.ts': 'export const a = 1\n' })).toEqual([
      'packages/hitl-core/src/zoho.ts: names a vendor (zoho); vendor words belong in an integration',
    ])
    expect(check({ [core]: '/** Zendesk does the same. */\nexport const a = 1 // as in HubSpot\n' })).toEqual([])
  })

  test.each([
    core,
    'packages/emulator/test/a.test.ts',
    'integrations/acme-chat/test/api.test.ts',
    'packages/sandbox-page/src/desk.tsx',
    'packages/sandbox-page/test/kit/page.ts',
    'scripts/a.ts',
    'test/a.ts',
  ])('the type any is not used in %s', (path) => {
    expect(check({ [path]: 'export const a = (b: any) => b\n' })).toEqual([`${path}: uses the type any`])
  })

  test('the word any is free', () => {
    expect(check({ [core]: `// any value\nexport const any = 'any'\n` })).toEqual([])
  })

  test.each(['// @ts-ignore', '/* eslint-disable */', '// oxlint-disable-next-line no-console', '// @ts-nocheck'])(
    'checks are not switched off with `%s`',
    (comment) => {
      expect(check({ [core]: `${comment}\nexport const a = 1\n` })).toEqual([
        expect.stringContaining('switches a check off'),
      ])
      expect(check({ [core]: `export function a() {\n  ${comment}\n}\n` })).toHaveLength(1)
    }
  )

  test('a check is not switched off in a file with elements either', () => {
    const path = 'packages/sandbox-page/src/desk.tsx'
    const text = 'export const Desk = () => (\n  // @ts-ignore\n  <p role="none">any</p>\n)\n'
    expect(check({ [path]: text })).toEqual([`${path}: switches a check off (@ts-ignore)`])
    expect(check({ [path]: text.replace('// @ts-ignore', '') })).toEqual([])
  })

  test.each([core, 'integrations/acme-chat/src/api.ts', 'integrations/acme-chat/src/extra.ts'])(
    'shipped code does not print: %s',
    (path) => {
      expect(check({ [path]: `console.warn('x')\n` })).toEqual([
        `${path}: uses console; use the logger that Botpress hands over`,
      ])
    }
  )

  test('tests and the emulator may print', () => {
    const text = `console.log('x')\n`
    expect(check({ 'packages/emulator/src/cli.ts': text, 'packages/hitl-core/test/a.test.ts': text })).toEqual([])
  })
})
