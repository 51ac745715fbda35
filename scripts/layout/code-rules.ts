import { isShipped } from './import-rules'
import type { Repository } from './repository'
import type { SourceFile } from './source-file'

/** Core has to work for providers nobody has thought of yet, so it names none. */
const VENDORS = /livechat|zoho|salesiq|hubspot|qiscus|zendesk|freshchat|intercom|salesforce/i
const SWITCHED_OFF = /@ts-ignore|@ts-nocheck|(eslint|oxlint)-disable/

export function checkCode({ packages, integrations, rootSources }: Repository): string[] {
  const all = [...packages, ...integrations]
  const problems = [...all.flatMap(({ sources }) => sources), ...rootSources].flatMap(checkTypes)
  const core = packages.find(({ folder }) => folder === 'packages/hitl-core')
  for (const source of core?.sources.filter(({ path }) => path.startsWith('packages/hitl-core/src/')) ?? []) {
    problems.push(...checkVendors(source))
  }
  for (const owner of core ? [core, ...integrations] : integrations) {
    for (const source of owner.sources.filter((candidate) => isShipped(owner, candidate))) {
      if (source.tokens.some(({ text }) => text === 'console')) {
        problems.push(`${source.path}: uses console; use the logger that Botpress hands over`)
      }
    }
  }
  return problems
}

function checkTypes(source: SourceFile): string[] {
  const problems: string[] = []
  if (source.tokens.some(({ isAnyType }) => isAnyType)) problems.push(`${source.path}: uses the type any`)
  const off = SWITCHED_OFF.exec(source.comments)
  if (off) problems.push(`${source.path}: switches a check off (${off[0]})`)
  return problems
}

function checkVendors(source: SourceFile): string[] {
  const word = [source.path, ...source.tokens.map(({ text }) => text)]
    .map((text) => VENDORS.exec(text)?.[0])
    .find(Boolean)
  return word ? [`${source.path}: names a vendor (${word}); vendor words belong in an integration`] : []
}
