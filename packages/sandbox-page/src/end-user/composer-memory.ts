/** First part of the names under which the webchat's composer keeps what was written and attached. */
const COMPOSER_STORAGE = 'bp-webchat-'

/**
 * The composer remembers messages and attachments in the browser. Neither is to outlive the page, and an attachment
 * cannot: its bytes are gone after a reload.
 */
export function forgetComposer(): void {
  for (const storage of [window.localStorage, window.sessionStorage]) {
    for (const name of Object.keys(storage)) {
      if (name.startsWith(COMPOSER_STORAGE)) storage.removeItem(name)
    }
  }
}
