import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { entries } from '../scripts/definition-lint/body'
import { schemasOf } from '../scripts/definition-lint/schemas'
import { createBody, type CreateBody } from '../scripts/deploy/create-body'
import { secretValues } from '../scripts/deploy/environment'
import { integrationsOf } from '../scripts/deploy/integrations'
import { readDefinition } from '../scripts/deploy/read-definition'
import { checkRequest } from '../scripts/deploy/request/check-request'
import { changed, many } from './deploy-kit/change'
import { rightBody, toBase64 } from './deploy-kit/right-body'

const check = (body: CreateBody, forbidden: readonly string[] = []) => checkRequest(body, forbidden)
const broken = (path: readonly string[], instead: unknown) => check(changed<CreateBody>(rightBody(), path, instead))

describe.each(integrationsOf(resolve(import.meta.dirname, '..')))('the request for $name', (integration) => {
  let body: CreateBody
  beforeAll(async () => {
    body = await createBody(integration, await readDefinition(integration, process.env), 'unlisted')
  })

  test('is one that Botpress takes', () => {
    expect(check(body, secretValues(process.env))).toEqual([])
  })

  test('holds every part, also those that `bp read` leaves out', () => {
    const parts =
      'actions channels code configuration configurations description entities events icon identifier interfaces ' +
      'name readme sdkVersion secrets states title user version visibility'
    expect(Object.keys(body).sort()).toEqual(parts.split(' '))
    expect(body).toMatchObject({ name: integration.name, visibility: 'unlisted', sdkVersion: '5.4.3', secrets: {} })
    expect(body.code).toMatch(/exports/)
    expect(schemasOf(body).length).toBeGreaterThan(20)
  })

  test('maps the whole interface to the one entity', () => {
    expect(entries(body.interfaces)).toEqual([
      [
        'hitl<hitlConversation>',
        expect.objectContaining({
          name: 'hitl',
          version: '2.0.0',
          entities: { hitlSession: { name: 'hitlConversation' } },
          actions: {
            createUser: { name: 'createUser' },
            startHitl: { name: 'startHitl' },
            stopHitl: { name: 'stopHitl' },
          },
          events: { hitlAssigned: { name: 'hitlAssigned' }, hitlStopped: { name: 'hitlStopped' } },
          channels: { hitl: { name: 'hitl' } },
        }),
      ],
    ])
  })

  test('asks for secrets in the settings form, and holds none', () => {
    const secret = entries(body.configuration?.schema?.properties).filter(([, { 'x-zui': ui }]) => ui?.secret)
    expect(secret.length).toBeGreaterThan(0)
    expect(secret.filter(([, schema]) => 'default' in schema)).toEqual([])
  })
})

test('a request without faults breaks no rule', () => {
  expect(check(rightBody())).toEqual([])
})

describe('name and version', () => {
  test.each(['Acme', 'acme_chat', 'team/acme', '', 'a'.repeat(201)])('"%s" is no name', (name) => {
    expect(broken(['name'], name)).toEqual([expect.stringMatching(/^name: /)])
  })

  test.each(['1.2', 'v1.2.3', '1.2.3-rc.1', ''])('"%s" is no version', (version) => {
    expect(broken(['version'], version)).toEqual([expect.stringMatching(/^version: /)])
  })
})

