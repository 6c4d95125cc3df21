/** What one check found, and the patience of all of them. */
export interface Finding {
  name: string
  state: 'ok' | 'warning' | 'wrong'
  message: string
  /** What to do; null where nothing is to be done. */
  mend: string | null
}

export const ok = (name: string, message: string): Finding => ({ name, state: 'ok', message, mend: null })
export const warning = (name: string, message: string, mend: string): Finding => ({ name, state: 'warning', message, mend })
export const wrong = (name: string, message: string, mend: string): Finding => ({ name, state: 'wrong', message, mend })

/** A peer that says nothing for so long is told as such. */
export const patienceMs = 5000

/** `work`, or `late` when it takes longer; what it still does then is of no interest. */
export async function inTime<T>(work: Promise<T>, late: T, timeMs = patienceMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([work, new Promise<T>((resolve) => (timer = setTimeout(() => resolve(late), timeMs)))])
  } finally {
    clearTimeout(timer)
  }
}
