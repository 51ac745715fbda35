import { type RefObject, useCallback, useEffect } from 'react'
import { putBackDraft, readDraft, writeDraft } from '../state/drafts'

type Draft = { sent(): void; putBack(text: string): void }

/** Keeps what is in the composer, which holds its text by itself and is made anew for each user. */
export function useComposerDraft(box: RefObject<HTMLElement | null>, key: string): Draft {
  useEffect(() => {
    const element = box.current
    fill(element, readDraft(key))
    const written = ({ target }: Event): void => {
      if (target instanceof HTMLTextAreaElement) writeDraft(key, target.value)
    }
    element?.addEventListener('input', written)
    return () => element?.removeEventListener('input', written)
  }, [box, key])
  const sent = useCallback(() => writeDraft(key, ''), [key])
  const putBack = useCallback(
    (text: string) => {
      putBackDraft(key, text)
      fill(box.current, readDraft(key))
    },
    [box, key]
  )
  return { sent, putBack }
}

/** As if it had been typed, which is the only way in. */
function fill(box: HTMLElement | null, text: string): void {
  const field = box?.querySelector('textarea')
  if (!field || !text || field.value) return
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(field, text)
  field.dispatchEvent(new Event('input', { bubbles: true }))
}
