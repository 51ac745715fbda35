import { mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Gives a project packages of another one. Straight to the real folder: the bundler does not follow a link to a link. */
export function linkPackages(names: readonly string[], from: string, to: string): void {
  for (const name of names) {
    const target = join(to, 'node_modules', name)
    mkdirSync(dirname(target), { recursive: true })
    symlinkSync(realpathSync(join(from, 'node_modules', name)), target, 'junction')
  }
}
