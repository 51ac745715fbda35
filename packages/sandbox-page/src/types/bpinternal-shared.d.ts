/**
 * What the webchat's types take from `@bpinternal/shared`. That package ships sources instead of declarations, and they
 * do not compile under the settings of this repository; `paths` in tsconfig.json leads here instead.
 */
export type LatestWebchatTheme = {
  color: string
  fontFamily: string
  radius: number
  themeMode: 'light' | 'dark'
  variant: 'solid' | 'soft'
  headerVariant: 'solid' | 'glass'
}

export type LatestWebchatConfig = Record<string, unknown> & { composerPlaceholder?: string; footer?: string }

export type EventEmitter<Events> = { on(event: keyof Events, listener: (payload: Events[keyof Events]) => void): void }

export declare function createEventEmitter<Events>(): EventEmitter<Events>
