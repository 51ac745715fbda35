import { FileText } from 'lucide-react'
import { memo } from 'react'
import { mediaAddress } from '../api'
import type { DeskEntry } from '../protocol'
import { inFull, toMinute } from '../shared/format'
import { useSandbox } from '../state/sandbox-context'
import classes from './desk.module.css'

type Props = { entry: DeskEntry; noteName: string }

export const Entry = memo(function Entry({ entry: { kind, author, at, text, file }, noteName }: Props) {
  if (kind === 'system') {
    return (
      <p className={classes['system']}>
        {text} <Time at={at} />
      </p>
    )
  }
  return (
    <div className={classes['entry']} data-kind={kind}>
      <p className={classes['author']}>
        <b>{author}</b>
        {kind === 'note' && <span className={classes['noteMark']}>{noteName}</span>}
        <Time at={at} />
      </p>
      {text && <div className={classes['text']}>{text}</div>}
      {file && <FileLink file={file} />}
    </div>
  )
})

function Time({ at }: { at: number }) {
  return (
    <time className={classes['quiet']} dateTime={new Date(at).toISOString()} title={inFull(at)}>
      {toMinute(at)}
    </time>
  )
}

function FileLink({ file: { name, url, contentType } }: { file: NonNullable<DeskEntry['file']> }) {
  const { provider } = useSandbox()
  const address = mediaAddress(provider, url)
  return (
    <a className={classes['file']} href={address} target="_blank" rel="noreferrer">
      {contentType?.startsWith('image/') ? (
        <img className={classes['picture']} src={address} alt="" loading="lazy" />
      ) : (
        <FileText size={16} aria-hidden />
      )}
      <span>{name}</span>
    </a>
  )
}
