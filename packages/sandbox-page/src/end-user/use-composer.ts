import { type RefObject, useMemo, useRef } from 'react'
import { postUpload, reasonOf } from '../api'
import type { Message } from '../protocol'
import { draftKey } from '../state/drafts'
import { useSandbox } from '../state/sandbox-context'
import { forgetComposer } from './composer-memory'
import { asksForHuman, messageOf } from './composer-payload'
import { useComposerDraft } from './use-composer-draft'

type Uploaded = { fileUrl: string; name: string; type: 'image' | 'audio' | 'video' | 'file'; fileId: string }
type Composing = { send(payload: unknown): Promise<void>; upload(file: File): Promise<Uploaded> }

/** What the composer and the buttons of messages do. */
export function useComposer(user: string, box: RefObject<HTMLElement | null>, onAsked: () => void): Composing {
  const { provider, act, report } = useSandbox()
  const names = useRef(new Map<string, string>())
  const { sent, putBack } = useComposerDraft(box, draftKey(provider, 'user', user))
  return useMemo(
    () => ({
      send: async (payload) => {
        setTimeout(forgetComposer)
        if (asksForHuman(payload)) {
          if (await act({ type: 'userAsksForHuman', user })) onAsked()
          return
        }
        const message = messageOf(payload, (url) => names.current.get(url))
        if (!message) return
        sent()
        if (!(await act({ type: 'userSays', user, message }))) putBack(textIn(message))
      },
      upload: async (file) => {
        try {
          const { id, url, name, type } = await postUpload(provider, file)
          names.current.set(url, name)
          return { fileUrl: url, name, type, fileId: id }
        } catch (error) {
          report(reasonOf(error))
          throw error
        }
      },
    }),
    [provider, act, report, user, onAsked, sent, putBack]
  )
}

function textIn(message: Message): string {
  if (message.type === 'bloc') return message.items.map(textIn).filter(Boolean).join('\n')
  return message.type === 'text' ? message.text : ''
}
