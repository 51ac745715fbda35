export type View = Record<string, unknown>

/** Without the members that are not set. */
export const given = (values: View): View =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

export const iso = (at: number): string => new Date(at).toISOString()

export const isoIfAny = (at: number | undefined): string | undefined => (at === undefined ? undefined : iso(at))
