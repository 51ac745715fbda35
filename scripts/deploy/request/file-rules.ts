import type { CreateBody } from '../create-body'

const LARGEST_CODE_BYTES = 52_428_800
/** CLI 5.5.6 belongs to this one. */
const SDK_VERSION = '5.4.3'

/** What goes along as the text of a file. */
export function checkFiles({ icon, readme, code, sdkVersion }: CreateBody): string[] {
  return [...checkIcon(icon), ...checkReadme(readme), ...checkCode(code), ...checkSdk(sdkVersion)]
}

function checkIcon(icon: string | undefined): string[] {
  if (!icon) return ['icon: is missing']
  const text = decode(icon)
  if (text === undefined) return ['icon: is not in base64']
  if (!/^\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*<svg[\s>][^]*<\/svg>\s*$/.test(text)) return ['icon: is no SVG picture']
  if (!text.includes('xmlns="http://www.w3.org/2000/svg"')) return ['icon: lacks the xmlns that browsers want']
  return /<script|\son\w+=/i.test(text) ? ['icon: contains a script'] : []
}

function checkReadme(readme: string | undefined): string[] {
  if (!readme) return ['readme: is missing']
  const text = decode(readme)
  if (text === undefined) return ['readme: is not in base64']
  return text.trim() === '' ? ['readme: is empty'] : []
}

function checkCode(code: string): string[] {
  if (code.trim() === '') return ['code: is empty']
  const bytes = Buffer.byteLength(code)
  return bytes > LARGEST_CODE_BYTES ? [`code: has ${bytes} bytes, at most ${LARGEST_CODE_BYTES} are allowed`] : []
}

function checkSdk(version: string): string[] {
  return version === SDK_VERSION ? [] : [`sdkVersion: is "${version}", but the CLI that deploys expects ${SDK_VERSION}`]
}

function decode(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64')
  return bytes.toString('base64') === base64 ? bytes.toString('utf8') : undefined
}
