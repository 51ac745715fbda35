import { useEffect, useState } from 'react'
import { getSettings, reasonOf } from '../api'
import type { SettingsForm } from '../protocol'
import { useSandbox } from '../state/sandbox-context'

/** The form, read anew whenever `wanted` becomes true. */
export function useSettings(wanted: boolean): SettingsForm | undefined {
  const { provider, report } = useSandbox()
  const [form, setForm] = useState<SettingsForm>()
  useEffect(() => {
    if (!wanted) return undefined
    let over = false
    getSettings(provider).then(
      (found) => {
        if (!over) setForm(found)
      },
      (error: unknown) => {
        if (!over) report(reasonOf(error))
      }
    )
    return () => {
      over = true
      setForm(undefined)
    }
  }, [provider, report, wanted])
  return form
}
