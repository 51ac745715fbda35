import type { JsonSchema } from '../../scripts/definition-lint/body'
import type { CreateBody } from '../../scripts/deploy/create-body'

export const toBase64 = (text: string) => Buffer.from(text).toString('base64')

export const field = (title: string, more: JsonSchema = {}): JsonSchema => ({
  description: `What ${title} says`,
  'x-zui': { title },
  ...more,
})

const texts = (title: string) => ({ title, description: `What ${title} is for` })
const schema = { properties: { one: field('One') } }
const message = { schema: { properties: { text: {} } } }
const mapped = (name: string) => ({ [name]: { name } })

/** A request of every kind of part, with nothing wrong; a new object each time. */
export const rightBody = () =>
  structuredClone({
    name: 'acme',
    version: '1.2.3',
    ...texts('Acme'),
    icon: toBase64('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>\n'),
    readme: toBase64('# Acme\n'),
    code: 'module.exports = {}',
    sdkVersion: '5.4.3',
    visibility: 'private',
    attributes: {},
    user: { tags: { contactId: texts('Contact') } },
    configuration: { schema: { properties: { token: field('Token', { 'x-zui': { title: 'Token', secret: true } }) } } },
    configurations: { manual: { ...texts('By hand'), schema } },
    identifier: { extractScript: 'null' },
    actions: {
      findThread: { ...texts('Find thread'), input: { schema }, output: { schema } },
      createUser: { input: { schema: {} }, output: { schema: {} } },
      startHitl: { input: { schema: {} }, output: { schema: {} } },
      stopHitl: { input: { schema: {} }, output: { schema: {} } },
    },
    events: {
      threadFound: { ...texts('Thread found'), schema },
      hitlAssigned: { schema: {} },
      hitlStopped: { schema: {} },
    },
    channels: {
      hitl: {
        ...texts('Chat'),
        messages: { text: message, image: message, audio: message, video: message, file: message, bloc: message },
        conversation: { tags: { thread: texts('Thread') } },
        message: { tags: { id: texts('ID') } },
      },
    },
    states: { closed: { type: 'conversation', schema } },
    entities: { ticket: { ...texts('Ticket'), schema } },
    interfaces: {
      'hitl<ticket>': {
        name: 'hitl',
        version: '2.0.0',
        entities: { hitlSession: { name: 'ticket' } },
        actions: { ...mapped('createUser'), ...mapped('startHitl'), ...mapped('stopHitl') },
        events: { ...mapped('hitlAssigned'), ...mapped('hitlStopped') },
        channels: mapped('hitl'),
      },
    },
    secrets: {},
  }) satisfies CreateBody
