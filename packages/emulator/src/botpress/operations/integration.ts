import { ownerId, type Operation } from '../api'
import { invalid } from '../api-error'
import { clearableText, optionalNumber, optionalText, text } from '../fields'

const SCHEDULES = new Set(['hourly', 'daily', 'weekly', 'bi-weekly', 'monthly', 'bi-monthly', 'quarterly', 'yearly'])

export const integrationOperations: readonly Operation[] = [
  {
    name: 'configureIntegration',
    method: 'POST',
    path: '/chat/integrations/configure',
    status: 200,
    run: (api, { body }) => {
      clearableText(body, 'identifier', 200)
      const schedule = optionalText(body, 'scheduleRegisterCall')
      if (schedule !== undefined && !SCHEDULES.has(schedule)) throw invalid('"scheduleRegisterCall" is unknown')
      api.effects.integrationConfigured(ownerId(api), body)
      return {}
    },
  },
  {
    name: 'trackAnalytics',
    method: 'POST',
    path: '/chat/analytics',
    status: 200,
    run: (_api, { body }) => {
      text(body, 'name', 200)
      optionalNumber(body, 'count', 1, Number.MAX_SAFE_INTEGER)
      return {}
    },
  },
]
