import { isRecord, type JsonRecord } from '../json'
import { invalid } from './api-error'

/** Readers of request bodies. Each one refuses with a sentence that names the field. */

export function text(body: JsonRecord, name: string, max = 40_000): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw invalid(`"${name}" must be a non-empty string`)
  if (value.length > max) throw invalid(`"${name}" must not have more than ${max} characters`)
  return value
}

export function optionalText(body: JsonRecord, name: string, max?: number): string | undefined {
  return body[name] === undefined ? undefined : text(body, name, max)
}

/** `null` clears the field. */
export function clearableText(body: JsonRecord, name: string, max: number): string | null | undefined {
  return body[name] === null ? null : optionalText(body, name, max)
}

export function record(body: JsonRecord, name: string): JsonRecord {
  const value = body[name]
  if (!isRecord(value)) throw invalid(`"${name}" must be an object`)
  return value
}

export function optionalRecord(body: JsonRecord, name: string): JsonRecord | undefined {
  return body[name] === undefined ? undefined : record(body, name)
}

export function optionalTextList(body: JsonRecord, name: string): string[] | undefined {
  const value = body[name]
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw invalid(`"${name}" must be a list of strings`)
  return value.map((item: unknown) => {
    if (typeof item !== 'string') throw invalid(`"${name}" must be a list of strings`)
    return item
  })
}

export function optionalNumber(body: JsonRecord, name: string, min: number, max: number): number | undefined {
  const value = body[name]
  if (value === undefined) return undefined
  if (typeof value !== 'number' || value < min || value > max) {
    throw invalid(`"${name}" must be a number from ${min} to ${max}`)
  }
  return value
}

export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
