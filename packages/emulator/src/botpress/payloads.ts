import { isRecord, type JsonRecord } from '../json'
import { ApiError, invalid } from './api-error'
import { jsonBytes, optionalText, record, text } from './fields'

/** Source: quotas of the platform (`@bpinternal/const`): 128 KiB per message or state payload. */
export const LARGEST_PAYLOAD = 131_072

type Check = (payload: JsonRecord) => void

const media =
  (field: string): Check =>
  (payload) => {
    text(payload, field)
    optionalText(payload, 'title')
  }

const options: Check = (payload) => {
  text(payload, 'text')
  for (const option of list(payload, 'options')) {
    text(option, 'label')
    text(option, 'value')
  }
}

const card: Check = (payload) => {
  text(payload, 'title')
  for (const action of list(payload, 'actions')) {
    text(action, 'action')
    text(action, 'label')
    text(action, 'value')
  }
}

const CHECKS: Readonly<Record<string, Check>> = {
  // Nothing but the size of the payload limits a text.
  text: (payload) => text(payload, 'text', LARGEST_PAYLOAD),
  markdown: (payload) => text(payload, 'markdown', LARGEST_PAYLOAD),
  image: media('imageUrl'),
  audio: media('audioUrl'),
  video: media('videoUrl'),
  file: media('fileUrl'),
  location: (payload) => {
    if (typeof payload['latitude'] !== 'number' || typeof payload['longitude'] !== 'number') {
      throw invalid('"latitude" and "longitude" must be numbers')
    }
  },
  choice: options,
  dropdown: options,
  card,
  carousel: (payload) => list(payload, 'items').forEach((item) => card(item)),
  bloc: (payload) =>
    list(payload, 'items').forEach((item) => checkPayload(text(item, 'type'), record(item, 'payload'))),
}

/** Extra members pass: the official plugin sends a redundant `type`, and Cloud accepts it. */
export function checkPayload(type: string, payload: JsonRecord): void {
  const check = CHECKS[type]
  if (!check) throw invalid(`Message type "${type}" is unknown`)
  check(payload)
}

export function checkSize(payload: JsonRecord): void {
  const bytes = jsonBytes(payload)
  if (bytes > LARGEST_PAYLOAD) {
    throw new ApiError('PayloadTooLarge', `The payload has ${bytes} bytes; at most ${LARGEST_PAYLOAD} are allowed`)
  }
}

function list(payload: JsonRecord, name: string): JsonRecord[] {
  const value = payload[name]
  if (!Array.isArray(value)) throw invalid(`"${name}" must be a list`)
  return value.map((item: unknown) => {
    if (!isRecord(item)) throw invalid(`"${name}" must be a list of objects`)
    return item
  })
}
