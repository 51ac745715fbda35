import type { DefinitionBody } from './body'
import { namedParts } from './named-parts'

const TITLE_LENGTH = 64
const DESCRIPTION_LENGTH = 256

/** What the Botpress API accepts as title and description. */
export function checkLengths(body: DefinitionBody): string[] {
  return namedParts(body).flatMap(({ path, part: { title, description } }) => [
    ...(title === '' ? [`${path}: has an empty title`] : []),
    ...tooLong(path, 'title', title, TITLE_LENGTH),
    ...tooLong(path, 'description', description, DESCRIPTION_LENGTH),
  ])
}

const tooLong = (path: string, what: string, text: string | undefined, most: number): string[] =>
  text !== undefined && text.length > most
    ? [`${path}: has a ${what} of ${text.length} characters, at most ${most} are allowed`]
    : []
