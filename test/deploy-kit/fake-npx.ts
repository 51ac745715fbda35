import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Plan = {
  typecheck: number
  build: number
  /** What the registry says about CLI 5.5.6. */
  cli: 'there' | 'unknown' | 'another'
  deploy: number
}

export type Call = { args: string[]; cwd: string; env: Record<string, string> }

export type FakeNpx = {
  /** For the front of PATH. */
  folder: string
  plan(changes: Partial<Plan>): void
  calls(): Call[]
  remove(): void
}

/** Does what the command expects of pnpm and of the CLI that cannot be had here, as the plan says. */
const SCRIPT = `#!/usr/bin/env node
const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const plan = JSON.parse(readFileSync(__dirname + '/plan.json', 'utf8'))
const args = process.argv.slice(2)
appendFileSync(__dirname + '/calls', JSON.stringify({ args, cwd: process.cwd(), env: process.env }) + '\\n')
const line = args.slice(3).join(' ')
const end = (code, text) => { console.log(text); process.exit(code) }
if (args.slice(0, 3).join(' ') !== '--yes --prefer-offline pnpm@10.34.9') end(1, 'which pnpm?')
if (line === 'run typecheck') end(plan.typecheck, 'types')
if (line === '--filter ./integrations/acme run build') {
  mkdirSync('integrations/acme/.botpress/dist', { recursive: true })
  if (plan.build === 0) writeFileSync('integrations/acme/.botpress/dist/index.js', 'module.exports = {}')
  end(plan.build, 'bundle')
}
if (!line.startsWith('dlx @botpress/cli@5.5.6 ')) end(1, 'unknown: ' + line)
if (plan.cli === 'unknown') end(1, ' ERR_PNPM_NO_MATCHING_VERSION  No matching version found for @botpress/cli@5.5.6')
if (line.endsWith(' --version')) end(0, plan.cli === 'there' ? '5.5.6' : '0.8.59')
end(plan.deploy, 'bp says: token ' + process.env.BP_TOKEN)
`

export function fakeNpx(): FakeNpx {
  const folder = mkdtempSync(join(tmpdir(), 'fake-npx-'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'npx'), SCRIPT)
  chmodSync(join(folder, 'npx'), 0o755)
  const right: Plan = { typecheck: 0, build: 0, cli: 'there', deploy: 0 }
  const plan = (changes: Partial<Plan>) =>
    writeFileSync(join(folder, 'plan.json'), JSON.stringify({ ...right, ...changes }))
  plan({})
  return {
    folder,
    plan,
    calls() {
      const path = join(folder, 'calls')
      const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
      return lines.map((line) => JSON.parse(line))
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
