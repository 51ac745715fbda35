import type { Attachment, FileAttachment } from './thread-entities'
import { filledText, listOf, nested, oneOf, numberBetween, text, wrong, type Fields, type Reader } from './fields'
import { given } from './view'
import type { World } from './world'

const usages = ['AUDIO', 'IMAGE', 'OTHER', 'STICKER', 'VOICE_RECORDING'] as const

type ContentReader = (fields: Fields) => Record<string, unknown>

const quickReply: Reader<Record<string, unknown>> = (value, path) => {
  const fields = nested(value, path)
  const reply = {
    label: fields.required('label', filledText),
    value: fields.required('value', filledText),
    valueType: fields.required('valueType', oneOf('TEXT', 'URL')),
  }
  fields.end()
  return reply
}

/** Of the types without a listed shape only the name is known, so they may have no members. */
const contents: Readonly<Record<string, ContentReader>> = {
  LOCATION: (fields) =>
    given({
      latitude: fields.required('latitude', numberBetween(-90, 90)),
      longitude: fields.required('longitude', numberBetween(-180, 180)),
      name: fields.optional('name', text),
      address: fields.optional('address', text),
      url: fields.optional('url', text),
    }),
  CONTACT: () => ({}),
  QUICK_REPLIES: (fields) => ({ quickReplies: fields.required('quickReplies', listOf(quickReply)) }),
  MESSAGE_HEADER: (fields) =>
    given({ text: fields.optional('text', text), fileId: fields.optional('fileId', filledText) }),
  SOCIAL_MEDIA_METADATA: () => ({}),
  UNSUPPORTED_CONTENT: () => ({}),
}

const readFile = (world: World, fields: Fields): FileAttachment => {
  const fileId = fields.required('fileId', filledText)
  const fileUsageType = fields.optional('fileUsageType', oneOf(...usages))
  if (!world.state.files.has(fileId)) throw wrong('is not the id of a file', `${fields.path}.fileId`)
  return { type: 'FILE', fileId, ...(fileUsageType ? { fileUsageType } : {}) }
}

/** https://github.com/HubSpot/HubSpot-public-api-spec-collection (attachments of `PublicConversationsMessage`) */
const attachment =
  (world: World): Reader<Attachment> =>
  (value, path) => {
    const fields = nested(value, path)
    const type = fields.required('type', oneOf('FILE', ...Object.keys(contents)))
    const read = contents[type]
    const result = read ? { type, content: read(fields) } : readFile(world, fields)
    fields.end()
    return result
  }

export const attachmentList = (world: World): Reader<Attachment[]> => listOf(attachment(world))
