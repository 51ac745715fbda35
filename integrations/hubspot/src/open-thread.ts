import { isDoubtful, type Log, type OpenRequest, splitText } from '@hitl/core'
import type * as z from 'zod/mini'
import { type HubSpotClient, isAboutAccess, isRefusal, isRepetition } from './client'
import { closeThread, pathOf } from './close-thread'
import { findContact } from './contacts'
import type { HubSpotOptions } from './form'
import { identify } from './identity'
import { limits } from './limits'
import { CLOSING_MS, publish, publishTo } from './publish'
import { asId, asText, itemsIn, page, threadItem } from './schemas'
import type { Place } from './set-up'
import type { HubSpotThread } from './thread'

export type OpenTools = {
  client: HubSpotClient
  log: Log
  /** Where sessions of an inbox go, made when missing. `refused` is the account that HubSpot does not take messages for. */
  placeFor(inboxId: string, refused?: string): Promise<Place>
  helpDeskId: string
}

type Request = OpenRequest<HubSpotThread, HubSpotOptions>

/** The opening message as the end user, then what was said before as a comment that only agents see. */
export async function openThread(tools: OpenTools, request: Request): Promise<HubSpotThread> {
  const { client, log, placeFor } = tools
  const { contact, brief, sessionId } = request
  const identity = identify(contact, asId(brief.options.phone))
  const inboxId = inboxOf(tools, brief.options)
  const place = await placeFor(inboxId)
  const contactId = await findContact(client, log, identity)
  const target = {
    ...place,
    sessionId,
    inboxId,
    sender: senderOf(contact, brief.options),
    ...(contactId === undefined ? {} : { contactId }),
  }
  const [opening = '', ...more] = splitText(openingOf(brief), limits.text)
  const thread = await begin(tools, target, opening, contact.userId)
  try {
    const say = async (texts: readonly string[], what: string) => {
      for (const [index, text] of texts.entries()) {
        await publishTo(client, thread, { key: `${sessionId}-${what}-${index}`, text })
      }
    }
    await say(more, 'opening-more')
    await showTranscript(client, log, thread, brief.transcript, (texts) => say(texts, 'transcript'))
    return thread
  } catch (error) {
    await closeThread(client, thread.id).catch(() => log.error('A HubSpot thread of a failed session was not closed.'))
    throw error
  }
}

type Target = Omit<HubSpotThread, 'id'>

export const inboxOf = ({ helpDeskId }: OpenTools, { inboxId }: HubSpotOptions): string =>
  asId(inboxId)?.trim() || helpDeskId

/** @throws HitlError when the number of the session cannot be read */
export const senderOf = (contact: Request['contact'], { phone }: HubSpotOptions): HubSpotThread['sender'] => ({
  ...(contact.name ? { name: contact.name } : {}),
  deliveryIdentifier: identify(contact, asId(phone)).deliveryIdentifier,
})

/** Channel or account may have been removed in HubSpot, and it may not take this address or number of the end user. */
async function begin(
  { client, placeFor, log }: OpenTools,
  first: Target,
  text: string,
  userId: string
): Promise<HubSpotThread> {
  const message = { key: `${first.sessionId}-opening`, text }
  const open = async (target: Target) => ({ ...target, id: await publish(client, target, message) })
  const orElse = async (opening: Promise<HubSpotThread>, next: (error: unknown) => Promise<HubSpotThread>) => {
    try {
      return await opening
    } catch (error) {
      if (!isRefusal(error) || isAboutAccess(error) || isRepetition(error)) throw error
      return next(error)
    }
  }
  return orElse(open(first), async () => {
    const target = { ...first, ...(await placeFor(first.inboxId, first.accountId)) }
    return orElse(open(target), async (error) => {
      const { contactId: _contactId, ...stranger } = target
      if (target.sender.deliveryIdentifier.type === OPAQUE && target.contactId === undefined) throw error
      log.warn('HubSpot did not take the address or number of the user; the thread is opened without it.')
      const deliveryIdentifier = { type: OPAQUE, value: userId } as const
      return open({ ...stranger, sender: { ...target.sender, deliveryIdentifier } })
    })
  })
}

const OPAQUE = 'CHANNEL_SPECIFIC_OPAQUE_ID'

const openingOf = ({ title, description }: Request['brief']) =>
  [title, description].filter((text) => text?.trim()).join('\n\n') || 'Would like to talk to a human agent.'

const HEADLINE = 'Conversation with the bot so far:\n'
/** More history than that helps nobody. */
const MOST_COMMENTS = 5

/** As comments; where HubSpot does not take those, as messages, which agents see as well. */
async function showTranscript(
  client: HubSpotClient,
  log: Log,
  thread: HubSpotThread,
  transcript: string,
  say: (texts: readonly string[]) => Promise<void>
): Promise<void> {
  if (!transcript.trim()) return
  const pieces = splitText(`${HEADLINE}${transcript}`, limits.text)
  const shown =
    pieces.length > MOST_COMMENTS ? ['[The beginning is not shown]', ...pieces.slice(-MOST_COMMENTS)] : pieces
  for (const [index, text] of shown.entries()) {
    try {
      await comment(client, thread, text)
    } catch {
      log.warn('HubSpot did not take the conversation with the bot as a comment; it is sent as a message.')
      return say(shown.slice(index))
    }
  }
}

/** HubSpot takes no key of ours here: after a call whose outcome is in doubt the thread is read. */
async function comment(client: HubSpotClient, { id }: HubSpotThread, text: string): Promise<void> {
  const path = `${pathOf(id)}/messages`
  const json = { type: 'COMMENT', text, attachments: [] }
  try {
    await client.tell({ method: 'POST', path, json, repeatable: false, reserveMs: CLOSING_MS })
  } catch (error) {
    if (!isDoubtful(error)) throw error
    const isOurs = (item: z.infer<typeof threadItem>) => item.type === 'COMMENT' && asText(item.text) === text
    const looked = await client.ask({ method: 'GET', path, repeatable: true }, page).catch(() => undefined)
    // Rather once too few than the same twice.
    if (looked && !itemsIn(threadItem, looked.results).some(isOurs)) throw error
  }
}
