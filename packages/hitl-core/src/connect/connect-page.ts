import type { PlatformResponse } from '../webhook'

/** What somebody gets to read who has connected an account, or tried to. Plain texts. */
export type ConnectPage = { status: number; title: string; lines: readonly string[] }

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color:#1d1d1f;background:#fff}' +
  'h1{font-size:1.4rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#1d1d1f}}'

/** The address of the page holds a code: it must not be stored, framed, or told to anybody. Nothing is loaded or run. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // Botpress would show a page of its own.
  'x-bp-disable-interstitial': 'true',
}

/** The page as the answer to a request. @param clean removes what no page may show */
export function renderPage({ status, title, lines }: ConnectPage, clean: (text: string) => string): PlatformResponse {
  const heading = escapeHtml(clean(title))
  const paragraphs = lines.map((line) => `<p>${escapeHtml(clean(line))}</p>`).join('')
  const body =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${heading}</title><style>${STYLE}</style></head><body><h1>${heading}</h1>${paragraphs}</body></html>`
  return { status, headers: { ...HEADERS }, body }
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character)
