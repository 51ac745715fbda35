import { Button } from '@mantine/core'
import { useState } from 'react'
import { sentence } from '../shared/format'
import type { ChatProps } from './chat'
import classes from './desk.module.css'
import { ReplyBox } from './reply-box'

export type ChatEndProps = ChatProps & {
  /** Something was done, and the focus is to go on. */
  onDone(): void
  onFile(file: File): Promise<void>
}

/** Below the messages: where the agent writes, or how the chat ended. */
export function ChatEnd(props: ChatEndProps) {
  const { chat, words } = props
  const [anyway, setAnyway] = useState(false)
  const isClosed = chat.state === 'closed'
  // Until it is closed again.
  if (anyway && !isClosed) setAnyway(false)
  if (!isClosed) return <ReplyBox {...props} focused={false} />
  return (
    <>
      <div className={classes['ended']}>
        <span>{sentence(chat.outcome ?? words.closed)}</span>
        {!anyway && (
          <Button size="compact-xs" variant="subtle" onClick={() => setAnyway(true)}>
            Reply anyway
          </Button>
        )}
      </div>
      {anyway && <ReplyBox {...props} focused />}
    </>
  )
}
