import { listenLocally } from './listen-locally'
import { isClockShift, shiftableDate, type ClockShifted } from './process-clock'
import { releaseParsers } from './release-parsers'
import { reroute } from './reroute'
import { traceRequests } from './traced-requests'

/** `node --import tsx --import <this file>`: reroutes, traces and moves the time from the first line of the program on. */

const emulatorUrl = process.env['HITL_EMULATOR_URL']
const hosts = process.env['HITL_EMULATED_HOSTS']
if (!emulatorUrl || !hosts) throw new Error('Set HITL_EMULATOR_URL and HITL_EMULATED_HOSTS (comma-separated)')

const shiftTo = shiftableDate(Number(process.env['HITL_CLOCK_OFFSET_MS'] ?? 0))
process.on('message', (message) => {
  if (!isClockShift(message)) return
  shiftTo(message.offsetMs)
  const answer: ClockShifted = { clockShifted: message.clockShift }
  process.send?.(answer)
})

listenLocally((port) => process.send?.({ listeningAt: port }))
traceRequests()
releaseParsers()
reroute({ emulatorUrl, hosts: hosts.split(',').map((host) => host.trim()) })
