import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DefinitionBody } from '../definition-lint/body'
import { Failure } from '../runner/report.mjs'
import { type Environment, withoutSecrets } from './environment'
import type { Integration } from './integrations'

const TIMEOUT_MS = 120_000
const windows = process.platform === 'win32'

/** What `bp read` of the installed CLI says about an integration. */
export async function readDefinition({ name, folder }: Integration, env: Environment): Promise<DefinitionBody> {
  const bp = join(folder, 'node_modules', '.bin', windows ? 'bp.cmd' : 'bp')
  const { code, printed, complaint } = await runIntoFile(bp, ['read', '--json'], folder, env)
  if (code === 'missing') {
    throw new Failure(`The Botpress CLI is not installed in integrations/${name}; run \`npm test\` once.`)
  }
  if (code !== 0) {
    console.error((complaint + printed).trimEnd())
    throw new Failure(`\`bp read\` failed for ${name}; the lines above say why.`)
  }
  try {
    const body: DefinitionBody = JSON.parse(printed)
    return body
  } catch {
    throw new Failure(`\`bp read\` printed no JSON for ${name}; run it in integrations/${name} to see what it says.`)
  }
}

type Outcome = { code: number | 'missing'; printed: string; complaint: string }

/** Into a file, because the CLI ends before a pipe has taken more than 64 KB. */
async function runIntoFile(program: string, args: string[], cwd: string, env: Environment): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'bp-read-'))
  const path = join(folder, 'definition.json')
  const file = openSync(path, 'w')
  try {
    const { code, complaint } = await new Promise<Omit<Outcome, 'printed'>>((resolve) => {
      const child = spawn(program, args, {
        cwd,
        env: { ...env, ...withoutSecrets(env) },
        shell: windows,
        stdio: ['ignore', file, 'pipe'],
        timeout: TIMEOUT_MS,
      })
      let complaint = ''
      child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')))
      child.on('error', () => resolve({ code: 'missing', complaint }))
      child.on('close', (code) => resolve({ code: code ?? 1, complaint }))
    })
    return { code, complaint, printed: readFileSync(path, 'utf8') }
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true, force: true })
  }
}
