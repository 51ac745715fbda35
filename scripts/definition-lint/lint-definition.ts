import type { DefinitionBody } from './body'
import { checkLengths } from './length-rules'
import { checkNames } from './name-rules'
import { checkLegacyTitles, checkTexts } from './text-rules'

/**
 * The rules of `bp lint`, which the CLI of this repository does not have, its warnings counted as errors.
 * @returns one line per broken rule, starting with the part it is about
 */
export function lintDefinition(body: DefinitionBody): string[] {
  return [...checkNames(body), ...checkTexts(body), ...checkLengths(body), ...checkLegacyTitles(body)]
}