describe('the interface map', () => {
  const map = ['interfaces', 'hitl<ticket>']
  const references: [string, string][] = [
    ['entities', 'hitlSession'],
    ['actions', 'createUser'],
    ['actions', 'startHitl'],
    ['actions', 'stopHitl'],
    ['events', 'hitlAssigned'],
    ['events', 'hitlStopped'],
    ['channels', 'hitl'],
  ]

  test.each(references)('names %s.%s', (group, name) => {
    const problems = broken([...map, group, name], undefined)
    expect(problems).toContain(`interfaces.hitl<ticket>.${group}: does not map ${name}`)
  })

  test.each(references)('names for %s.%s one that there is', (group, name) => {
    const problems = broken([...map, group, name], { name: 'nothing' })
    expect(problems).toContain(`interfaces.hitl<ticket>.${group}.${name}: there is no nothing in ${group}`)
  })

  test('is there, once, and for the right interface', () => {
    const missing = ['interfaces: the hitl interface is not implemented']
    expect(broken(['interfaces'], undefined)).toEqual(missing)
    expect(broken([...map, 'name'], 'typingIndicator')).toEqual(missing)
    const twice = { 'hitl<ticket>': rightBody().interfaces['hitl<ticket>'], hitl: { name: 'hitl', version: '2.0.0' } }
    expect(broken(['interfaces'], twice)).toEqual(['interfaces: the hitl interface is implemented more than once'])
  })

  test('has the entity in its key', () => {
    const wrong = { hitl: rightBody().interfaces['hitl<ticket>'] }
    expect(broken(['interfaces'], wrong)).toEqual(['interfaces.hitl: has to be called hitl<ticket>'])
  })

  test('is for a version that exists', () => {
    expect(broken([...map, 'version'], '2.1.0')).toEqual([])
    expect(broken([...map, 'version'], '1.0.0')).toEqual([expect.stringContaining('there is no version 1.0.0')])
  })

  test.each(['text', 'image', 'audio', 'video', 'file', 'bloc'])('leads to a channel that takes %s', (type) => {
    expect(broken(['channels', 'hitl', 'messages', type], undefined)).toEqual([
      `interfaces.hitl<ticket>.channels.hitl: has no message type ${type}`,
    ])
  })
})

