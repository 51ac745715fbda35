import { entries } from '../../definition-lint/body'
import { schemasOf, withAllInside } from '../../definition-lint/schemas'
import type { CreateBody } from '../create-body'

/** Shapes that only real credentials have. */
const CREDENTIALS: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a JSON web token', /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
  ['a Zoho token', /\b1000\.[0-9a-f]{32}\.[0-9a-f]{32}\b/],
  ['a HubSpot token', /\bpat-[a-z]{2}\d-[0-9a-f]{8}-[0-9a-f-]{27}\b/],
  ['a Botpress token', /\bbp_(pat|bak|iak)_\w{20,}/],
  ['a header with a credential', /\b(Basic|Bearer) [A-Za-z0-9+/_.=-]{24,}/],
]

/** The settings belong to whoever installs the integration: none of them may be published with it. */
export function checkSecrets(body: CreateBody, forbidden: readonly string[]): string[] {
  return [...checkDeclared(body), ...checkDefaults(body), ...checkTexts(body, forbidden)]
}

function checkDeclared({ secrets }: CreateBody): string[] {
  return entries(secrets).map(([name]) => `secrets.${name}: is declared, but no secret is sent along from here`)
}

function checkDefaults(body: CreateBody): string[] {
  const schemas = schemasOf(body).flatMap(withAllInside)
  const filled = schemas.filter(({ schema }) => schema['x-zui']?.secret && schema.default !== undefined)
  return filled.map(({ path }) => `${path}: is a secret and has a default`)
}

function checkTexts(body: CreateBody, forbidden: readonly string[]): string[] {
  const { code, icon = '', readme = '', ...definition } = body
  const texts = {
    code,
    icon: fromBase64(icon),
    readme: fromBase64(readme),
    'the definition': JSON.stringify(definition),
  }
  return Object.entries(texts).flatMap(([path, text]) => [
    ...CREDENTIALS.filter(([, shape]) => shape.test(text)).map(([what]) => `${path}: contains ${what}`),
    ...(forbidden.some((value) => text.includes(value)) ? [`${path}: contains a secret of this environment`] : []),
  ])
}

const fromBase64 = (text: string) => Buffer.from(text, 'base64').toString('utf8')
