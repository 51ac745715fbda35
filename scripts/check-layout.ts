import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkCode } from './layout/code-rules'
import { checkFiles } from './layout/file-rules'
import { checkImports } from './layout/import-rules'
import { readRepository } from './layout/repository'

/** @returns one line per broken rule, starting with the path it is about */
export function checkLayout(root: string): string[] {
  const repository = readRepository(root)
  return [...repository.integrations.flatMap(checkFiles), ...checkImports(repository), ...checkCode(repository)]
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const problems = checkLayout(resolve(fileURLToPath(import.meta.url), '../..'))
  for (const problem of problems) console.error(problem)
  console.log(problems.length === 0 ? 'The layout is right.' : `${problems.length} problems with the layout.`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
