import { expect, it } from 'vitest'
import { newSession, newUser } from '../kit/api'
import { agentSees, chatLog, closeChat, reply, takeChat } from '../kit/desk'
import { escalate, say, userSees } from '../kit/end-user'
import { callsIn, stepOf } from '../kit/journal'
import type { SandboxPage } from '../kit/sandbox-page'
import { takeScreenshot } from '../kit/screenshot'
import type { Suite } from '../kit/suite'
import { closeDrawer, moveClock, openFaults, openSettings } from '../kit/top-bar'

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true }
const PARTS = ['End user', 'Agent desk', 'Journal'] as const

/** The page on a phone and in the dark. */
export function lookTests(suite: Suite): void {
  it('on a phone everything can be reached, and nothing has to be scrolled sideways', async () => {
    const user = await newUser(suite.sandbox, 'Hal')
    const on = await suite.open({ ...PHONE, chosen: { user } })
    await fitsInWidth(on)
    for (const part of PARTS) {
      await on.page.getByRole('navigation', { name: 'Parts of the page' }).getByRole('button', { name: part }).click()
      await expect.poll(() => topOf(on, part)).toBeLessThan(PHONE.viewport.height / 2)
    }
    await escalate(on)
    await takeChat(on, 'Hal')
    await moveClock(on, '5 seconds')
    await reply(on, 'A rather long answer that has to be broken into several lines on such a small screen.')
    await userSees(on, /A rather long answer/)
    await say(on, 'https://example.com/a-word-without-any-place-to-break-it-that-is-wider-than-the-screen-of-a-phone')
    await agentSees(on, /a-word-without-any-place/)
    await fitsInWidth(on)
    await callsIn(stepOf(on, /takes the chat/).last())
      .last()
      .click()
    await on.journal.getByRole('group', { name: 'Request', exact: true }).waitFor()
    await fitsInWidth(on)
    for (const open of [openFaults, openSettings]) {
      const drawer = await open(on)
      await fitsInWidth(on)
      await takeScreenshot(on, `phone-${open === openFaults ? 'faults' : 'settings'}`)
      await closeDrawer(drawer)
    }
    await takeScreenshot(on, 'phone')
    await closeChat(on)
    await chatLog(on, 'Hal').waitFor()
  })

  it('is dark when it is switched to dark or the system is, and stays so', async () => {
    const on = await suite.open({ chosen: await newSession(suite.sandbox, 'Ida') })
    await say(on, 'It is getting dark.')
    await agentSees(on, 'It is getting dark.')
    expect(await darkest(on)).toBeGreaterThan(0.6)
    await takeScreenshot(on, 'light')
    await on.page.getByRole('button', { name: 'Toggle colour scheme' }).click()
    await expect.poll(() => brightest(on)).toBeLessThan(0.25)
    await on.page.reload()
    await userSees(on, 'It is getting dark.')
    await expect.poll(() => brightest(on)).toBeLessThan(0.25)
    await takeScreenshot(on, 'dark')
    const asTheSystem = await suite.open({ colorScheme: 'dark' })
    await expect.poll(() => brightest(asTheSystem)).toBeLessThan(0.25)
  })
}

/** Neither the page nor any button or field goes beyond the edge of the screen. */
async function fitsInWidth({ page }: SandboxPage): Promise<void> {
  const width = PHONE.viewport.width
  await expect.poll(() => page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  const beyond = () =>
    page.evaluate<string[]>(`
    [...document.querySelectorAll('button, select, textarea, input:not([type=file])')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .map((element) => ({ name: element.ariaLabel || element.innerText, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && (box.left < -1 || box.right > ${width + 1}))
      .map(({ name, box }) => name + ' from ' + box.left + ' to ' + box.right)`)
  await expect.poll(beyond).toEqual([])
}

const topOf = async ({ page }: SandboxPage, part: string): Promise<number> =>
  (await page.getByRole('region', { name: part, exact: true }).boundingBox())?.y ?? Number.POSITIVE_INFINITY

/** From 0 for black to 1 for white. */
async function lightnesses({ page }: SandboxPage): Promise<number[]> {
  const colours = await page.evaluate<string[]>(`
    [document.body, ...document.querySelectorAll('section[aria-label], header, [role=log], textarea')]
      .map((element) => getComputedStyle(element).backgroundColor)`)
  const opaque = colours.filter((colour) => !/, 0\)$|transparent/.test(colour))
  return opaque.map((colour) => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number)
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
  })
}

const brightest = async (on: SandboxPage): Promise<number> => Math.max(...(await lightnesses(on)))
const darkest = async (on: SandboxPage): Promise<number> => Math.min(...(await lightnesses(on)))
