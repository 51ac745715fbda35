/** Ways in which a body arrives that is no JSON any more, or other JSON than it was. */
export const textChanges = {
  'begins with a byte order mark': (body) => `\ufeff${body}`,
  'begins and ends with blanks': (body) => `\r\n\t ${body} \n`,
  'is cut in half': (body) => body.slice(0, body.length / 2),
  'lacks its last character': (body) => body.slice(0, -1),
  'comes twice': (body) => body + body,
  'ends with a null byte': (body) => `${body}\0`,
  'has null bytes everywhere': (body) => body.replaceAll('"', '"\0'),
  'was read as Latin-1': (body) => Buffer.from(body.replace(':', ':"äöü€"'), 'utf8').toString('latin1'),
  'is no UTF-8': (body) => Buffer.from(`${body.slice(0, -1)}ÿþÿ}`, 'latin1').toString('utf8'),
  'holds a lone surrogate': (body) => body.replace('":"', '":"\ud800'),
  'is a form': (body) => new URLSearchParams({ payload: body }).toString(),
  'is in Base64': (body) => Buffer.from(body).toString('base64'),
  'is a JSON text': (body) => JSON.stringify(body),
  'is in a list': (body) => `[${body}]`,
  'has escapes everywhere': (body) =>
    body.replace(/[a-z]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16).padStart(2, '0')}`),
  'is XML': () => '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  'is empty': () => '',
  'is the word null': () => 'null',
  'is a text': () => '"text"',
  'is a number': () => '1e400',
  'is an empty list': () => '[]',
  'is an empty object': () => '{}',
  'opens thousands of lists': () => '['.repeat(100_000),
  'is longer than allowed': (body) => body + ' '.repeat(1_048_577),
} as const satisfies Record<string, (body: string) => string>

export type TextChange = keyof typeof textChanges
