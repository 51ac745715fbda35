const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const exactTime = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const preciseTime = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
})
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const fullDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

export const toMinute = (at: number): string => withDay(at, clockTime.format(at))
export const toSecond = (at: number): string => withDay(at, exactTime.format(at))
export const toMillisecond = (at: number): string => withDay(at, preciseTime.format(at))
export const inFull = (at: number): string => fullDate.format(at)

/** The clock can be moved by days. */
const withDay = (at: number, time: string): string =>
  new Date(at).toDateString() === new Date().toDateString() ? time : `${dayAndMonth.format(at)}, ${time}`

/** With a capital letter and a full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  if (!trimmed) return ''
  const whole = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?…]["”)]?$/.test(whole) ? whole : `${whole}.`
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** For example `1 d 2 h 5 s`. */
export function offset(ms: number): string {
  let rest = ms
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count > 0 ? [`${count} ${unit}`] : []
  })
  return parts.join(' ') || '0 s'
}

/** For places that cannot be broken into lines. */
export const cut = (text: string, most = 24): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`

/** JSON with line breaks; a text stays as it is. */
export const readable = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '')

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
