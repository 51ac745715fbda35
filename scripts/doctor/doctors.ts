import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Doctor } from '../../packages/hitl-core/src/doctor'
import { type Integration, integrationsOf } from '../deploy/integrations'

const fileOf = ({ folder }: Integration) => join(folder, 'src/doctor.ts')

/** The integrations whose settings can be tried. */
export const triableIn = (root: string): Integration[] => integrationsOf(root).filter((one) => existsSync(fileOf(one)))

export async function loadDoctor(integration: Integration): Promise<Doctor> {
  const { doctor }: { doctor: Doctor } = await import(pathToFileURL(fileOf(integration)).href)
  return doctor
}
