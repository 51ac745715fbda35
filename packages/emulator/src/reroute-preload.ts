import { reroute } from './reroute'

/** `node --import tsx --import <this file>`: reroutes from the first line of the program on. */

const emulatorUrl = process.env['HITL_EMULATOR_URL']
const hosts = process.env['HITL_EMULATED_HOSTS']
if (!emulatorUrl || !hosts) throw new Error('Set HITL_EMULATOR_URL and HITL_EMULATED_HOSTS (comma-separated)')

reroute({ emulatorUrl, hosts: hosts.split(',').map((host) => host.trim()) })
