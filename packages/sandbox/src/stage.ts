import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Emulator,
  type Installation,
  type Invoke,
  loadInstance,
  type ProviderEmulator,
  type ProviderEmulatorFactory,
  reroute,
  type SpawnedInstance,
  spawnInstance,
  startEmulator,
} from '@hitl/emulator'
import { declaredOf, type DefinitionLike } from './declared'

/** What the sandbox has to know about one provider. */
export type StageProvider<P extends ProviderEmulator> = {
  /** Folder below `integrations/`. */
  folder: string
  emulate: ProviderEmulatorFactory<P>
  definition: DefinitionLike
  /** Settings that fit the emulated account. */
  settings(provider: P): Record<string, unknown>
}

export type StageOptions = {
  /** `process`: each instance is a process of its own. `module`: all in this one, each with memory of its own. */
  instances: 'process' | 'module'
  count?: number
  port?: number
  settings?: Record<string, unknown>
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
  { folder, emulate, definition, settings }: StageProvider<P>,
  options: StageOptions
): Promise<Stage<P>> {
  const bundle = bundleOf(folder)
  const emulator = await startEmulator({
    providers: [emulate] as const,
    ...(options.port ? { port: options.port } : {}),
  })
  const provider = emulator.providers[0]
  const { url: emulatorUrl, hosts } = emulator
  const { env } = emulator.botpress
  const undo = options.instances === 'module' ? reroute({ emulatorUrl, hosts }) : () => undefined
  let spawned: SpawnedInstance[] = []
  let invokes: Invoke[] = []
  let chosen: number | undefined
  let turn = 0

  const restart = async (count = options.count ?? 1) => {
    const old = spawned
    const fresh = Array.from({ length: count })
    if (options.instances === 'module') {
      invokes = fresh.map(() => loadInstance(bundle, { env }))
    } else {
      spawned = await Promise.all(fresh.map(() => spawnInstance(bundle, { emulatorUrl, hosts, env })))
      invokes = spawned.map(({ invoke }) => invoke)
    }
    await Promise.all(old.map((instance) => instance.stop()))
  }

  const close = async () => {
    await emulator.settled()
    await emulator.close()
    undo()
    await Promise.all(spawned.map((instance) => instance.stop()))
  }

  try {
    await restart()
    const installation = await emulator.botpress.install({
      name: definition.name,
      configuration: { ...settings(provider), ...options.settings },
      declared: declaredOf(definition),
      invoke: (request) => {
        const invoke = invokes[chosen ?? turn++ % invokes.length]
        if (!invoke) throw new Error('No instance is running')
        return invoke(request)
      },
    })
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
