import { randomUUID } from 'node:crypto'
import type { DeskFile } from '../desk'
import type { Upload } from '@hitl/sandbox-page/protocol'

/** More than any of the providers takes. */
export const LARGEST_UPLOAD_BYTES = 30 * 1024 * 1024
/** Enough for the person at the desk to send what was chosen; the oldest are forgotten first. */
const MOST_UPLOADS = 40

/** Files that were chosen on the page and not sent yet. */
export class Uploads {
  readonly #files = new Map<string, DeskFile>()

  /** @param publish gives the file the public address that the end user's side needs */
  add(file: DeskFile, publish: (name: string, file: DeskFile) => string): Upload {
    const id = randomUUID()
    const name = fileName(file.name)
    this.#files.set(id, { ...file, name })
    const [oldest] = this.#files.keys()
    if (this.#files.size > MOST_UPLOADS && oldest !== undefined) this.#files.delete(oldest)
    return { id, name, type: kindOf(file.contentType), url: publish(`${id.slice(0, 8)}-${name}`, file) }
  }

  get(id: string): DeskFile | undefined {
    return this.#files.get(id)
  }
}

function kindOf(contentType: string): Upload['type'] {
  const [kind] = contentType.split('/')
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'file'
}

const LONGEST_NAME = 120

/** A name without a path in it. */
const fileName = (name: string): string =>
  [...(name.split(/[/\\]/).at(-1) ?? '')].slice(-LONGEST_NAME).join('') || 'file'
