import { Failure } from '../runner/report.mjs'
import { type AdminApi, textOf } from './admin-api'
import type { Release } from './versions/written-versions'

export type Published = {
  /** As Botpress knows the integration, with the handle of the workspace in front. */
  fullName: string
  isPublished: boolean
}

/** Whether Botpress has this version already: in the workspace, or as a public one. */
export async function askWhetherPublished(
  api: AdminApi,
  workspaceId: string,
  { name, version }: Release
): Promise<Published> {
  const workspace = await api.get(`/v1/admin/workspaces/${encodeURIComponent(workspaceId)}`)
  if (workspace === undefined) throw new Failure('Botpress knows no workspace with the id in BP_WORKSPACE_ID.')
  const handle = textOf(workspace, 'handle')
  if (!handle) {
    throw new Failure('The workspace has no handle yet; give it one in its settings in Botpress, then try again.')
  }
  const fullName = `${handle}/${name}`
  const path = `integrations/${encodeURIComponent(fullName)}/${encodeURIComponent(version)}`
  const own = await api.get(`/v1/admin/${path}`)
  const found = own ?? (await api.get(`/v1/admin/hub/${path}`))
  return { fullName, isPublished: found !== undefined }
}
