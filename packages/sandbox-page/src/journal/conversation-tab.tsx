import type { BotpressConversation, User } from '../protocol'
import { CodeBlock } from '../shared/code-block'
import classes from './journal.module.css'

const sides = {
  upstream: 'Upstream: with the bot',
  downstream: 'Downstream: with the provider',
} as const satisfies Record<BotpressConversation['side'], string>

/** What Botpress holds of the chosen user's conversations. */
export function ConversationTab({ user }: { user: User | undefined }) {
  if (!user) return <p className={classes['empty']}>Choose an end user first.</p>
  return (
    <div className={classes['scroll']}>
      <p className={classes['lead']}>What Botpress keeps for {user.name}.</p>
      {user.conversations.map((conversation) => (
        <Conversation key={conversation.id} conversation={conversation} />
      ))}
      {user.conversations.length === 0 && <p className={classes['empty']}>There is no conversation yet.</p>}
    </div>
  )
}

function Conversation({ conversation: { id, side, tags, states } }: { conversation: BotpressConversation }) {
  return (
    <article className={classes['conversation']} aria-label={sides[side]}>
      <h3 className={classes['stepTitle']}>{sides[side]}</h3>
      <p className={classes['id']}>{id}</p>
      <h4 className={classes['part']}>Tags</h4>
      <Tags tags={tags} />
      <h4 className={classes['part']}>States</h4>
      {states.map(({ name, payload }, index) => (
        <CodeBlock key={`${name}-${index}`} title={name} value={payload} />
      ))}
      {states.length === 0 && <p className={classes['none']}>None</p>}
    </article>
  )
}

function Tags({ tags }: Pick<BotpressConversation, 'tags'>) {
  const rows = Object.entries(tags)
  if (rows.length === 0) return <p className={classes['none']}>None</p>
  return (
    <dl className={classes['tags']}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
