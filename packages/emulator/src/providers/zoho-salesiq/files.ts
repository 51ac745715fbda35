import { dataCenters } from './data-centers'
import type { NewFile, StoredFile } from './entities'
import type { World } from './world'

/** Keeps a file under an address anybody can read. Neither the path nor that it is public is documented [?]. */
export const storeFile = (world: World, file: NewFile): StoredFile => {
  const { account } = world.state
  const id = world.state.nextId()
  const host = dataCenters[account.dataCenter].salesiq
  const url = `https://${host}/${account.screenName}/attachments/${id}/${encodeURIComponent(file.name)}`
  const stored = { ...file, id, url }
  world.state.files.set(id, stored)
  return stored
}
