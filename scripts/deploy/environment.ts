export type Environment = Readonly<Record<string, string | undefined>>

/** What the Botpress CLI needs to know about the account. */
const ACCOUNT = new Set(['BP_TOKEN', 'BP_WORKSPACE_ID', 'BP_API_URL'])
/** The CLI takes every option from a variable as well, and the variable wins: `BP_VISIBILITY` would undo our flag. */
const CLI_OPTION = /^BP_/i
const SECRET = /TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIAL/i
/** Tokens that npm and pnpm may need to fetch packages. */
const REGISTRY = /^(npm_config_|NPM_TOKEN$|NODE_AUTH_TOKEN$)/i

/** Changes to the environment with which programs know neither the account nor any secret of a vendor. */
export function withoutSecrets(env: Environment): Record<string, undefined> {
  const names = Object.keys(env).filter((name) => CLI_OPTION.test(name) || (SECRET.test(name) && !REGISTRY.test(name)))
  return Object.fromEntries(names.map((name) => [name, undefined]))
}

/** The same for the one call that deploys: it gets the account, and nothing else. */
export function withAccountOnly(env: Environment): Record<string, string | undefined> {
  const account = Object.entries(env).filter(([name]) => ACCOUNT.has(name))
  return { ...withoutSecrets(env), ...Object.fromEntries(account) }
}

/** Values that must appear nowhere: neither on the screen nor in what is sent. */
export function secretValues(env: Environment): string[] {
  const secrets = Object.entries(env).filter(([name]) => SECRET.test(name))
  return secrets.map(([, value]) => value ?? '').filter((value) => value.length >= SHORTEST_SECRET)
}

const SHORTEST_SECRET = 12

export const hideSecrets = (text: string, env: Environment): string =>
  secretValues(env).reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text)
