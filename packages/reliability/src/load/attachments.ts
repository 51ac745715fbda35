import type { DeskFile } from '@hitl/sandbox/desk'
import { PICTURE } from '@hitl/sandbox/journeys'

/** A PNG like no other: what follows its end is ignored by whoever shows it. */
export const userPicture = (title: string): { name: string; bytes: Uint8Array } => ({
  name: `${fileNameOf(title)}.png`,
  bytes: Buffer.concat([PICTURE, Buffer.from(title)]),
})

export const agentFile = (title: string): DeskFile => ({
  name: `${fileNameOf(title)}.pdf`,
  contentType: 'application/pdf',
  bytes: Buffer.from(`%PDF-1.4\n% ${title}\n%%EOF\n`),
})

const fileNameOf = (title: string) => title.toLowerCase().replaceAll(/\W+/g, '-')
