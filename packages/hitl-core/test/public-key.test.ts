import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSignedBy, readPublicKey } from '../src/signature/public-key'

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength })
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()
const base64 = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).toString('base64')

const small = rsa(2_048)
const large = rsa(4_096)
const MATERIAL = '{"event":"conversation.closed","name":"Ümit 👋"}'
const signatureBy = (key: KeyObject, material = MATERIAL, algorithm = 'sha256') =>
  sign(algorithm, Buffer.from(material), key).toString('base64')
const SIGNATURE = signatureBy(small.privateKey)

const FORMS: [string, (key: KeyObject) => string][] = [
  ['PEM', pem],
  ['PEM without its last line break', (key) => pem(key).trim()],
  ['PEM with line breaks of Windows', (key) => pem(key).replaceAll('\n', '\r\n')],
  ['PEM with line breaks written as \\n', (key) => pem(key).replaceAll('\n', '\\n')],
  ['PEM on one line, as a form field leaves it', (key) => pem(key).replaceAll('\n', ' ')],
  ['bare Base64', base64],
  ['Base64 in lines', (key) => base64(key).replace(/.{64}/g, '$&\n')],
]

describe('a public key', () => {
  it.each(FORMS)('is read as %s, of 2,048 and of 4,096 bits', (_name, write) => {
    for (const { publicKey, privateKey } of [small, large]) {
      expect(readPublicKey(write(publicKey))?.equals(publicKey)).toBe(true)
      expect(isSignedBy(write(publicKey), MATERIAL, signatureBy(privateKey))).toBe(true)
    }
  })

  it.each([
    ['nothing', ''],
    ['spaces', ' \n '],
    ['a word', 'nonsense'],
    ['the frame alone', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----'],
    ['a key that was cut off', base64(small.publicKey).slice(0, -40)],
    ['a private key', small.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['a key in another form (PKCS#1)', small.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ])('that is %s is none, and nothing is signed by it', (_name, text) => {
    expect(readPublicKey(text)).toBeUndefined()
    expect(isSignedBy(text, MATERIAL, SIGNATURE)).toBe(false)
  })

  it('of another kind than RSA proves nothing, although the signature is right', () => {
    for (const { publicKey, privateKey } of [
      generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      generateKeyPairSync('rsa-pss', { modulusLength: 2_048 }),
    ]) {
      expect(isSignedBy(pem(publicKey), MATERIAL, signatureBy(privateKey))).toBe(false)
    }
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const signature = sign(null, Buffer.from(MATERIAL), privateKey).toString('base64')
    expect(isSignedBy(pem(publicKey), MATERIAL, signature)).toBe(false)
  })
})

describe('a signature', () => {
  const key = pem(small.publicKey)

  it('of the very text by the owner of the key is right', () => {
    expect(isSignedBy(key, MATERIAL, SIGNATURE)).toBe(true)
  })

  it.each([
    ['of nothing', signatureBy(small.privateKey, '')],
    ['that is empty', ''],
    ['that is spaces', '  '],
    ['that is no Base64', '***'],
    ['that is too short', SIGNATURE.slice(0, 100)],
    ['that is too long', Buffer.concat([Buffer.from(SIGNATURE, 'base64'), Buffer.from([0])]).toString('base64')],
    ['by another key', signatureBy(rsa(2_048).privateKey)],
    ['by a longer key', signatureBy(large.privateKey)],
    ['with another hash', signatureBy(small.privateKey, MATERIAL, 'sha1')],
    ['written in hex', Buffer.from(SIGNATURE, 'base64').toString('hex')],
    ['of zeros', Buffer.alloc(256).toString('base64')],
    ['of ones', Buffer.alloc(256, 255).toString('base64')],
  ])('%s is wrong', (_name, signature) => {
    expect(isSignedBy(key, MATERIAL, signature)).toBe(false)
  })

  it('of which any one byte was changed is wrong', () => {
    const bytes = Buffer.from(SIGNATURE, 'base64')
    for (let index = 0; index < bytes.length; index += 17) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(isSignedBy(key, MATERIAL, changed.toString('base64'))).toBe(false)
    }
  })

  it.each(['', `${MATERIAL} `, MATERIAL.replace('closed', 'opened'), MATERIAL.replace('Ü', 'U\u0308')])(
    'does not hold for another text (%j)',
    (material) => {
      expect(isSignedBy(key, material, SIGNATURE)).toBe(false)
    }
  )

  it('of the empty text holds for the empty text', () => {
    expect(isSignedBy(key, '', signatureBy(small.privateKey, ''))).toBe(true)
  })

  it('or key that is garbage is wrong and never throws', () => {
    const der = Buffer.from(base64(small.publicKey), 'base64')
    const damaged = fc
      .array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const copy = Buffer.from(der)
        for (const [index, value] of changes) copy[index] = value
        return copy.toString('base64')
      })
    const keys = fc.oneof(damaged, fc.string(), fc.base64String(), fc.constant(key))
    const signatures = fc.oneof(fc.string(), fc.base64String({ maxLength: 400 }), fc.constant(''))
    fc.assert(
      fc.property(keys, fc.string(), signatures, (given, material, signature) => {
        expect(isSignedBy(given, material, signature)).toBe(false)
      }),
      { numRuns: 1_000 }
    )
  })

  it('by a key without sense, well-formed as it is, is wrong and never throws', () => {
    const number = (value: number[]) => [0x02, value.length, ...value]
    const sequence = (content: number[]) => [0x30, content.length, ...content]
    const algorithm = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]
    for (const modulus of [[0], [1], [15], [0, 255], Array.from({ length: 40 }, () => 77)]) {
      for (const exponent of [[0], [1], [2], [3], [1, 0, 1]]) {
        const bits = sequence([...number(modulus), ...number(exponent)])
        const spki = sequence([...algorithm, 0x03, bits.length + 1, 0x00, ...bits])
        const given = Buffer.from(spki).toString('base64')
        for (const length of [1, modulus.length, 256]) {
          expect(isSignedBy(given, MATERIAL, Buffer.alloc(length, 1).toString('base64'))).toBe(false)
        }
      }
    }
  })
})
