import type { DeskChat, DeskEntry, ThreadRef } from '../src/desk'
import { PICTURE } from '../src/journeys'
import { Narrator } from '../src/narrator'
import { paintFor } from '../src/paint'
import type { Person } from '../src/person'
import { Play } from '../src/play'
import { providers } from '../src/providers/index'
import { quiet } from '../src/quiet'

export const NOTE = 'Between us: she is a VIP.'

const MANUAL = { name: 'manual.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.4\n%%EOF\n') }

export { MANUAL, PICTURE }

/** A desk with emulator and bundle behind it, all in this process. */
export type DeskKit = { play: Play; close(): Promise<void> }

export async function openDesk(name: string): Promise<DeskKit> {
  const undo = quiet()
  const provider = providers.find((one) => one.name === name)
  if (!provider) throw new Error(`There is no provider ${name}`)
  const open = await provider.open({ instances: 'module' })
  const paint = paintFor({}, {})
  const narrator = new Narrator({ print: () => undefined, paint, provider: name, verbose: false, secrets: [] })
  return {
    play: new Play(open, { narrator, pace: 'moved', temperature: 'none' }),
    close: async () => {
      await open.stage.close()
      undo()
    },
  }
}

/** Taken, texts and files both ways, a note, a transfer, and closed by the second agent. */
export async function playSession(play: Play): Promise<Person> {
  const [anna, ben] = play.desk.agents
  const ana = play.person('Ana', 'ana@example.com')
  await waitWith(play, ana)
  await play.join(ana, anna)
  await play.write(ana, anna, 'Hello Ana')
  await play.say(ana, 'It smokes')
  await play.sendImage(ana, 'printer.png', PICTURE)
  await play.sendFile(ana, anna, MANUAL)
  await play.step(undefined, 'note', () => play.desk.note(ana.thread, anna, NOTE))
  await play.transfer(ana, anna, ben)
  await play.write(ana, ben, 'Ben here')
  await play.close(ana, ben)
  return ana
}

/** Bob asks and nobody answers. */
export async function playMissed(play: Play): Promise<Person> {
  const bob = play.person('Bob', 'bob@example.com')
  await waitWith(play, bob)
  await play.step(undefined, 'missed', () => play.desk.miss?.(bob.thread))
  await play.pass(5_000, 'the end is told')
  return bob
}

/** Asks for a human, with what a bot builder may set for one session. */
export async function waitWith(play: Play, person: Person, hitlSession: Record<string, unknown> = {}): Promise<void> {
  await play.say(person, 'My printer does not work.')
  await play.step('startHitl', 'asks for a human', () =>
    person.user.escalate({ title: 'Printer on fire', description: 'It burns.', hitlSession })
  )
}

export function chatOf({ desk }: Play, { key }: ThreadRef): DeskChat {
  const chat = desk.chats().find((one) => one.key === key)
  if (!chat) throw new Error(`The desk shows no chat ${key}`)
  return chat
}

/** One line as a test writes it down. */
export const shown = ({ kind, author, text, file }: DeskEntry): string =>
  `${kind} ${author}: ${file ? `[${file.name} ${file.contentType}]` : text}`

/** Every address the desk shows, read as the page reads it. */
export async function downloads({ desk }: Play): Promise<Record<string, { bytes: Buffer; contentType: string }>> {
  const files = desk.chats().flatMap(({ entries }) => entries.flatMap(({ file }) => file ?? []))
  const pictures = desk.agents.flatMap(({ name, picture }) => (picture ? [{ name, url: picture }] : []))
  const read = async ({ name, url }: { name: string; url: string }) => {
    const { bytes, contentType } = await desk.downloadFile(url)
    return [name, { bytes: Buffer.from(bytes), contentType }] as const
  }
  return Object.fromEntries(await Promise.all([...files, ...pictures].map(read)))
}

/** What an action tells the person at the desk; empty when it was done. */
export function refusalOf(act: () => unknown): string {
  try {
    act()
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : 'something that is no Error'
  }
}
