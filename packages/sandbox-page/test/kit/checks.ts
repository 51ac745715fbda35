import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import type { Sandbox } from './sandbox'
import type { SandboxPage } from './sandbox-page'

/** That something is shown so many times, now or in a moment. */
export async function expectCount(shown: Locator, count: number): Promise<void> {
  await expect.poll(() => shown.count()).toBe(count)
}

/** That the texts stand below each other in this order, each of them once. */
export async function expectOnceInOrder(log: Locator, texts: readonly string[]): Promise<void> {
  for (const text of texts) await expectCount(log.getByText(text, { exact: true }), 1)
  const all = await log.innerText()
  const places = texts.map((text) => all.indexOf(text))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
}

/** The bytes behind a link or a picture of the page, as the browser gets them. */
export async function bytesAt({ page, sandbox }: SandboxPage, address: string | null): Promise<Buffer> {
  const response = await page.request.get(new URL(address ?? '', sandbox.url).href)
  expect(response.status()).toBe(200)
  return response.body()
}

/** Whatever the server tells about a provider, as one text. */
export async function everythingToldBy({ url, provider }: Sandbox, seqs: readonly number[]): Promise<string> {
  const base = `${url}/api/providers`
  const paths = ['', `/${provider}/settings`, `/${provider}/log`, ...seqs.map((seq) => `/${provider}/calls/${seq}`)]
  const answers: string[] = []
  for (const path of paths) {
    const response = await fetch(`${base}${path}`)
    expect({ path, status: response.status }).toEqual({ path, status: 200 })
    answers.push(await response.text(), JSON.stringify([...response.headers]))
  }
  return answers.join('\n')
}
