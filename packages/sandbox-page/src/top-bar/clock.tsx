import { Button } from '@mantine/core'
import { Clock as ClockIcon } from 'lucide-react'
import { offset } from '../shared/format'
import { useSandbox } from '../state/sandbox-context'
import classes from './top-bar.module.css'

const moves = [
  { ms: 5_000, label: '+5 s', name: 'Move the clock by 5 seconds' },
  { ms: 60_000, label: '+1 min', name: 'Move the clock by 1 minute' },
  { ms: 3_600_000, label: '+1 h', name: 'Move the clock by 1 hour' },
  { ms: 86_400_000, label: '+1 day', name: 'Move the clock by 1 day' },
]

/** The emulated clock: deadlines and repeated deliveries follow it. */
export function Clock({ offsetMs }: { offsetMs: number }) {
  const { act } = useSandbox()
  return (
    <div className={classes['clock']}>
      <span className={classes['moved']} role="status">
        <ClockIcon size={15} aria-hidden />
        {offsetMs > 0 ? `Clock +${offset(offsetMs)}` : 'Clock'}
      </span>
      <Button.Group>
        {moves.map(({ ms, label, name }) => (
          <Button
            key={ms}
            size="xs"
            px={8}
            variant="default"
            aria-label={name}
            title={name}
            onClick={() => void act({ type: 'moveClock', ms })}
          >
            {label}
          </Button>
        ))}
      </Button.Group>
    </div>
  )
}
