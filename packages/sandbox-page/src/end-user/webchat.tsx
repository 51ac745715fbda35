import { Composer, Container, MessageList } from '@botpress/webchat'
import { type KeyboardEvent, type MouseEvent as ReactMouseEvent, useMemo, useRef } from 'react'
import { mediaAddress, postUpload, reasonOf } from '../api'
import type { User } from '../protocol'
import { useSandbox } from '../state/sandbox-context'
import { chatMessages } from './chat-messages'
import { forgetComposer } from './composer-memory'
import { asksForHuman, messageOf } from './composer-payload'
import classes from './end-user.module.css'
import { MessageColumn } from './message-column'
import { useWebchatTheme } from './use-webchat-theme'

const renderers = { column: MessageColumn }

/** The chat as the end user has it, drawn by the components of the Botpress webchat. */
export function Webchat({ user }: { user: User }) {
  const { provider } = useSandbox()
  const messages = useMemo(() => chatMessages(user, (url) => mediaAddress(provider, url)), [user, provider])
  const { send, upload } = useComposer(user.id)
  const style = useWebchatTheme()
  return (
    <div
      className={classes['webchat']}
      style={style}
      onKeyDown={pressIcon}
      onClickCapture={openElsewhere}
      role="presentation"
    >
      <Container connected allowFileUpload uploadFile={upload} conversationId={user.id}>
        <div className={classes['messages']} role="log" aria-live="polite" aria-label={`Chat of ${user.name}`}>
          <MessageList
            messages={messages}
            renderers={renderers}
            sendMessage={send}
            showMarquee={false}
            showMessageStatus={false}
          />
        </div>
        <Composer
          connected
          allowFileUpload
          composerPlaceholder={`Write as ${user.name}`}
          sendMessage={send}
          uploadFile={upload}
          conversationId={user.id}
        />
      </Container>
    </div>
  )
}

type Uploaded = { fileUrl: string; name: string; type: 'image' | 'audio' | 'video' | 'file'; fileId: string }
type Composing = { send(payload: unknown): Promise<void>; upload(file: File): Promise<Uploaded> }

function useComposer(user: string): Composing {
  const { provider, act, report } = useSandbox()
  const names = useRef(new Map<string, string>())
  return useMemo(
    () => ({
      send: async (payload) => {
        setTimeout(forgetComposer)
        const message = messageOf(payload, (url) => names.current.get(url))
        if (asksForHuman(payload)) await act({ type: 'userAsksForHuman', user })
        else if (message) await act({ type: 'userSays', user, message })
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
    [provider, act, report, user]
  )
}

/** The composer's icons are buttons that listen to clicks only. */
function pressIcon(event: KeyboardEvent): void {
  const { target, key } = event
  if (!(target instanceof SVGElement) || target.getAttribute('role') !== 'button') return
  if (key !== 'Enter' && key !== ' ') return
  event.preventDefault()
  target.dispatchEvent(new MouseEvent('click', { bubbles: true }))
}

/** A link of a message must not replace the page. */
function openElsewhere({ target }: ReactMouseEvent): void {
  const link = target instanceof Element ? target.closest('a') : null
  if (!link || link.origin === window.location.origin) return
  link.target = '_blank'
  link.rel = 'noopener noreferrer'
}
