const colours = ['#2563eb', '#0f766e', '#b45309', '#7c3aed', '#be123c', '#15803d']

/** Letters and digits only, so nothing of a name has to be escaped. */
const initialsOf = (name: string): string => {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? []
  const [first = '?', last = ''] = words.length > 1 ? [words[0], words.at(-1)] : words
  return [first, last]
    .map((word) => [...word].slice(0, 1).join(''))
    .join('')
    .toUpperCase()
}

const colourOf = (name: string): string => {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0)
  return colours[sum % colours.length] ?? '#2563eb'
}

/** The picture of a person as an emulated vendor has it: initials on a coloured ground. Always the same for a name. */
export function initialsPicture(name: string): Response {
  const svg = [
    '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="0 0 96 96">',
    `<rect width="96" height="96" fill="${colourOf(name)}"/>`,
    '<text x="48" y="50" fill="#fff" font-family="sans-serif" font-size="38" text-anchor="middle"',
    ` dominant-baseline="middle">${initialsOf(name)}</text></svg>`,
  ].join('')
  return new Response(svg, { headers: { 'content-type': 'image/svg+xml' } })
}
