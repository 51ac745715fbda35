import type { GenericBlock, RichBlockMessage } from '@botpress/webchat'
import type { ChatItem, Choice, Message, User } from '../protocol'

type Media = (url: string) => string

/** What the page draws around a message; travels in its metadata. */
export type Frame = {
  kind: 'speech' | 'notice' | 'failure'
  /** Whether the author and the time stand above it. */
  heading: boolean
  /** Whom a notice is about. */
  agent?: { name: string; picture?: string }
}

/** The items of a chat in the words of the webchat's components. */
export function chatMessages(user: User, media: Media): RichBlockMessage[] {
  const lastChoices = user.hitlActive ? undefined : user.items.findLast(({ choices }) => choices?.length)?.id
  return user.items.map((item, index) => {
    const choices = item.id === lastChoices ? (item.choices ?? []) : []
    return {
      id: item.id,
      timestamp: new Date(item.at),
      direction: directionOf(item.from),
      sender: senderOf(item, user, media),
      block: { type: 'column', blocks: [...blocksOf(item.message, media), ...buttonsOf(choices)] },
      metadata: { frame: frameOf(item, user.items[index - 1], media) },
    }
  })
}

const directionOf = (from: ChatItem['from']): RichBlockMessage['direction'] => {
  if (from === 'user') return 'outgoing'
  return from === 'bot' || from === 'agent' ? 'incoming' : 'system'
}

function senderOf({ from, name, picture }: ChatItem, user: User, media: Media): { name: string; avatar?: string } {
  if (from === 'user') return { name: user.name }
  if (from !== 'agent') return { name: 'Bot' }
  return { name: name ?? 'Agent', ...(picture ? { avatar: media(picture) } : {}) }
}

const QUIET_MS = 300_000

function frameOf(item: ChatItem, before: ChatItem | undefined, media: Media): Frame {
  const { from, name, picture, at } = item
  if (from === 'notice' || from === 'failure') {
    if (name === undefined) return { kind: from, heading: false }
    return { kind: from, heading: false, agent: { name, ...(picture ? { picture: media(picture) } : {}) } }
  }
  const goesOn = before?.from === from && before.name === name && at - before.at < QUIET_MS
  return { kind: 'speech', heading: !goesOn }
}

function blocksOf(message: Message, media: Media): GenericBlock[] {
  switch (message.type) {
    case 'text':
      return [bubble(message.text)]
    case 'image':
      return [{ type: 'image', url: media(message.imageUrl) }]
    case 'audio':
      return [{ type: 'audio', url: media(message.audioUrl) }]
    case 'video':
      return [{ type: 'video', url: media(message.videoUrl) }]
    case 'file':
      return [{ type: 'file', url: media(message.fileUrl), title: message.title ?? 'File' }]
    case 'location': {
      const { latitude, longitude, title, address } = message
      return [{ type: 'location', latitude, longitude, title: title ?? address ?? `${latitude}, ${longitude}` }]
    }
    case 'bloc':
      return message.items.flatMap((item) => blocksOf(item, media))
    case 'other':
      return [bubble(message.text || message.name)]
  }
  return message satisfies never
}

const bubble = (text: string): GenericBlock => ({ type: 'bubble', block: { type: 'text', text } })

function buttonsOf(choices: readonly Choice[]): GenericBlock[] {
  if (choices.length === 0) return []
  const blocks = choices.map(({ label, value }): GenericBlock => ({
    type: 'button',
    variant: 'action',
    text: label,
    buttonValue: value,
    reusable: true,
  }))
  return [{ type: 'row', blocks }]
}
