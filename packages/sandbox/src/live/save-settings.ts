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
 * Saves what was entered; hidden values that were left empty stay as they are.
 * @returns what the definition has against it; nothing is saved then
 */
export function saveSettings(world: LiveWorld, entered: Record<string, unknown>): Promise<SettingsProblem[]> {
  const { secrets } = definedForm(world.provider.forms.settings)
  return save(world, mergedValues(entered, world.stage.installation.configuration, secrets))
}

/** The settings of the emulated account, as at the start. */
export const saveOwnSettings = (world: LiveWorld): Promise<SettingsProblem[]> => save(world, world.stage.ownSettings)

/** Checks the values as Botpress does, by the definition, and then lets the integration register with them. */
async function save(world: LiveWorld, given: Readonly<Record<string, unknown>>): Promise<SettingsProblem[]> {
  hideSecrets(world, given)
  const { values, problems } = definedForm(world.provider.forms.settings).read(given)
  if (problems.length > 0) return problems
  await asStep(world, { title: 'The settings are saved, and the integration registers', name: 'register' }, () =>
    world.stage.installation.configure(values)
  )
  return []
}

/** From now on the values of secret settings are shown nowhere. */
export function hideSecrets(world: LiveWorld, values: Readonly<Record<string, unknown>>): void {
  for (const name of definedForm(world.provider.forms.settings).secrets) {
    const value = values[name]
    if (typeof value === 'string' && value.length >= SHORTEST_SECRET) world.secrets.add(value)
  }
}
