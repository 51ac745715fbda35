import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DefinitionBody } from '../definition-lint/body'
import { Failure } from '../runner/report.mjs'
import type { Integration } from './integrations'
import { loadDefinition } from './load-definition'

export const visibilities = ['private', 'unlisted', 'public'] as const
export type Visibility = (typeof visibilities)[number]

/** What `POST /v1/admin/integrations` gets; icon and readme in base64. */
export type CreateBody = DefinitionBody & {
  code: string
  sdkVersion: string
  visibility: Visibility
}

/**
 * The request that `bp deploy` makes of a definition, from what `bp read` prints and what that leaves out. The id of an
 * interface is the only thing missing: Botpress alone knows it.
 */
export async function createBody(
  integration: Integration,
  read: DefinitionBody,
  visibility: Visibility
): Promise<CreateBody> {
  const { sdkVersion = '', ...leftOut } = await loadDefinition(integration)
  return {
    ...leftOut,
    ...read,
    icon: base64(integration, read.icon),
    readme: base64(integration, read.readme),
    code: bundleOf(integration),
    sdkVersion,
    visibility,
  }
}

function base64({ folder }: Integration, path: string | undefined): string {
  const file = path && join(folder, path)
  return file && existsSync(file) ? readFileSync(file).toString('base64') : ''
}

/** CLI 5.5.6 writes `index.cjs`, the one of this repository `index.js`. */
function bundleOf({ name, folder }: Integration): string {
  const files = ['index.cjs', 'index.js'].map((file) => join(folder, '.botpress', 'dist', file))
  const file = files.find((one) => existsSync(one))
  if (!file) throw new Failure(`integrations/${name} is not built; run \`pnpm build\`.`)
  return readFileSync(file, 'utf8')
}
