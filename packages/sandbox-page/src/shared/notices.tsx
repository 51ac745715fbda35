import { Alert } from '@mantine/core'
import type { Notices as NoticesState } from '../state/use-notices'
import classes from './notices.module.css'

/** Refused actions, which stay until they are closed. */
export function Notices({ list, dismiss }: Pick<NoticesState, 'list' | 'dismiss'>) {
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
