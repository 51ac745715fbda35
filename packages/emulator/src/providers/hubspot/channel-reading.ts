import { isRecord } from '../../json'
import { identifierTypes, type Capabilities, type ChannelFields } from './entities'
import { invalid } from './errors'
import { filledText, httpsUrl, text, type Fields, type Reader } from './fields'

type Check = (value: unknown) => boolean

const isFlag: Check = (value) => typeof value === 'boolean'
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0
const isListOf =
  (allowed: (one: string) => boolean): Check =>
  (value) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && allowed(one))

const among =
  (...allowed: readonly string[]) =>
  (one: string): boolean =>
    allowed.includes(one)

/** Attachment types of the message schema that can go out; the complete list is not known [?]. */
const attachmentTypes = among('FILE', 'QUICK_REPLIES')

/** Values seen in the guide, the changelog and running code; the complete list is not known [?]. */
const richTextValues = among('HYPERLINK', 'TEXT_ALIGNMENT', 'BLOCKQUOTE', 'BOLD', 'ITALIC', 'LISTS')

/** Exact types, or the wildcards that shipped code uses. */
const isMediaType = (one: string): boolean => /^[\w.+-]+\/(\*|[\w.+-]+)$/.test(one)

const checks: Readonly<Record<keyof Capabilities, Check>> = {
  deliveryIdentifierTypes: isListOf(among(...identifierTypes)),
  threadingModel: (value) => value === 'INTEGRATION_THREAD_ID' || value === 'DELIVERY_IDENTIFIER',
  richText: isListOf(richTextValues),
  allowInlineImages: isFlag,
  allowOutgoingMessages: isFlag,
  allowConversationStart: isFlag,
  allowMultipleRecipients: isFlag,
  outgoingAttachmentTypes: isListOf(attachmentTypes),
  allowedFileAttachmentMimeTypes: isListOf(isMediaType),
  maxFileAttachmentCount: isCount,
  maxFileAttachmentSizeBytes: isCount,
  maxTotalFileAttachmentSizeBytes: isCount,
}

const checkOf = (name: string): Check | undefined => Object.entries(checks).find(([known]) => known === name)?.[1]

const areCapabilities = (value: Record<string, unknown>): value is Capabilities =>
  Object.entries(value).every(([name, one]) => checkOf(name)?.(one) === true)

export const readCapabilities: Reader<Capabilities> = (value) => {
  if (!isRecord(value)) throw invalid("Invalid input: 'capabilities' must be an object")
  if (areCapabilities(value)) return structuredClone(value)
  const bad = Object.entries(value).filter(([name, one]) => checkOf(name)?.(one) !== true)
  throw invalid('One or more of the channel capabilities have invalid values.', {
    subCategory: 'CustomChannelsError.INVALID_CHANNEL_CAPABILITY_VALUES',
    context: { capabilityKeysAndValues: bad.map(([name, one]) => `${name}: ${JSON.stringify(one)}`) },
  })
}

/** That the pages shown to admins may be empty is not documented; PATCH wants them although nothing else does [?]. */
const urlOrEmpty: Reader<string> = (value, path) => (value === '' ? '' : httpsUrl(value, path))

/** https://github.com/HubSpot/HubSpot-public-api-spec-collection (Conversations/Custom Channels) */
export const readNewChannel = (fields: Fields): ChannelFields => {
  const name = fields.required('name', filledText)
  const capabilities = fields.required('capabilities', readCapabilities)
  const webhookUrl = fields.optional('webhookUrl', httpsUrl)
  const channelDescription = fields.optional('channelDescription', text)
  const channelLogoUrl = fields.optional('channelLogoUrl', urlOrEmpty)
  const channelAccountConnectionRedirectUrl = fields.optional('channelAccountConnectionRedirectUrl', urlOrEmpty)
  fields.end()
  return {
    name,
    capabilities,
    ...(webhookUrl === undefined ? {} : { webhookUrl }),
    ...(channelDescription === undefined ? {} : { channelDescription }),
    ...(channelLogoUrl === undefined ? {} : { channelLogoUrl }),
    ...(channelAccountConnectionRedirectUrl === undefined ? {} : { channelAccountConnectionRedirectUrl }),
  }
}

/** The specification marks all six as required. */
export const readChannelChanges = (fields: Fields): Required<ChannelFields> => {
  const changes = {
    name: fields.required('name', filledText),
    capabilities: fields.required('capabilities', readCapabilities),
    webhookUrl: fields.required('webhookUrl', httpsUrl),
    channelDescription: fields.required('channelDescription', text),
    channelLogoUrl: fields.required('channelLogoUrl', urlOrEmpty),
    channelAccountConnectionRedirectUrl: fields.required('channelAccountConnectionRedirectUrl', urlOrEmpty),
  }
  fields.end()
  return changes
}
