import type { JournalEntry, TranscriptItem } from '@hitl/emulator'
import type { Budget } from './budgets'
import { callLines } from './call-lines'
import type { Counts } from './counts'
import type { Check } from './ledger'
import type { Paint } from './paint'
import type { Person } from './person'

export type NarratorOptions = {
  print(line: string): void
  paint: Paint
  /** Product name of the provider. */
  provider: string
  /** Set for request and response bodies. */
  verbose: boolean
  secrets: readonly string[]
}

const SEES = { bot: 'sees the bot', agent: 'sees', notice: 'sees a notice' } as const

type Told = { transcript: number; messages: number }

/** Tells the play as it happens. */
export class Narrator {
  readonly #options: NarratorOptions
  /** How much of each person's transcript, and of what their agents see, was told. */
  readonly #told = new Map<Person, Told>()
  #title = ''

  constructor(options: NarratorOptions) {
    this.#options = options
  }

  chapter(title: string): void {
    this.#print('')
    this.#print(this.#options.paint.bold(title))
  }

  step(title: string): void {
    this.#title = title
    this.#print('')
    this.#print(`${this.#options.paint.bold('▸')} ${title}`)
  }

  note(text: string): void {
    this.#print(this.#options.paint.dim(`    … ${text}`))
  }

  calls(entries: readonly JournalEntry[]): void {
    for (const line of callLines(entries, this.#options)) this.#print(`    ${line}`)
  }

  /** What has arrived on the screens of users and of agents since the last time. */
  seen(people: readonly Person[]): void {
    for (const person of people) {
      const { transcript } = person.user
      const messages = person.threads.flatMap((thread) => thread.messages)
      const told = this.#told.get(person) ?? { transcript: 0, messages: 0 }
      this.#told.set(person, { transcript: transcript.length, messages: messages.length })
      for (const { from, author, text, url } of messages.slice(told.messages)) {
        if (from === 'contact') this.#said(`${this.#options.provider} shows ${author}`, text ?? fileName(url))
      }
      for (const item of transcript.slice(told.transcript)) this.#item(person, item)
    }
  }

  counts(step: string, { vendor, botpress, media }: Counts, budget: Budget): void {
    const { paint, provider } = this.#options
    const part = (name: string, count: number, limit: number | undefined) => {
      const text = limit === undefined ? `${name} ${count}` : `${name} ${count} of at most ${limit}`
      return limit !== undefined && count > limit ? paint.bad(text) : paint.dim(text)
    }
    const parts = [part(provider, vendor, budget.vendor), part('Botpress', botpress, budget.botpress)]
    if (media > 0) parts.push(paint.dim(`files fetched ${media}`))
    this.#print(`    ${paint.dim(`calls (${step}):`)} ${parts.join(paint.dim(', '))}`)
  }

  checks(title: string, checks: readonly Check[]): void {
    const { paint } = this.#options
    this.#print('')
    this.#print(paint.bold(title))
    for (const { ok, text } of checks) this.#print(`  ${ok ? paint.good('✓') : paint.bad('✗')} ${text}`)
  }

  line(text: string): void {
    this.#print(text)
  }

  #item(person: Person, { from, type, payload, agentName }: TranscriptItem): void {
    const content = type === 'text' ? String(payload['text']) : `${type} ${String(payload['title'] ?? '')}`.trim()
    if (from !== 'user') {
      const name = from === 'agent' ? ` ${agentName ?? 'an agent without a name'}` : ''
      const about = from === 'notice' && agentName ? ` (${agentName})` : ''
      this.#said(`${person.name} ${SEES[from]}${name}`, content, about)
    } else if (type === 'text' && !this.#title.includes(content)) {
      this.#said(`${person.name} writes`, content)
    }
  }

  #said(who: string, content: string, about = ''): void {
    const text = content.replaceAll('\n', '\n      ')
    this.#print(`    ${this.#options.paint.accent(who)}: ${text}${about}`)
  }

  #print(line: string): void {
    this.#options.print(line)
  }
}

const fileName = (url = '') => `file ${decodeURIComponent(url.split('/').at(-1) ?? '')}`
