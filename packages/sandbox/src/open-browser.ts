import open from 'open'

/** Shows the page where somebody sits in front of a screen. Without a browser the printed address has to do. */
export async function openBrowser(url: string): Promise<void> {
  if (!hasScreen(process.stdout, process.env, process.platform)) return
  try {
    const browser = await open(url)
    browser.once('error', () => undefined)
  } catch {
    // The address was printed.
  }
}

export function hasScreen(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  if (!stream.isTTY || env['CI'] || env['SSH_CONNECTION']) return false
  return platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
}
