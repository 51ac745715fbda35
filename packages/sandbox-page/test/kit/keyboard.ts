import type { Locator } from 'playwright-core'
import type { SandboxPage } from './sandbox-page'

const MOST_STOPS = 100

type Way = { key?: string; back?: boolean }

/** Moves the focus with the Tab key until it is there, as somebody without a mouse has to. */
export async function tabTo({ page }: SandboxPage, wanted: Locator, back = false): Promise<void> {
  const focused = wanted.and(page.locator(':focus'))
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    if ((await focused.count()) > 0) return
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
  }
  throw new Error('The Tab key does not lead there')
}

export async function pressOn(on: SandboxPage, wanted: Locator, { key = 'Enter', back }: Way = {}): Promise<void> {
  await tabTo(on, wanted, back)
  await on.page.keyboard.press(key)
}

export async function typeInto(on: SandboxPage, wanted: Locator, text: string, send: string): Promise<void> {
  await tabTo(on, wanted)
  await on.page.keyboard.type(text)
  await on.page.keyboard.press(send)
}
