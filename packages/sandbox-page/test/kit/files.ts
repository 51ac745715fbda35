import { crc32, deflateSync } from 'node:zlib'

/** A file as a file input takes it. */
export type TestFile = { name: string; mimeType: string; buffer: Buffer }

/** A picture in one colour: small, real, and different for each colour. */
export const picture = (name: string, colour: readonly [number, number, number]): TestFile => ({
  name,
  mimeType: 'image/png',
  buffer: png(colour),
})

export const pdf = (name: string, text: string): TestFile => ({
  name,
  mimeType: 'application/pdf',
  buffer: Buffer.from(`%PDF-1.4\n% ${text}\n%%EOF\n`),
})

const SIZE = 24
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

function png(colour: readonly [number, number, number]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(SIZE, 0)
  header.writeUInt32BE(SIZE, 4)
  // Eight bits for each of red, green and blue.
  header.set([8, 2], 8)
  const row = Buffer.from([0, ...Array.from({ length: SIZE }, () => colour).flat()])
  const rows = Buffer.concat(Array.from({ length: SIZE }, () => row))
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
