/** Public host names of the platform, as bundles and providers know them. */
export const API_HOST = 'api.botpress.cloud'
export const WEBHOOK_HOST = 'webhook.botpress.cloud'
/** Where uploaded files are public, and where demo media lives. */
export const BOTPRESS_FILES_HOST = 'files.bpcontent.cloud'
export const DEMO_FILES_HOST = 'files.example.com'

/** Names the host a rerouted request was meant for. */
export const EMULATED_HOST_HEADER = 'x-emulated-host'
/** Marks webhooks sent by `Deliveries`, which journals them itself. */
export const DELIVERY_HEADER = 'x-emulated-delivery'
/** Marks what a person looks at, as with a browser: no call of the integration, and not for the journal. */
export const VIEWER_HEADER = 'x-emulated-viewer'
/** Private routes of the emulator. */
export const CONTROL_PREFIX = '/_emulator'
export const UPLOADS_PREFIX = `${CONTROL_PREFIX}/uploads`

export function isLoopback(hostname: string): boolean {
  return ['localhost', '[::1]', '::1'].includes(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/** A web page may have its own host name resolve to this machine; its requests still carry that name. */
export function isForThisMachine(host: string): boolean {
  return URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname)
}
