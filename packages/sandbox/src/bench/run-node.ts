import { spawn } from 'node:child_process'

/** Runs Node to its end and returns what it printed. @throws Error with the last lines when it fails */
export function run(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) return resolve(output)
      const tail = `${output}${errors}`.trim().split('\n').slice(-10).join('\n')
      reject(new Error(`node ${args.join(' ')} ended with code ${code}:\n${tail}`))
    })
  })
}
