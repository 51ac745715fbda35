import { useEffect, useRef, useState } from 'react'
import type { Action, Installation, SettingsForm } from '../protocol'
import { useSandbox } from '../state/sandbox-context'
import type { FormValues } from './form-validator'
import { forgetSettings, keepSettings, keptSettings } from './kept-settings'
import { noProblems, placedProblems } from './placed-problems'

const LOOK_MS = 50
/** The view usually comes at once, and not at all when nothing has changed. */
const PATIENCE_MS = 800

/** What the form of the settings holds, and how saving it went. */
export function useSaving(form: SettingsForm, installation: Installation, reload: () => Promise<void>) {
  const { provider, act } = useSandbox()
  const [edited, setEdited] = useState(() => keptSettings(provider))
  const [problems, setProblems] = useState(noProblems)
  const [result, setResult] = useState<'none' | 'saving' | 'refused' | 'saved'>('none')
  const viewHasCome = useViewHasCome(installation)

  const edit = (values: FormValues): void => {
    if (!edited && JSON.stringify(values) === JSON.stringify(form.values)) return
    keepSettings(provider, values)
    setEdited(values)
    if (result === 'saved') setResult('none')
  }
  const run = async (action: Action): Promise<void> => {
    if (result === 'saving') return
    setResult('saving')
    const answer = await act(action)
    const found = answer?.problems ?? []
    if (answer) setProblems(placedProblems(found, form))
    if (!answer || found.length > 0) return setResult('refused')
    await viewHasCome(installation)
    await reload()
    forgetSettings(provider)
    setEdited(undefined)
    setResult('saved')
  }
  const values: FormValues = edited ?? { ...form.values }
  return { values, isEdited: edited !== undefined, problems, result, edit, run }
}

/** Waits for another installation than the one before, so that its old state is not told as the new one. */
function useViewHasCome(installation: Installation): (before: Installation) => Promise<void> {
  const latest = useRef(installation)
  useEffect(() => {
    latest.current = installation
  }, [installation])
  return async (before) => {
    const isNew = (): boolean => latest.current !== before && latest.current.status !== 'registration_pending'
    for (let waited = 0; waited < PATIENCE_MS && !isNew(); waited += LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }
}
