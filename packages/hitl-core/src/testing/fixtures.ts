import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import * as z from 'zod/mini'
import type { ProviderEvent } from '../adapter'
import { WebhookPayloadError, WebhookVerificationError } from '../errors'

const fixture = z.object({
  /** Where the payload's fields come from. */
  source: z.string(),
  /** D documented, L seen live, C seen in code, I inferred, ? unknown; in words where it differs inside the payload. */
  confidence: z.string(),
  note: z.optional(z.string()),
  headers: z.record(z.string(), z.string()),
  /** The raw body. */
  body: z.string(),
})

export type Fixture = z.infer<typeof fixture>

/** The saved webhooks of one integration, and what else lies beside them. */
export function openFixtures(folder: URL) {
  const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), 'utf8'))
  const readFixture = (name: string): Fixture => fixture.parse(readJson(`${name}.json`))
  const fixtureNames = (): string[] =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .toSorted()

  /** The body of a fixture with one value, at any depth, taken out or replaced. */
  const damagedFixture = (): fc.Arbitrary<string> =>
    fc
      .tuple(fc.constantFrom(...fixtureNames()), fc.nat(), fc.option(fc.jsonValue({ maxDepth: 4 }), { nil: undefined }))
      .map(([name, at, replacement]) => damage(readFixture(name).body, at, replacement))

  return { readJson, readFixture, fixtureNames, damagedFixture }
}

function damage(body: string, at: number, replacement: unknown): string {
  let size = 0
  JSON.parse(body, () => void (size += 1))
  let index = 0
  return JSON.stringify(JSON.parse(body), (_, value: unknown) => (index++ === at % size ? replacement : value)) ?? ''
}

export type WebhookOutcome = readonly ProviderEvent[] | WebhookVerificationError | WebhookPayloadError

/** What comes of a webhook. @throws what is neither events nor one of the two errors */
export async function outcomeOf(
  read: () => readonly ProviderEvent[] | Promise<readonly ProviderEvent[]>
): Promise<WebhookOutcome> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof WebhookVerificationError || error instanceof WebhookPayloadError) return error
    throw error
  }
}
