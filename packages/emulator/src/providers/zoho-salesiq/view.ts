export type View = Record<string, unknown>

export const given = (values: View): View =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

export const epoch = (at: number): string => String(at)

export const epochIfAny = (at: number | undefined): string | undefined => (at === undefined ? undefined : epoch(at))
