import type { MediaPart } from '../adapter'

/** The title if it looks like a file name, else the last part of the address, else the kind with a fitting ending. */
export function fileName({ kind, name, url }: MediaPart, contentType: string): string {
  const last = decoded(new URL(url).pathname.split('/').pop() ?? '')
  const ending = /\/([a-z0-9]{1,8})\s*(;|$)/.exec(contentType)?.[1]
  const fileLike = [name, last].find((candidate) => candidate !== undefined && /\.[a-z0-9]{1,8}$/i.test(candidate))
  return fileLike ?? `${name?.trim() || kind}${ending ? `.${ending}` : ''}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
