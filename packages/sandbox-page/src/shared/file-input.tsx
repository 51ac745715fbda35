import { Paperclip } from 'lucide-react'
import { type ChangeEvent, useId } from 'react'
import classes from './file-input.module.css'

type Props = { label: string; disabled: boolean; onFile: (file: File) => void }

/** A native file input that looks like a button and can be reached by keyboard. */
export function FileInput({ label, disabled, onFile }: Props) {
  const id = useId()
  const chosen = (event: ChangeEvent<HTMLInputElement>): void => {
    const [file] = event.target.files ?? []
    if (file) onFile(file)
    event.target.value = ''
  }
  return (
    <span className={classes['box']} data-disabled={disabled}>
      <input id={id} className={classes['input']} type="file" disabled={disabled} onChange={chosen} />
      <label htmlFor={id} className={classes['label']}>
        <Paperclip size={15} aria-hidden />
        {label}
      </label>
    </span>
  )
}
