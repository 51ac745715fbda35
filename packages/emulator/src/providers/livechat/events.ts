import type { EventDraft, EventType, Visibility } from './entities'
import { invalid } from './errors'
import { Fields, filledText, listOf, nested, oneOf, record, text } from './fields'
import { propertiesFor, type PropertyWriter } from './properties'
import { fileContent } from './uploads'
import type { World } from './world'

export const maxTextBytes = 16 * 1024

const answerTypes = [
  'checkbox',
  'email',
  'name',
  'question',
  'subject',
  'textarea',
  'group_chooser',
  'radio',
  'select',
] as const

type Content = Record<string, unknown>

const compact = (content: Content): Content =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined))

const readMessage = (event: Fields): Content => {
  const body = event.required('text', filledText)
  if (Buffer.byteLength(body) > maxTextBytes) throw invalid(`'event.text' is longer than ${maxTextBytes} bytes`)
  const postback = event.optional('postback', nested)
  return compact({
    text: body,
    postback: postback && {
      id: postback.required('id', text),
      thread_id: postback.required('thread_id', text),
      event_id: postback.required('event_id', text),
      ...compact({ type: postback.optional('type', text), value: postback.optional('value', text) }),
    },
  })
}

const readFilledForm = (event: Fields): Content => ({
  form_id: event.required('form_id', text),
  fields: event.required('fields', listOf(nested)).map((field) => {
    const type = field.required('type', oneOf(...answerTypes))
    const answer =
      type === 'checkbox'
        ? {
            answers: field.required(
              'answers',
              listOf((value) => value)
            ),
          }
        : { answer: field.required('answer', (value) => value) }
    return { type, id: field.required('id', text), label: field.required('label', text), ...answer }
  }),
})

/** Limits: 10 elements, 13 buttons each. The inside of elements and buttons is not checked. */
export const readRichMessage = (event: Fields): Content => {
  const elements = event.required('elements', listOf(record, 10))
  for (const element of elements) {
    if (element['buttons'] !== undefined) listOf(record, 13)(element['buttons'], 'event.elements.buttons')
  }
  return { template_id: event.required('template_id', oneOf('cards', 'quick_replies', 'sticker')), elements }
}

const readContent = (world: World, type: EventType, event: Fields): Content => {
  switch (type) {
    case 'message':
      return readMessage(event)
    case 'file':
      return {
        ...fileContent(world, event.required('url', text)),
        ...compact({ alternative_text: event.optional('alternative_text', text) }),
      }
    case 'filled_form':
      return readFilledForm(event)
    case 'rich_message':
      return readRichMessage(event)
    case 'custom':
      return compact({ content: event.optional('content', record) })
    case 'system_message':
      return compact({
        system_message_type: event.required('system_message_type', text),
        text: event.optional('text', text),
        text_vars: event.optional('text_vars', record),
      })
    case 'form':
      return { form_id: event.required('form_id', text), fields: event.required('fields', listOf(record)) }
    default:
      return type satisfies never
  }
}

/**
 * Who may see it. Customers say `recipients`, agents say `visibility` (renamed in 3.4 on the agent side only), and a filled
 * form from a customer must say it.
 */
const readAudience = (event: Fields, side: PropertyWriter['side'], type: EventType): Visibility => {
  const name = side === 'customer' ? 'recipients' : 'visibility'
  const reader = oneOf<Visibility>('all', 'agents')
  if (side === 'customer' && type === 'filled_form') return event.required(name, reader)
  return event.optional(name, reader) ?? 'all'
}

/** `system` (new in 3.6) is receive-only and so not among the types one may send. */
export const readEvent = (world: World, event: Fields, writer: PropertyWriter): EventDraft => {
  const type = event.required(
    'type',
    oneOf('message', 'file', 'filled_form', 'rich_message', 'custom', 'system_message', 'form')
  )
  const customId = event.optional('custom_id', text)
  const properties = event.optional('properties', propertiesFor(writer, 'event'))
  return {
    type,
    visibility: readAudience(event, writer.side, type),
    ...(customId === undefined ? {} : { customId }),
    ...(properties === undefined ? {} : { properties }),
    content: readContent(world, type, event),
  }
}
