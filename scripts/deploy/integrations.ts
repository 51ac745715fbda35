import { basename } from 'node:path'
import { integrationFolders } from '../runner/stamps.mjs'

export type Integration = { name: string; folder: string }

/** The integrations of a repository; the folder of each bears its name. */
export const integrationsOf = (root: string): Integration[] =>
  integrationFolders(root).map((folder) => ({ name: basename(folder), folder }))
