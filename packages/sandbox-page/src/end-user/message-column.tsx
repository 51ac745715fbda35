import { Avatar } from '@mantine/core'
import { Block, type BlockObjects, type GenericBlock } from '@botpress/webchat'
import { inFull, toMinute } from '../shared/format'
import type { Frame } from './chat-messages'
import classes from './end-user.module.css'

type Column = BlockObjects['column']
type Shared = Pick<Column, 'direction' | 'sender' | 'timestamp' | 'messageId' | 'sendMessage'>

const speech: Frame = { kind: 'speech', heading: true }

/** One message: author and time above the webchat's own blocks, or a line of the system. */
export function MessageColumn(props: Column) {
  const { blocks, direction, sender, timestamp, messageId, sendMessage, metadata } = props
  const frame: Frame = metadata?.['frame'] ?? speech
  const shared = { direction, sender, timestamp, messageId, ...(sendMessage ? { sendMessage } : {}) }
  if (frame.kind !== 'speech') return <SystemLine frame={frame} blocks={blocks} shared={shared} />
  return (
    <div className={`bpMessageBlocksColumn ${classes['message']}`}>
      {frame.heading && (
        <span className={classes['author']}>
          {direction === 'incoming' && <b>{sender.name}</b>}
          <time dateTime={timestamp.toISOString()} title={inFull(timestamp.getTime())}>
            {toMinute(timestamp.getTime())}
          </time>
        </span>
      )}
      {blocks.map((block, index) => (
        <Block key={`${block.type}-${index}`} block={{ ...block, ...shared }} />
      ))}
    </div>
  )
}

type LineProps = { frame: Frame; blocks: readonly GenericBlock[]; shared: Shared }

/** Its text, whom it is about, and what the user may answer. */
function SystemLine({ frame: { kind, agent }, blocks, shared }: LineProps) {
  const text = blocks.map(textOf).filter(Boolean).join('\n')
  const rows = blocks.filter(({ type }) => type === 'row')
  return (
    <div className={classes['line']}>
      <div className={classes[kind]}>
        <span>{text}</span>
        {agent && (
          <span className={classes['about']}>
            <Avatar src={agent.picture ?? null} name={agent.name} alt="" size={24} />
            <b>{agent.name}</b>
          </span>
        )}
      </div>
      {rows.map((block, index) => (
        <Block key={`${block.type}-${index}`} block={{ ...block, ...shared }} />
      ))}
    </div>
  )
}

function textOf(block: GenericBlock): string {
  if (block.type === 'bubble') return textOf(block.block)
  return block.type === 'text' ? block.text : ''
}
