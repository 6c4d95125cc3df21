/** How long jobs are put off for something that is still coming. Counted from a job's first try in this process: hours that the service was down are nobody's patience. */

export interface Patience {
  /** Notes the first try; true once that is longer ago than the longest wait. */
  isOver(jobId: string, at: Date): boolean
  /** The job waits no more. */
  end(jobId: string): void
}

export function createPatience(longestMs: number): Patience {
  const since = new Map<string, number>()
  return {
    isOver(jobId, at) {
      const first = since.get(jobId) ?? at.getTime()
      since.set(jobId, first)
      return at.getTime() - first >= longestMs
    },
    end: (jobId) => void since.delete(jobId),
  }
}
