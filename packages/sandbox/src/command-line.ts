import { parseArgs, type ParseArgsConfig } from 'node:util'

/** The command line is wrong; the message is one sentence. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>

/** @throws UsageError */
export function readValues<const O extends Options>(args: readonly string[], options: O) {
  return read(args, options, false).values
}

/** As `readValues`, for commands that also take words without a name. @throws UsageError */
export function readWords<const O extends Options>(args: readonly string[], options: O) {
  return read(args, options, true)
}

function read<const O extends Options>(args: readonly string[], options: O, allowPositionals: boolean) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals })
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/)
    throw new UsageError(`${sentence.replace(/\.$/, '')}. Use --help for the list of options.`, { cause: error })
  }
}

/** @throws UsageError */
export function pickNamed<T extends { name: string }>(what: string, name: string, known: readonly T[]): T {
  const found = known.find((one) => one.name === name)
  if (found) return found
  throw new UsageError(`There is no ${what} "${name}"; choose one of: ${known.map((one) => one.name).join(', ')}.`)
}
