import { Button, Textarea } from '@mantine/core'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import type { DeskChat } from '../protocol'
import { ActionButton } from '../shared/action-button'
import { FileInput } from '../shared/file-input'
import { cut } from '../shared/format'
import { draftKey, putBackDraft, useDraft, writeDraft } from '../state/drafts'
import { useSandbox } from '../state/sandbox-context'
import type { ChatProps } from './chat'
import type { ChatEndProps } from './chat-end'
import classes from './desk.module.css'

type Writing = 'agentWrites' | 'agentNotes'

/** Where the agent writes: one text, sent to the contact or kept as a private note. */
export function ReplyBox(props: ChatEndProps & { focused: boolean }) {
  const { chat, words, actor, focused, onDone, onFile } = props
  const { text, setText, write } = useReply(chat, actor?.id, onDone)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (focused) field.current?.focus()
  }, [focused])
  const nothing = !actor || !text.trim()
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void write('agentWrites')
  }
  return (
    <div className={classes['reply']}>
      <Hint {...props} />
      <Textarea
        aria-label="Reply"
        placeholder={actor ? `Write as ${cut(actor.name)}` : ''}
        autosize
        ref={field}
        minRows={2}
        maxRows={6}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={press}
      />
      <div className={classes['replyTools']}>
        <FileInput label={words.attach} disabled={!actor} onFile={(file) => void onFile(file)} />
        <ActionButton size="xs" variant="default" impossible={nothing} run={() => write('agentNotes')}>
          {words.note}
        </ActionButton>
        <ActionButton size="xs" ml="auto" impossible={nothing} title="Ctrl + Enter" run={() => write('agentWrites')}>
          {words.reply}
        </ActionButton>
      </div>
    </div>
  )
}

/** What comes first, or who answers instead. Nothing is forbidden here: that is up to the provider. */
function Hint({ chat: { state, agent }, words, actor, onActor, onDone }: ChatProps & { onDone(): void }) {
  if (state === 'waiting') return <p className={classes['hint']}>First: {words.take}</p>
  if (state !== 'active' || !agent || !actor || agent.id === actor.id) return null
  const follow = (): void => {
    onActor(agent.id)
    onDone()
  }
  return (
    <p className={classes['hint']}>
      <span>
        {agent.name} answers this {words.chat.toLowerCase()}
      </span>
      <Button size="compact-xs" variant="default" onClick={follow}>
        Act as {agent.name}
      </Button>
    </p>
  )
}

function useReply({ key }: DeskChat, agent: string | undefined, onDone: () => void) {
  const { provider, act } = useSandbox()
  const draft = draftKey(provider, 'chat', key)
  const text = useDraft(draft)
  const setText = (next: string): void => writeDraft(draft, next)
  const write = async (type: Writing): Promise<void> => {
    if (!text.trim() || agent === undefined) return
    setText('')
    const answer = await act({ type, chat: key, agent, text })
    if (!answer) putBackDraft(draft, text)
    onDone()
  }
  return { text, setText, write }
}
