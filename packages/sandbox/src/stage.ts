import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  type Emulator,
  type Installation,
  type InstallOptions,
  type ProviderEmulator,
  type ProviderEmulatorFactory,
  reroute,
  type SpawnedInstance,
  startEmulator,
} from '@hitl/emulator'
import { Instances } from './instances'
import { declaredOf, type PresentedDefinition } from './declared'

/** What the sandbox has to know about one provider. */
export type StageProvider<P extends ProviderEmulator> = {
  /** Folder below `integrations/`. */
  folder: string
  emulate: ProviderEmulatorFactory<P>
  definition: PresentedDefinition
  /** Settings that fit the emulated account. */
  settings(provider: P): Record<string, unknown>
  /** Told when the instances live in the time of the emulator, for a provider that signs in real time otherwise. */
  inEmulatedTime?(provider: P): void
}

export type StageOptions = {
  /** `process`: each instance is a process of its own. `module`: all in this one, each with memory of its own. */
  instances: 'process' | 'module'
  count?: number
  port?: number
  settings?: Record<string, unknown>
  /** For the processes, besides what the platform gives them. */
  env?: Readonly<Record<string, string>>
  /** Joins modules with the emulator; over loopback connections when absent. Returns the function that undoes it. */
  network?(emulator: Emulator): () => void
  /** Goes on where another stage was saved; the integration does not register again. */
  saved?: Uint8Array
}

export type Stage<P extends ProviderEmulator> = {
  emulator: Emulator<readonly [ProviderEmulatorFactory<P>]>
  provider: P
  installation: Installation
  /** Replaces all instances by fresh ones, so that the next invocation is a cold one. */
  restart(count?: number): Promise<void>
  /** Sends the next invocations to this instance only; to all in turn when undefined. */
  use(index: number | undefined): void
  instances: readonly SpawnedInstance[]
  /** What the running instances and those before them have logged, the latest lines only. */
  logs: readonly string[]
  /** The settings that fit the emulated account. */
  ownSettings: Readonly<Record<string, unknown>>
  close(): Promise<void>
}

/** The bundle of an integration below `integrations/`. @throws Error when it is not built */
export function bundleOf(folder: string): string {
  const found = bundleIn(fileURLToPath(new URL(`../../../integrations/${folder}`, import.meta.url)))
  if (!found) throw new Error(`The integration ${folder} is not built. Run "npm run build" first.`)
  return found
}

/** The bundle the CLI built in a project: 5.x writes `index.cjs`, 0.8.59 `index.js`. */
export function bundleIn(project: string): string | undefined {
  return ['index.cjs', 'index.js']
    .map((file) => join(project, '.botpress', 'dist', file))
    .find((path) => existsSync(path))
}

/** An instance that hangs does not keep the stage open. */
const SETTLE_MS = 5_000

/** Emulated Botpress and provider with the real bundle in between. */
export async function openStage<P extends ProviderEmulator>(
  { folder, emulate, definition, settings, inEmulatedTime }: StageProvider<P>,
  options: StageOptions
): Promise<Stage<P>> {
  const bundle = bundleOf(folder)
  const emulator = await startEmulator({
    providers: [emulate] as const,
    ...(options.port ? { port: options.port } : {}),
    ...(options.saved ? { saved: options.saved } : {}),
  })
  const provider = emulator.providers[0]
  const { url: emulatorUrl, hosts, botpress, clock } = emulator
  const env = { ...options.env, ...botpress.env }
  const kind = options.instances
  const join = options.network ?? (() => reroute({ emulatorUrl, hosts }))
  const undo = kind === 'module' ? join(emulator) : () => undefined
  const instances = new Instances({ bundle, kind, emulatorUrl, hosts, env, clock })
  if (kind === 'process') inEmulatedTime?.(provider)
  const restart = (count = options.count ?? 1) => instances.restart(count)
  const close = async () => {
    await Promise.race([emulator.settled(), sleep(SETTLE_MS, undefined, { ref: false })])
    await emulator.close()
    undo()
    await instances.close()
  }
  try {
    await restart()
    const ownSettings = { ...settings(provider), ...options.settings }
    const install: InstallOptions = {
      name: definition.name,
      configuration: { ...ownSettings },
      declared: declaredOf(definition),
      invoke: instances.invoke,
    }
    const installation = botpress.resume(install) ?? (await botpress.install(install))
    return {
      emulator,
      provider,
      installation,
      restart,
      use: (index) => instances.use(index),
      get instances() {
        return instances.spawned
      },
      get logs() {
        return instances.logs
      },
      ownSettings,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
