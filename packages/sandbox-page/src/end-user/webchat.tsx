import { Composer, Container, MessageList } from '@botpress/webchat'
import { type KeyboardEvent, type MouseEvent as ReactMouseEvent, useMemo, useRef } from 'react'
import { mediaAddress } from '../api'
import type { User } from '../protocol'
import { cut } from '../shared/format'
import { useSandbox } from '../state/sandbox-context'
import { chatMessages } from './chat-messages'
import classes from './end-user.module.css'
import { MessageColumn } from './message-column'
import { useComposer } from './use-composer'
import { useEndInSight } from './use-end-in-sight'
import { useReachableLinks } from './use-reachable-links'
import { useWebchatTheme } from './use-webchat-theme'

const renderers = { column: MessageColumn }

/** The chat as the end user has it, drawn by the components of the Botpress webchat. */
export function Webchat({ user, onAsked }: { user: User; onAsked(): void }) {
  const { provider } = useSandbox()
  const messages = useMemo(() => chatMessages(user, (url) => mediaAddress(provider, url)), [user, provider])
  const box = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const { send, upload } = useComposer(user.id, box, onAsked)
  useReachableLinks(list)
  useEndInSight(list)
  const style = useWebchatTheme()
  return (
    <div
      ref={box}
      className={classes['webchat']}
      style={style}
      onKeyDown={pressIcon}
      onClickCapture={openElsewhere}
      role="presentation"
    >
      <Container connected allowFileUpload uploadFile={upload} conversationId={user.id}>
        <div
          ref={list}
          className={classes['messages']}
          role="log"
          aria-live="polite"
          aria-label={`Chat of ${user.name}`}
        >
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
          composerPlaceholder={`Write as ${cut(user.name)}`}
          sendMessage={send}
          uploadFile={upload}
          conversationId={user.id}
        />
      </Container>
    </div>
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
