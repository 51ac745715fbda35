import { useCallback, useEffect, useState } from 'react'
import { getSettings, reasonOf } from '../api'
import type { SettingsForm } from '../protocol'
import { useSandbox } from '../state/sandbox-context'

type Known = { form: SettingsForm | undefined; reload(): Promise<void> }

/** The form, read anew whenever `wanted` becomes true; until then it stays as it was. */
export function useSettings(wanted: boolean): Known {
  const { provider, report } = useSandbox()
  const [form, setForm] = useState<SettingsForm>()
  const reload = useCallback(
    () => getSettings(provider).then(setForm, (error: unknown) => report(reasonOf(error))),
    [provider, report]
  )
  useEffect(() => {
    if (wanted) void reload()
  }, [wanted, reload])
  return { form, reload }
}
