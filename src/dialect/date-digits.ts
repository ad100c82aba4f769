/** Dates read digit by digit, several times faster than by a pattern or by Date's own parser: every row with timestamps passes here. */

export const digit = (text: string, at: number): number => text.charCodeAt(at) - 48
export const pair = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1)

/** `YYYY-MM-DD?hh:mm:ss…` in UTC, from the year 100 on. `ms`: what stands behind the seconds. */
export const dateAt = (text: string, ms: number): Date =>
  new Date(
    Date.UTC(
      pair(text, 0) * 100 + pair(text, 2),
      pair(text, 5) - 1,
      pair(text, 8),
      pair(text, 11),
      pair(text, 14),
      pair(text, 17),
      ms,
    ),
  )