describe('icon, readme, code and SDK', () => {
  test.each([
    ['icon', '', 'is missing'],
    ['icon', '<svg/>', 'is not in base64'],
    ['icon', toBase64('PNG'), 'is no SVG picture'],
    ['icon', toBase64('<svg xmlns="http://www.w3.org/2000/svg">'), 'is no SVG picture'],
    ['icon', toBase64('<svg><path/></svg>'), 'lacks the xmlns'],
    ['icon', toBase64('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), 'contains a script'],
    ['icon', toBase64('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"></svg>'), 'contains a script'],
    ['readme', '', 'is missing'],
    ['readme', '# Acme', 'is not in base64'],
    ['readme', toBase64(' \n'), 'is empty'],
    ['code', ' ', 'is empty'],
    ['sdkVersion', '', 'expects 5.4.3'],
    ['sdkVersion', '4.0.0', 'expects 5.4.3'],
  ])('%s "%s" %s', (part, text, problem) => {
    expect(broken([part], text)).toEqual([expect.stringContaining(problem)])
  })

  test('the code has at most 50 MB, in bytes', () => {
    expect(broken(['code'], 'x'.repeat(52_428_800))).toEqual([])
    expect(broken(['code'], `ä${'x'.repeat(52_428_799)}`)).toEqual([expect.stringContaining('52428801 bytes')])
  })
})

describe('limits', () => {
  const tag = { title: 'Tag', description: 'A tag' }
  const { threadFound, hitlAssigned, hitlStopped } = rightBody().events
  const { hitl } = rightBody().channels

  test.each<[string, string[], unknown, number, number]>([
    ['events', ['events'], threadFound, 2, 20],
    ['channels', ['channels'], { ...hitl, conversation: {}, message: {} }, 1, 10],
    ['channels.hitl.messages', ['channels', 'hitl', 'messages'], {}, 6, 20],
    ['states', ['states'], {}, 0, 10],
    ['tags', ['user', 'tags'], tag, 2, 50],
    ['tags', ['channels', 'hitl', 'conversation', 'tags'], tag, 2, 50],
    ['tags', ['channels', 'hitl', 'message', 'tags'], tag, 2, 50],
  ])('%s', (name, path, part, others, most) => {
    const kept = { events: { hitlAssigned, hitlStopped }, channels: { hitl } }[name] ?? {}
    const messages = name.endsWith('messages') ? hitl.messages : {}
    const full = (count: number) => broken(path, { ...kept, ...messages, ...many(count - others, part) })
    expect(full(most)).toEqual([])
    expect(full(most + 1)).toEqual([`${name}: there are ${most + 1}, at most ${most} are allowed`])
  })

  test('secrets', () => {
    expect(broken(['secrets'], many(26, {}))).toContain('secrets: there are 26, at most 25 are allowed')
  })

  test.each(schemasOf(rightBody()).map(({ path }) => path))('the schema of %s has at most 100 KB, in bytes', (path) => {
    const place = path.split('.')
    const schema = (length: number) => ({ description: 'ä'.repeat(length) })
    const frame = JSON.stringify(schema(0)).length
    const most = (102_400 - frame) / 2
    expect(broken([...place, 'schema'], schema(Math.floor(most)))).toEqual([])
    expect(broken([...place, 'schema'], schema(Math.floor(most) + 1))).toEqual([
      expect.stringContaining(`${path}: its schema has`),
    ])
  })

  test.each([
    ['identifier.extractScript'],
    ['identifier.fallbackHandlerScript'],
    ['configuration.identifier.linkTemplateScript'],
    ['configurations.manual.identifier.linkTemplateScript'],
  ])('%s has at most 2000 characters', (path) => {
    expect(broken(path.split('.'), 'x'.repeat(2_000))).toEqual([])
    expect(broken(path.split('.'), 'x'.repeat(2_001))).toEqual([expect.stringContaining(`${path}: has 2001`)])
  })
})

describe('secrets', () => {
  const token = ['configuration', 'schema', 'properties', 'token']
  const hex = (length: number) => '0123456789abcdef'.repeat(4).slice(0, length)
  // Put together here, so that nobody takes them for real ones.
  const credentials = [
    ['a private key', ['-----BEGIN', 'PRIVATE KEY-----'].join(' ')],
    ['a JSON web token', ['eyJhbGciOiJIUzI1', 'eyJzdWIiOiIxMjM0', 'SflKxwRJSMeKKF2QT4'].join('.')],
    ['a Zoho token', ['1000', hex(32), hex(32)].join('.')],
    ['a HubSpot token', ['pat', 'eu1', hex(8), '1234', '1234', '1234', hex(12)].join('-')],
    ['a Botpress token', ['bp', 'pat', 'A'.repeat(24)].join('_')],
    ['a header with a credential', ['Basic', 'QWxhZGRpbjpvcGVuIHNlc2FtZQ=='].join(' ')],
  ] as const

  test.each(credentials)('%s goes along nowhere', (what, value) => {
    expect(broken(['code'], `const x = '${value}'`)).toEqual([`code: contains ${what}`])
    expect(broken(['readme'], toBase64(`# ${value}`))).toEqual([`readme: contains ${what}`])
    const icon = `<svg xmlns="http://www.w3.org/2000/svg"><title>${value}</title></svg>`
    expect(broken(['icon'], toBase64(icon))).toEqual([`icon: contains ${what}`])
    expect(broken([...token, 'description'], value)).toEqual([`the definition: contains ${what}`])
  })

  test('what the environment keeps secret goes along nowhere, and is not printed', () => {
    const env = { PROVIDER_TOKEN: 'only-the-shell-knows', PATH: '/usr/bin:/some/longer/path', SHORT_TOKEN: 'abc' }
    const body = changed<CreateBody>(rightBody(), ['code'], `'only-the-shell-knows' + '${env.PATH}' + 'abc'`)
    expect(check(body, secretValues(env))).toEqual(['code: contains a secret of this environment'])
  })

  test('a secret field has no default', () => {
    expect(broken([...token, 'default'], '')).toEqual(['configuration.token: is a secret and has a default'])
    expect(broken(['configuration', 'schema', 'properties', 'open'], { default: 'eu' })).toEqual([])
  })

  test('a declared secret would have to be sent along, and nothing is', () => {
    expect(broken(['secrets', 'API_KEY'], { description: 'x' })).toEqual([
      'secrets.API_KEY: is declared, but no secret is sent along from here',
    ])
  })
})
