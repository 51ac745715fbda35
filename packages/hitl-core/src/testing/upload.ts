import { expect } from 'vitest'

export type Upload = { field: string; name: string; type: string; bytes: Buffer }

/** The parts of a multipart body with one file. */
export function readUpload({ body, contentType }: { body: unknown; contentType: string | undefined }): Upload {
  const raw =
    typeof body === 'string' && /^[0-9a-f]+$/.test(body) ? Buffer.from(body, 'hex') : Buffer.from(String(body))
  const boundary = /boundary=(.+)$/.exec(contentType ?? '')?.[1] ?? ''
  const text = raw.toString('latin1')
  const [head = '', ...rest] = text.slice(text.indexOf('\r\n') + 2).split('\r\n\r\n')
  const content = rest.join('\r\n\r\n')
  const end = content.indexOf(`\r\n--${boundary}--`)
  const parts = text.split(`--${boundary}`).length - 2
  expect({ hasBoundary: boundary !== '', isComplete: end >= 0, parts }).toEqual({
    hasBoundary: true,
    isComplete: true,
    parts: 1,
  })
  const utf8 = Buffer.from(head, 'latin1').toString('utf8')
  return {
    field: /name="([^"]*)"/.exec(utf8)?.[1] ?? '',
    name: /filename="([^"]*)"/.exec(utf8)?.[1] ?? '',
    type: /content-type: *(.+)/i.exec(utf8)?.[1]?.trim() ?? '',
    bytes: Buffer.from(content.slice(0, end), 'latin1'),
  }
}
