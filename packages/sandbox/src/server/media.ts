/** Kinds that a browser shows without running anything of them. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif|svg\+xml)|audio\/[\w.+-]+|video\/[\w.+-]+)$/

/**
 * A file that somebody has sent, as the page may get it. Whatever a browser could run as a page of this origin is offered
 * as a download; drawings may not load or run anything.
 */
export function mediaResponse(bytes: Uint8Array, contentType: string, name: string): Response {
  const [type = ''] = contentType.split(';')
  const isShown = SHOWN.test(type.trim())
  const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(name)}`
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': isShown ? type.trim() : 'application/octet-stream',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'cache-control': 'private, max-age=3600',
      ...(isShown ? {} : { 'content-disposition': disposition }),
    },
  })
}
