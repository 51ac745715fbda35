import { pathId, query, type Answer, type Call } from './call'
import type { Brand, Department } from './entities'
import { digitsBetween } from './fields'
import { brandOf, departmentOf } from './state'
import type { View } from './view'
import type { World } from './world'

const departmentsPerPage = 20

/** Has secrets in it, as the real one does: nobody may log it. */
const brandView = ({ state, settings }: World, brand: Brand): View => {
  const departments = brand.departmentIds.map((id) => departmentOf(state, id))
  return {
    id: brand.id,
    name: brand.name,
    enabled: true,
    departments: departments.map(({ id, name }) => ({ [id]: name })),
    resource: { departments: brand.departmentIds },
    business_hours: false,
    waiting_time: 60,
    waiting_time_config: { website: 60 },
    chat_assignment: { auto_assign: settings.autoAssign !== undefined },
    chat_waiting_queue: { enabled: false, size: 0 },
    hide_when_offline: false,
    share_file: true,
    allow_multiple_live_chat: false,
    allow_chat_reopen: false,
    mail_transcript: false,
    jwt_authentication: { enabled: false, secret_key: brand.jwtSecret },
    widgetcode: brand.widgetCode,
  }
}

export const listApps = async ({ world }: Call): Promise<Answer> => ({
  object: 'list',
  data: [...world.state.account.brands.values()].map((brand) => brandView(world, brand)),
})

export const getApp = async (call: Call): Promise<Answer> => ({
  object: 'apps',
  data: brandView(call.world, brandOf(call.world.state, pathId(call))),
})

/** Booleans are texts here. */
const departmentView = ({ id, name, displayName, isEnabled, isPublic }: Department): View => ({
  id,
  name,
  display_name: displayName,
  is_enabled: String(isEnabled),
  is_public: String(isPublic),
  is_system_generated: 'false',
})

/** 20 at a time. https://www.zoho.com/salesiq/help/developer-section/rest-api-department-list.html */
export const listDepartments = async (call: Call): Promise<Answer> => {
  const { state, settings } = call.world
  const fields = query(call)
  const index = fields.optional('index', digitsBetween(settings.departmentIndex === 'page' ? 1 : 0))
  fields.end()
  const start = settings.departmentIndex === 'page' ? ((index ?? 1) - 1) * departmentsPerPage : (index ?? 0)
  const departments = [...state.account.departments.values()].slice(start, start + departmentsPerPage)
  return { object: 'list', data: departments.map(departmentView) }
}

export const getDepartment = async (call: Call): Promise<Answer> => ({
  object: 'departments',
  data: departmentView(departmentOf(call.world.state, pathId(call))),
})
