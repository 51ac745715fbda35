import { Server } from 'node:net'
import { isRecord } from './json'

const LOCAL = '127.0.0.1'

/**
 * From now on a server of this process that names no address is reached from this machine only.
 * @param onPort told the port of each server as soon as it listens
 */
export function listenLocally(onPort: (port: number) => void): void {
  const listen = Server.prototype.listen
  Object.defineProperty(Server.prototype, 'listen', {
    value(this: Server, ...args: unknown[]): unknown {
      this.once('listening', () => {
        const address = this.address()
        if (isRecord(address)) onPort(Number(address['port']))
      })
      return Reflect.apply(listen, this, withLocalAddress(args))
    },
    configurable: true,
    writable: true,
  })
}

/** `listen` takes `(options, …)`, `(path, …)`, `(handle, …)` and `(port?, host?, backlog?, callback?)`. */
export function withLocalAddress(args: readonly unknown[]): unknown[] {
  const [first, second, ...rest] = args
  if (isRecord(first))
    return 'port' in first && !first['host'] ? [{ ...first, host: LOCAL }, ...args.slice(1)] : [...args]
  if (typeof first === 'string' && !/^\d+$/.test(first)) return [...args]
  if (typeof first === 'function' || first === undefined || first === null) {
    return [0, LOCAL, ...args.filter((one) => one !== undefined && one !== null)]
  }
  if (typeof second === 'string' && second !== '') return [...args]
  const isAddress = second === undefined || second === null || second === ''
  return [first, LOCAL, ...(isAddress ? rest : [second, ...rest])]
}
