import type { Person } from './person'
import type { Play } from './play'

/** A PNG of one pixel: small, and a real one. */
export const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64'
)

const MANUAL = { name: 'manual.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.4\n%%EOF\n') }

/** The three journeys: escalation, both directions of conversation, both ways to end. */
export async function playJourneys(play: Play): Promise<void> {
  const ana = play.person('Ana', 'ana@example.com')
  await firstSession(play, ana)
  await returningUser(play, ana)
}

/** Handed over with history, a conversation with texts and files both ways, a transfer, closed by the agent. */
export async function firstSession(play: Play, ana: Person): Promise<void> {
  const [anna, ben] = play.desk.agents
  play.narrator.chapter(`${ana.name} is handed over to an agent, who later closes the chat`)
  await talkToBot(play, ana)
  await play.escalate(ana, 'Printer on fire', 'The printer smokes and the manual does not help.')
  await play.join(ana, anna)
  await play.write(ana, anna, `Hello ${ana.name}, how can I help?`)
  await play.say(ana, 'My printer smokes. What should I do?')
  await play.sendImage(ana, 'printer.png', PICTURE)
  await play.sendFile(ana, anna, MANUAL)
  await play.transfer(ana, anna, ben)
  await play.write(ana, ben, 'Ben here. Please pull the plug, and do not open the lid.')
  await play.say(ana, 'Done, it has stopped. Thank you!')
  await play.write(ana, ben, 'Glad to hear that. Goodbye!')
  await play.close(ana, ben)
}

/** The same person once more: the provider's chat is resumed, the session is a new one, and the user ends it. */
export async function returningUser(play: Play, ana: Person): Promise<void> {
  const [anna] = play.desk.agents
  play.narrator.chapter(`${ana.name} comes back, and ends the session herself`)
  await play.say(ana, 'It smokes again.')
  await play.escalate(ana, 'Printer on fire again', 'Same printer, same user.')
  await play.join(ana, anna)
  await play.write(ana, anna, 'Then it is time for a new one.')
  await play.say(ana, 'I will order one.')
  await play.end(ana)
}

export async function talkToBot(play: Play, person: Person): Promise<void> {
  await play.step(undefined, `${person.name} talks to the bot`, async () => {
    await person.say('My printer does not work.')
    person.user.botSays('Have you tried to switch it off and on again?')
    await person.say('Yes, and now it burns.')
  })
}
