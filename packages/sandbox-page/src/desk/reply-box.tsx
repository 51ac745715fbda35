import { Textarea } from '@mantine/core'
import { type KeyboardEvent, useState } from 'react'
import { postUpload, reasonOf } from '../api'
import { ActionButton } from '../shared/action-button'
import { FileInput } from '../shared/file-input'
import { useSandbox } from '../state/sandbox-context'
import type { ChatProps } from './chat'
import classes from './desk.module.css'

/** Where the agent writes: one text, sent to the contact or kept as a private note. */
export function ReplyBox({ chat, words, actor }: ChatProps) {
  const { provider, act, report } = useSandbox()
  const [text, setText] = useState('')
  const active = chat.state === 'active' && actor !== undefined
  const on = { chat: chat.key, agent: actor?.id ?? '' }

  const write = async (type: 'agentWrites' | 'agentNotes'): Promise<void> => {
    if (!text.trim()) return
    setText('')
    if (!(await act({ type, ...on, text }))) setText((since) => since || text)
  }
  const attach = async (file: File): Promise<void> => {
    try {
      const { id } = await postUpload(provider, file)
      await act({ type: 'agentSendsFile', ...on, upload: id })
    } catch (error) {
      report(reasonOf(error))
    }
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void write('agentWrites')
  }
  return (
    <div className={classes['reply']}>
      <Textarea
        aria-label="Reply"
        placeholder={active ? `Write as ${actor.name}` : hintOf(chat.state, words.take)}
        disabled={!active}
        autosize
        minRows={2}
        maxRows={6}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={press}
      />
      <div className={classes['replyTools']}>
        <FileInput label={words.attach} disabled={!active} onFile={(file) => void attach(file)} />
        <ActionButton size="xs" variant="default" disabled={!active || !text.trim()} run={() => write('agentNotes')}>
          {words.note}
        </ActionButton>
        <ActionButton
          size="xs"
          ml="auto"
          disabled={!active || !text.trim()}
          title="Ctrl + Enter"
          run={() => write('agentWrites')}
        >
          {words.reply}
        </ActionButton>
      </div>
    </div>
  )
}

const hintOf = (state: 'waiting' | 'active' | 'closed', take: string): string =>
  state === 'waiting' ? `First: ${take}` : 'Closed'
