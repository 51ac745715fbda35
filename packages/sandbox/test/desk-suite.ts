import { expect, it } from 'vitest'
import type { Play } from '../src/play'
import { chatOf, downloads, MANUAL, NOTE, PICTURE, playSession, shown, waitWith } from './desk-kit'

/**
 * What every desk promises, whatever its provider calls things.
 * @param current the play of the test that runs
 * @param pictures whether the provider's API has pictures of its agents
 */
export function deskPromises(current: () => Play, { pictures }: { pictures: boolean }): void {
  it('keeps notes from the end user', async () => {
    const play = current()
    const ana = await playSession(play)
    expect(ana.user.transcript.length).toBeGreaterThan(5)
    expect(JSON.stringify(ana.user.transcript)).not.toContain(NOTE)
    expect(JSON.stringify(play.desk.threads())).not.toContain(NOTE)
  })

  it('reads every file and picture it shows', async () => {
    const play = current()
    await playSession(play)
    const found = await downloads(play)
    expect(found['printer.png']).toEqual({ bytes: PICTURE, contentType: 'image/png' })
    expect(found['manual.pdf']).toEqual({ bytes: MANUAL.bytes, contentType: 'application/pdf' })
    const wanted = pictures ? 'image/svg+xml' : undefined
    for (const { name } of play.desk.agents) expect(found[name]?.contentType).toBe(wanted)
    expect(play.emulator.unlisted).toEqual([])
  })

  it('shows who waits, who answers and who is done', async () => {
    const play = current()
    const [anna, ben] = play.desk.agents
    const ana = play.person('Ana', 'ana@example.com')
    await waitWith(play, ana)
    expect(chatOf(play, ana.thread)).toMatchObject({
      state: 'waiting',
      contact: { name: 'Ana', email: 'ana@example.com' },
    })
    expect(chatOf(play, ana.thread)).not.toHaveProperty('agent')
    await play.join(ana, anna)
    expect(chatOf(play, ana.thread)).toMatchObject({ state: 'active', agent: anna })
    await play.transfer(ana, anna, ben)
    expect(chatOf(play, ana.thread)).toMatchObject({ state: 'active', agent: ben })
    await play.close(ana, ben)
    expect(chatOf(play, ana.thread)).toMatchObject({ state: 'closed' })
    expect(chatOf(play, ana.thread)).not.toHaveProperty('agent')
  })

  it('lets agents be there at once, until that is switched off again', async () => {
    const play = current()
    const [anna] = play.desk.agents
    const bob = play.person('Bob', 'bob@example.com')
    play.desk.joinAtOnce(true)
    play.desk.joinAtOnce(true)
    await waitWith(play, bob)
    expect(chatOf(play, bob.thread)).toMatchObject({ state: 'active', agent: anna })
    play.desk.joinAtOnce(false)
    const eve = play.person('Eve', 'eve@example.com')
    await waitWith(play, eve)
    expect(chatOf(play, eve.thread).state).toBe('waiting')
  })

  it('is told by the provider that a call is not authorized, as the integration understands it', async () => {
    const play = current()
    const { desk, emulator, stage } = play
    const ana = play.person('Ana', 'ana@example.com')
    await waitWith(play, ana)
    await play.join(ana, desk.agents[0])
    const fault = { kind: 'status', status: 401, body: desk.refusals.unauthorized } as const
    emulator.faults.add({ target: stage.provider.name, match: desk.calls.send, fault })
    await play.say(ana, 'Can you hear me?')
    expect(ana.user.lastDeliveryErrors).toEqual([])
    expect(chatOf(play, ana.thread).entries.map(shown)).toContain('contact Ana: Can you hear me?')
  })
}
