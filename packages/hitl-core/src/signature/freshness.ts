/** Whether a signed time lies within `windowMs` of now, in either direction, limits included. All times in ms. */
export function isFresh(timestampMs: number, nowMs: number, windowMs: number): boolean {
  return Number.isFinite(windowMs) && Math.abs(nowMs - timestampMs) <= windowMs
}
