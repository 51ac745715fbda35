import type { Doctor, TrialStep } from '../../packages/hitl-core/src/doctor'
import { MARKS } from './examine'
import { keepRefreshToken } from './keep-refresh-token'
import { memoryBotpress } from './memory-botpress'
import type { Screen } from './screen'
import type { SettingsFile } from './settings-file'

export type TrialTerms = { file: SettingsFile; webhookUrl: string; budgetMs: number }

/** Reading the settings is the first check: registration does it too. @returns undefined when that failed */
export function openTrial(
  doctor: Doctor,
  { file, webhookUrl, budgetMs }: TrialTerms,
  screen: Screen
): readonly TrialStep[] | undefined {
  const say = (text: string) => screen.line(`  note: ${text}`)
  const keep = tokenKeeper(doctor.name, file, screen)
  try {
    const steps = doctor.open({
      client: memoryBotpress(({ name }, payload) => {
        if (name === 'installationToken') keep(payload)
      }),
      log: { info: say, warn: say, error: say },
      configuration: file.settings,
      webhookUrl,
      budgetMs,
      onCall({ method, url }) {
        const { host, pathname } = new URL(url)
        // The query may hold secrets.
        screen.line(`  → ${method} ${host}${pathname}`)
      },
    })
    screen.line(`${MARKS.passed} Settings: complete and well formed`)
    return steps
  } catch (error) {
    const sentence = doctor.explain(error)
    if (sentence === undefined) throw error
    screen.line(`${MARKS.failed} Settings: failed`)
    screen.line(`    ${sentence}`)
    screen.line(`Nothing was tried at ${doctor.name}; correct the file and try again.`)
    return undefined
  }
}

/** Hides what was obtained. A refresh token other than the one in the file goes there before anything else happens. */
function tokenKeeper(provider: string, { path, settings }: SettingsFile, screen: Screen) {
  let { refreshToken: latest } = settings
  return ({ accessToken, refresh }: Readonly<Record<string, unknown>>) => {
    screen.hide(accessToken, refresh)
    if (typeof latest !== 'string' || typeof refresh !== 'string' || refresh === latest.trim()) return
    latest = refresh
    const keeper = keepRefreshToken(path, refresh)
    screen.line(
      `  ${provider} gave another refresh token: it is in ${keeper} now. Use that one in Botpress, the former one may ` +
        'have ended.'
    )
  }
}
