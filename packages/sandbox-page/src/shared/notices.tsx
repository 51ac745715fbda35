import { Alert } from '@mantine/core'
import type { Notices as NoticesState } from '../state/use-notices'
import classes from './notices.module.css'

/** Refused actions, until they are closed or something works. */
export function Notices({ list, dismiss }: Pick<NoticesState, 'list' | 'dismiss'>) {
  if (list.length === 0) return null
  return (
    <div className={classes['stack']}>
      {list.map(({ id, text }) => (
        <Alert
          key={id}
          className={classes['notice'] ?? ''}
          color="red"
          variant="light"
          withCloseButton
          closeButtonLabel="Close this message"
          onClose={() => dismiss(id)}
        >
          {text}
        </Alert>
      ))}
    </div>
  )
}
