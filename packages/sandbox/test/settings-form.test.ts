import { z } from '@botpress/sdk'
import { describe, expect, it } from 'vitest'
import { definedForm, mergedValues, withoutFields } from '../src/live/settings-form'

const definition = z.object({
  name: z.string().min(1, 'must not be empty').title('Name').describe('Of the account'),
  secret: z.string().min(8, 'must have at least 8 characters').secret().title('Secret'),
  token: z.string().secret().optional().title('Token'),
  group: z.number().int('must be a whole number').title('Group'),
  nested: z.object({ region: z.enum(['eu', 'us']).title('Region') }).title('Place'),
})

const right = { name: 'acme', secret: 'long enough', group: 1, nested: { region: 'eu' } }

describe('a form', () => {
  const { schema, secrets, read } = definedForm(definition)
  const problemsOf = (values: Record<string, unknown>) => read(values).problems

  it('has titles and descriptions where forms look for them, at any depth', () => {
    expect(schema).toMatchObject({
      properties: {
        name: { type: 'string', title: 'Name', description: 'Of the account' },
        nested: { title: 'Place', properties: { region: { title: 'Region', enum: ['eu', 'us'] } } },
      },
      required: ['name', 'secret', 'group', 'nested'],
    })
    expect(JSON.stringify(schema)).not.toContain('x-zui')
  })

  it('names the fields whose values are hidden, optional ones too', () => {
    expect(secrets).toEqual(['secret', 'token'])
    expect(schema).toMatchObject({ properties: { secret: { writeOnly: true }, token: { writeOnly: true } } })
  })

  it('gives back what the definition knows, and nothing else', () => {
    expect(read({ ...right, bogus: 1 }).values).toEqual(right)
  })

  it('has nothing against right values', () => {
    expect(problemsOf(right)).toEqual([])
    expect(problemsOf({ ...right, token: 'x' })).toEqual([])
  })

  it('says what is wrong by field, in the words of the definition', () => {
    expect(problemsOf({ ...right, name: '', group: 1.5, nested: { region: 'moon' } })).toEqual([
      { field: 'name', message: 'must not be empty' },
      { field: 'group', message: 'must be a whole number' },
      { field: 'nested.region', message: expect.any(String) },
    ])
    const fields = problemsOf({}).map(({ field }) => field)
    expect(fields).toEqual(['name', 'secret', 'group', 'nested'])
  })

  it('does not repeat a secret in what it says of it', () => {
    expect(JSON.stringify(problemsOf({ ...right, secret: 'hunter2' }))).not.toContain('hunter2')
  })
})

describe('entered values', () => {
  const before = { name: 'old', secret: 'old secret', group: 1 }

  it('leave hidden values as they are where they are empty or absent', () => {
    for (const secret of ['', undefined, null]) {
      expect(mergedValues({ name: 'new', secret }, before, ['secret'])).toEqual({ name: 'new', secret: 'old secret' })
    }
    expect(mergedValues({ name: 'new' }, before, ['secret'])).toEqual({ name: 'new', secret: 'old secret' })
  })

  it('replace hidden values, and drop what was emptied', () => {
    const entered = { name: '', secret: 'new secret', group: 0, flag: false }
    expect(mergedValues(entered, before, ['secret'])).toEqual({ secret: 'new secret', group: 0, flag: false })
  })

  it('bring back no hidden value that never was', () => {
    expect(mergedValues({ name: 'new' }, { name: 'old' }, ['secret'])).toEqual({ name: 'new' })
  })
})

it('hidden fields are left out, and nothing else', () => {
  expect(withoutFields({ name: 'acme', secret: 'x', group: 0 }, ['secret'])).toEqual({ name: 'acme', group: 0 })
})
