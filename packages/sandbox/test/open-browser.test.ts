import { expect, it } from 'vitest'
import { hasScreen, openBrowser } from '../src/open-browser'

const TERMINAL = { isTTY: true }

it.each([
  ['a terminal on a Mac', TERMINAL, {}, 'darwin', true],
  ['a terminal on Windows', TERMINAL, {}, 'win32', true],
  ['a terminal under X', TERMINAL, { DISPLAY: ':0' }, 'linux', true],
  ['a terminal under Wayland', TERMINAL, { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
  ['a terminal of a Linux machine without a screen', TERMINAL, {}, 'linux', false],
  ['an empty display', TERMINAL, { DISPLAY: '' }, 'linux', false],
  ['output into a file', {}, { DISPLAY: ':0' }, 'linux', false],
  ['output that is no terminal', { isTTY: false }, {}, 'darwin', false],
  ['a machine of a CI', TERMINAL, { CI: 'true', DISPLAY: ':0' }, 'linux', false],
  ['somebody who is elsewhere', TERMINAL, { SSH_CONNECTION: '10.0.0.1 22', DISPLAY: ':0' }, 'linux', false],
  ['somebody who is elsewhere, on a Mac', TERMINAL, { SSH_CONNECTION: '10.0.0.1 22' }, 'darwin', false],
] as const)('knows whether somebody sees a browser: %s', (_what, stream, env, platform, isSeen) => {
  expect(hasScreen(stream, { ...env }, platform)).toBe(isSeen)
})

it('opens nothing where nobody sees it', async () => {
  expect(hasScreen(process.stdout, { ...process.env, CI: 'true' }, process.platform)).toBe(false)
  await expect(openBrowser('http://127.0.0.1:1/')).resolves.toBeUndefined()
})
