import { changesSince, latestTag } from './changes'
import { type Git, linesOf } from './git'
import { compareVersions } from './version'
import { checkWrittenVersions, type Release } from './written-versions'

const NAMED_CHANGES = 3

export type VersionReport = { problems: string[]; notes: string[] }

/**
 * Whether what is about to be published has a version of its own.
 * @param tag the tag that asks for it, where one does
 */
export function checkVersions(root: string, git: Git, release: Release, tag: string | undefined): VersionReport {
  if (git('rev-parse', '--is-shallow-repository').trim() === 'true') {
    return { problems: ['git: the history is cut off; run `git fetch --unshallow --tags` first'], notes: [] }
  }
  const written = checkWrittenVersions(root, release)
  const latest = latestTag(git, release.name)
  const asked = tag === undefined ? [] : checkAskedTag(git, release, tag)
  if (!latest) {
    const note = `${release.name} has no tag yet, so package.json and the changelog decide`
    return { problems: [...asked, ...written], notes: [note] }
  }
  const raised = checkRaised(root, git, release, latest)
  return { problems: [...asked, ...written, ...raised], notes: [`the latest tag is ${latest.tag}`] }
}

function checkAskedTag(git: Git, { name, version }: Release, tag: string): string[] {
  if (tag !== `${name}@${version}`) return [`${tag}: the definition says ${name} ${version}`]
  const isHere = linesOf(git('tag', '--points-at', 'HEAD')).includes(tag)
  return isHere ? [] : [`${tag}: is not the tag of the present commit`]
}

function checkRaised(root: string, git: Git, release: Release, latest: { tag: string; version: string }): string[] {
  const { name, version } = release
  const order = compareVersions(version, latest.version)
  if (order > 0) return []
  if (order < 0) return [`integrations/${name}: version ${version} is older than ${latest.tag}`]
  const changes = changesSince(root, git, latest.tag, name)
  if (changes.length === 0) return []
  const more = changes.length - NAMED_CHANGES
  const list = changes.slice(0, NAMED_CHANGES).join(', ') + (more > 0 ? ` and ${more} more` : '')
  return [`integrations/${name}: has changed since ${latest.tag}, but is still ${version}; raise it (${list})`]
}
