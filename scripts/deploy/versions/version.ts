const FORM = /^(\d+)\.(\d+)\.(\d+)$/

export const isVersion = (text: string): boolean => FORM.test(text)

/** Negative when the first is the older one. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [numbersOf(one), numbersOf(other)]
  const index = a.findIndex((number, at) => number !== b[at])
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0)
}

const numbersOf = (version: string): number[] => version.split('.').map(Number)

/** `livechat@1.2.3`, as releases are tagged. */
export function readTag(tag: string): { name: string; version: string } | undefined {
  const at = tag.lastIndexOf('@')
  const [name, version] = [tag.slice(0, at), tag.slice(at + 1)]
  return at > 0 && isVersion(version) ? { name, version } : undefined
}
