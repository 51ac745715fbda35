import { Code, CopyButton, Group, UnstyledButton } from '@mantine/core'
import { readable } from './format'
import classes from './code-block.module.css'

/** JSON that scrolls by itself, with a button that copies it. */
export function CodeBlock({ title, value }: { title: string; value: unknown }) {
  const text = readable(value)
  return (
    <div className={classes['block']}>
      <Group justify="space-between" wrap="nowrap" mb={2}>
        <span className={classes['title']}>{title}</span>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <UnstyledButton className={classes['copy'] ?? ''} onClick={copy} aria-label={`Copy: ${title}`}>
              {copied ? 'Copied' : 'Copy'}
            </UnstyledButton>
          )}
        </CopyButton>
      </Group>
      <div className={classes['scroll']} role="group" aria-label={title} tabIndex={0}>
        <Code block className={classes['code'] ?? ''}>
          {text}
        </Code>
      </div>
    </div>
  )
}
