import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { rightBody } from './right-body'

export type Tree = Readonly<Record<string, string>>

export type Scratch = {
  root: string
  write(files: Tree): void
  commit(): void
  git(...args: string[]): string
  /** What `bp read` prints there from now on. */
  define(definition: unknown): void
  remove(): void
}

const { code: _code, sdkVersion: _sdk, visibility: _visibility, secrets: _secrets, ...body } = rightBody()
export const readBody = { ...body, icon: 'icon.svg', readme: 'hub.md' }

export const manifest = (version: string) => `${JSON.stringify({ name: '@hitl/acme', version })}\n`
export const changelog = (...versions: string[]) =>
  `# Changelog\n${versions.map((version) => `\n## acme ${version} - 2026-01-02\n\n- What is new.\n`).join('')}`

const importer = (folder: string, dependencies: Tree) =>
  [`  ${folder}:`, '    dependencies:']
    .concat(
      Object.entries(dependencies).flatMap(([name, version]) => [`      ${name}:`, `        version: ${version}`])
    )
    .join('\n')

/** A lockfile in which acme needs zod directly and left-pad through the core's axios. */
export const lockfile = ({ zod = '4.0.0', axios = '1.0.0', pad = '1.0.0', other = '1.0.0' } = {}) =>
  [
    "lockfileVersion: '9.0'",
    'importers:',
    importer('integrations/acme', { '"@hitl/core"': 'link:../../packages/hitl-core', zod }),
    importer('integrations/other', { other }),
    importer('packages/hitl-core', { axios }),
    'snapshots:',
    `  zod@${zod}: {}`,
    `  other@${other}: {}`,
    `  axios@${axios}: { dependencies: { left-pad: ${pad} } }`,
    `  left-pad@${pad}: {}`,
    '',
  ].join('\n')

const FILES: Tree = {
  'package.json': '{ "packageManager": "pnpm@10.34.9" }\n',
  'pnpm-lock.yaml': lockfile(),
  'CHANGELOG.md': changelog('1.2.3'),
  '.gitignore': 'node_modules/\n.botpress/\n',
  'packages/hitl-core/package.json': '{ "name": "@hitl/core" }\n',
  'packages/hitl-core/src/index.ts': 'export const core = 1\n',
  'packages/hitl-core/src/testing/kit.ts': 'export const kit = 1\n',
  'integrations/acme/package.json': manifest('1.2.3'),
  'integrations/acme/integration.definition.ts': `export default { secrets: {}, metadata: { sdkVersion: '5.4.3' } }\n`,
  'integrations/acme/hub.md': '# Acme\n',
  'integrations/acme/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"></svg>\n',
  'integrations/acme/README.md': '# Acme\n',
  'integrations/acme/src/index.ts': 'export default 1\n',
  'integrations/acme/test/api.test.ts': 'export {}\n',
}

/** Stands in for the installed CLI. */
const FAKE_BP = `#!/usr/bin/env node
const { readFileSync } = require('node:fs')
if (process.argv.slice(2).join(' ') !== 'read --json' || process.env.BP_TOKEN) process.exit(1)
process.stdout.write(readFileSync(__dirname + '/definition.json', 'utf8'))
`

/** A repository with one integration, acme 1.2.3, committed and without a tag. */
export function scratchIntegration(): Scratch {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'deploy-'))
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const write = (files: Tree) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
  }
  const commit = () => {
    git('add', '--all')
    git('commit', '--quiet', '--allow-empty', '--message', 'change')
  }
  const bin = 'integrations/acme/node_modules/.bin'
  const define = (definition: unknown) => write({ [`${bin}/definition.json`]: JSON.stringify(definition) })
  write({ ...FILES, [`${bin}/bp`]: FAKE_BP })
  chmodSync(join(root, bin, 'bp'), 0o755)
  define(readBody)
  git('init', '--quiet')
  commit()
  return { root, write, commit, git, define, remove: () => rmSync(root, { recursive: true, force: true }) }
}
