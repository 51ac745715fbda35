import type { SettingsForm, SettingsProblem } from '@hitl/sandbox-page/protocol'
import { definedForm, mergedValues, withoutFields } from './settings-form'
import { asStep, type LiveWorld } from './world'

/** Shorter texts would be found everywhere. */
const SHORTEST_SECRET = 6

export function settingsForm({ provider, stage: { emulator, installation } }: LiveWorld): SettingsForm {
  const { schema, secrets } = definedForm(provider.forms.settings)
  return {
    schema,
    secrets,
    values: withoutFields(installation.configuration, secrets),
    sessionSchema: definedForm(provider.forms.session).schema,
    assignmentTimeoutSeconds: emulator.botpress.settings.agentAssignedTimeoutSeconds,
  }
}

/**
 * Checks the values as Botpress does, by the definition, and then lets the integration register with them.
 * @returns what the definition has against them; nothing is saved then
 */
export async function saveSettings(world: LiveWorld, entered: Record<string, unknown>): Promise<SettingsProblem[]> {
  const { installation } = world.stage
  const { secrets, problemsOf } = definedForm(world.provider.forms.settings)
  const values = mergedValues(entered, installation.configuration, secrets)
  hideSecrets(world, values, secrets)
  const problems = problemsOf(values)
  if (problems.length > 0) return problems
  await asStep(world, { title: 'The settings are saved, and the integration registers', name: 'register' }, () =>
    installation.configure(values)
  )
  return []
}

function hideSecrets(world: LiveWorld, values: Record<string, unknown>, names: readonly string[]): void {
  for (const name of names) {
    const value = values[name]
    if (typeof value === 'string' && value.length >= SHORTEST_SECRET) world.secrets.add(value)
  }
}
