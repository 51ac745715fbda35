import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Release = { name: string; version: string }

/** Whether package.json and the changelog know the version of a definition. */
export function checkWrittenVersions(root: string, release: Release): string[] {
  return [...checkManifest(root, release), ...checkChangelog(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), release)]
}

function checkManifest(root: string, { name, version }: Release): string[] {
  const path = `integrations/${name}/package.json`
  const manifest: { version?: string } = JSON.parse(readFileSync(join(root, path), 'utf8'))
  if (manifest.version === version) return []
  return [`${path}: says version ${manifest.version ?? 'nothing'}, but integration.definition.ts says ${version}`]
}

function checkChangelog(text: string, { name, version }: Release): string[] {
  const title = `## ${name} ${version} - `
  const [, section] = `\n${text}`.split(`\n${title}`)
  if (section === undefined) return [`CHANGELOG.md: has no heading "${title}<date>"`]
  const [date = '', ...lines] = section.split('\n## ')[0]?.split('\n') ?? []
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(date.trim()) && !Number.isNaN(Date.parse(date.trim()))
  return [
    ...(isDate ? [] : [`CHANGELOG.md: "${title}${date}" does not end in a date`]),
    ...(lines.some((line) => /^- \S/.test(line))
      ? []
      : [`CHANGELOG.md: "${title}${date}" has no line that says what is new`]),
  ]
}
