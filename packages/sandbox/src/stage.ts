import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Emulator,
  type Installation,
  type InstallOptions,
  type Invoke,
  loadInstance,
  type ProviderEmulator,
  type ProviderEmulatorFactory,
  reroute,
  type SpawnedInstance,
  spawnInstance,
  startEmulator,
} from '@hitl/emulator'
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
  const { url: emulatorUrl, hosts } = emulator
  const { env } = emulator.botpress
  const undo = options.instances === 'module' ? reroute({ emulatorUrl, hosts }) : () => undefined
  let spawned: SpawnedInstance[] = []
  let invokes: Invoke[] = []
  let chosen: number | undefined
  let turn = 0

  const shiftAll = async (offsetMs: number) => {
    await Promise.all(spawned.map((instance) => instance.shiftClock(offsetMs)))
  }
  const unfollow = emulator.clock.follow(shiftAll)
  if (options.instances === 'process') inEmulatedTime?.(provider)

  const restart = async (count = options.count ?? 1) => {
    const old = spawned
    const fresh = Array.from({ length: count })
    if (options.instances === 'module') {
      invokes = fresh.map(() => loadInstance(bundle, { env }))
    } else {
      const clockOffsetMs = emulator.clock.offsetMs
      const start = () => spawnInstance(bundle, { emulatorUrl, hosts, env, clockOffsetMs })
      spawned = await Promise.all(fresh.map(start))
      // Time may have been moved while they started.
      if (emulator.clock.offsetMs !== clockOffsetMs) await shiftAll(emulator.clock.offsetMs)
      invokes = spawned.map(({ invoke }) => invoke)
    }
    await Promise.all(old.map((instance) => instance.stop()))
  }

  const close = async () => {
    await emulator.settled()
    unfollow()
    await emulator.close()
    undo()
    await Promise.all(spawned.map((instance) => instance.stop()))
  }

  try {
    await restart()
    const { botpress } = emulator
    const install: InstallOptions = {
      name: definition.name,
      configuration: { ...settings(provider), ...options.settings },
      declared: declaredOf(definition),
      invoke: (request) => {
        const invoke = invokes[chosen ?? turn++ % invokes.length]
        if (!invoke) throw new Error('No instance is running')
        return invoke(request)
      },
    }
    const installation = botpress.resume(install) ?? (await botpress.install(install))
    return {
      emulator,
      provider,
      installation,
      restart,
      use: (index) => (chosen = index),
      get instances() {
        return spawned
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
