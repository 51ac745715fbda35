import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import {
  type Emulator,
  type ProviderEmulator,
  type ProviderEmulatorFactory,
  reroute,
  startEmulator,
} from '../../packages/emulator/src/index'
import { main } from '../../scripts/doctor/main'
import { asSettings } from '../../scripts/doctor/settings-file'
import { runCommand } from '../../scripts/runner/command.mjs'
import { type Recorder, startRecorder } from './recorder'

export const ROOT = resolve(import.meta.dirname, '../..')
const PRELOAD = join(ROOT, 'packages/emulator/src/reroute-preload.ts')
export const ADDRESS = 'https://webhook.botpress.cloud/7f0c1a52-1111-4222-8333-944455556666'

type Settings = Readonly<Record<string, unknown>>

/** One emulated vendor, and a folder with the file of settings. */
export class DoctorWorld<P extends ProviderEmulator> {
  readonly folder = mkdtempSync(join(tmpdir(), 'hitl-doctor-test-'))
  readonly file = join(this.folder, 'settings.json')

  constructor(
    readonly name: string,
    readonly settings: Settings,
    readonly emulator: Emulator<readonly [ProviderEmulatorFactory<P>]>,
    readonly recorder: Recorder
  ) {
    this.write(settings)
  }

  get vendor(): P {
    return this.emulator.providers[0]
  }

  get calls(): readonly string[] {
    return this.recorder.calls
  }

  write(settings: unknown, mode = 0o600): void {
    const text = typeof settings === 'string' ? settings : JSON.stringify(settings, null, 2)
    writeFileSync(this.file, text, { mode })
  }

  read(): string {
    return readFileSync(this.file, 'utf8')
  }

  /** The same as a program of its own, as npm starts it; the vendor is this emulator. */
  async start(args: readonly string[] = []) {
    const program = ['--import', 'tsx', '--import', PRELOAD, 'scripts/doctor/main.ts', this.name, ...args]
    const env = { HITL_EMULATOR_URL: this.recorder.url, HITL_EMULATED_HOSTS: this.emulator.hosts.join() }
    const { code, output } = await runCommand(process.execPath, program, { cwd: ROOT, mode: 'capture', env })
    expectHidden(output, [this.settings, asSettings(this.read())])
    return { code, output }
  }

  /** Runs the command as it is, or with other settings. Nothing it prints may hold a secret. */
  async run(changes: Settings = {}, { args = [], budgetMs = 50_000 }: { args?: string[]; budgetMs?: number } = {}) {
    if (Object.keys(changes).length > 0) this.write({ ...this.settings, ...changes })
    const lines: string[] = []
    const before = asSettings(this.read())
    const line = [this.name, '--config', this.file, ...args]
    const code = await main(line, ROOT, (text) => void lines.push(...text.split('\n')), budgetMs)
    const said = lines.join('\n')
    expectHidden(said, [before, asSettings(this.read())])
    return { code, lines, said, last: lines.at(-1) ?? '', marks: lines.filter((text) => /^[✓✗–]/.test(text)) }
  }
}

const SECRET = /secret|token|key/i

/** Of the settings those that are secret by their name. */
export function expectHidden(said: string, files: readonly (Settings | undefined)[]): void {
  const secrets = files
    .flatMap((settings) => Object.entries(settings ?? {}))
    .flatMap(([name, value]) => (SECRET.test(name) ? [String(value)] : []))
  for (const secret of secrets.filter(({ length }) => length >= 4)) expect(said).not.toContain(secret)
}

/** What a dry run says would be called for sure. */
export const callsIn = (lines: readonly string[]): string[] =>
  lines.filter((line) => /^ {2}[A-Z]+ \S+$/.test(line)).map((line) => line.trim())

/** A fresh world for each test. */
export function useDoctor<P extends ProviderEmulator>(
  name: string,
  create: ProviderEmulatorFactory<P>,
  settings: (vendor: P) => Settings
): () => DoctorWorld<P> {
  let world: DoctorWorld<P> | undefined
  let undo = () => {}
  beforeEach(async () => {
    const emulator = await startEmulator<readonly [ProviderEmulatorFactory<P>]>({ providers: [create] })
    const recorder = await startRecorder(emulator.url)
    undo = reroute({ emulatorUrl: recorder.url, hosts: emulator.hosts })
    world = new DoctorWorld(name, settings(emulator.providers[0]), emulator, recorder)
  })
  afterEach(async () => {
    undo()
    world?.recorder.close()
    await world?.emulator.close()
    rmSync(world?.folder ?? '', { recursive: true, force: true })
  })
  return () => {
    if (!world) throw new Error('Only within a test')
    return world
  }
}
