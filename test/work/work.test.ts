import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../../src/errors'
import { type Log, silentLog } from '../../src/log'
import { type Database, openDatabase } from '../../src/store/database'
import { addJob, claimJobs } from '../../src/store/jobs'
import { noteOnce } from '../../src/store/questions'
import { giveUpAfterMs, nextAttemptAt } from '../../src/work/back-off'
import { movableClock } from '../../src/work/clock'
import { type JobHandler, recover, type Runner, startRunner } from '../../src/work/runner'

const start = new Date('2020-03-16T07:00:00Z')

describe('back-off', () => {
  const waitOf = (attempts: number, random: number): number => ((nextAttemptAt(attempts, start, start, random)?.getTime() ?? 0) - start.getTime()) / 1000
  test.each([0, 0.5, 0.999])('the first attempt comes within 60 s (random %d)', (random) => expect(waitOf(1, random)).toBeLessThanOrEqual(60))
  test.each([0, 0.5, 0.999])('grows, and never waits longer than an hour (random %d)', (random) => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 20, 100].map((attempts) => waitOf(attempts, random))
    expect(waits.every((wait, index) => index === 0 || wait >= (waits[index - 1] ?? 0))).toBe(true)
    expect(Math.max(...waits)).toBeLessThanOrEqual(3600)
  })
  test('gives up after five days', () => {
    expect(nextAttemptAt(50, start, new Date(start.getTime() + giveUpAfterMs + 1), 0)).toBeNull()
    expect(nextAttemptAt(50, start, new Date(start.getTime() + giveUpAfterMs - 1), 0)).not.toBeNull()
  })
})

describe('the runner', () => {
  let folder: string
  let database: Database
  let runner: Runner | null = null
  const clock = movableClock(start)
  const held: string[] = []

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cartable-work-'))
    database = await openDatabase('sqlite:w.db', folder)
    held.length = 0
  })
  afterEach(async () => {
    await runner?.stop(1000)
    runner = null
    await database.close()
    await rm(folder, { recursive: true, force: true })
  })

  const run = (handlers: Record<string, JobHandler>, log: Log = silentLog, concurrency = 1): Runner => {
    runner = startRunner({
      database,
      handlers,
      lanes: [{ kinds: Object.keys(handlers), concurrency }],
      clock,
      log,
      random: () => 0.5,
      onHeld: async (_tx, job, code) => void held.push(`${job.kind}:${code}`),
    })
    return runner
  }
  const add = (kind: string, dueAt = clock.now()) => database.transaction((tx) => addJob(tx, { kind, data: {}, dueAt }, clock.now()))
  const jobs = () => database.db.selectFrom('job').selectAll().execute()
  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    for (const began = Date.now(); !(await condition()); ) {
      if (Date.now() - began > 10_000) throw new Error('waited in vain')
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  test('commits the effects and the end of the job together', async () => {
    await add('a')
    const runs = run({ a: () => Promise.resolve({ commit: async (tx) => void (await noteOnce(tx, 'done', clock.now())) }) })
    runs.wake()
    await until(async () => (await jobs()).length === 0)
    expect((await database.db.selectFrom('notice').selectAll().execute()).length).toBe(1)
  })

  test('a transient fault is tried again after a pause, with its code; nothing of it is kept', async () => {
    await add('a')
    run({
      a: () =>
        Promise.resolve({
          commit: async (tx) => {
            await noteOnce(tx, 'half', clock.now())
            throw new Fault('store-busy')
          },
        }),
    })
    await until(async () => (await jobs())[0]?.attempts === 1)
    const [job] = await jobs()
    expect([job?.state, job?.error, (job?.due_at ?? 0) > clock.now().getTime()]).toEqual(['waiting', 'store-busy', true])
    expect(await database.db.selectFrom('notice').selectAll().execute()).toEqual([])
  })

  test('a permanent fault is held at once, and its subject is told', async () => {
    await add('a')
    run({ a: () => Promise.reject(new Fault('pdf-locked')) })
    await until(() => held.length === 1)
    await until(async () => (await jobs())[0]?.state === 'held')
    expect(held).toEqual(['a:pdf-locked'])
  })

  test('a bug is tried again, then held with the place where it happened; its text, which may quote a mail, is not kept', async () => {
    await add('a')
    run({ a: () => Promise.reject(new Error('zoe@famille.example wrote nonsense')) })
    for (let attempt = 1; attempt <= 5; attempt++) {
      await until(async () => ((await jobs())[0]?.attempts ?? 0) >= attempt || (await jobs())[0]?.state === 'held')
      clock.advance(2 * 3_600_000)
    }
    await until(async () => (await jobs())[0]?.state === 'held')
    expect((await jobs())[0]?.error).toMatch(/^Error /)
    expect(JSON.stringify(await jobs())).not.toContain('zoe@')
  })

  test('a job that is early comes back untried', async () => {
    await add('a')
    let runs = 0
    run({ a: () => Promise.resolve(runs++ === 0 ? { again: new Date(clock.now().getTime() + 50) } : { commit: async () => undefined }) })
    await until(async () => (await jobs()).length === 0)
    expect(runs).toBe(2)
  })

  test('a due time that lies ahead is kept; when the clock is moved, the job runs', async () => {
    await add('a', new Date(clock.now().getTime() + 86_400_000))
    let runs = 0
    const started = run({ a: () => Promise.resolve({ commit: async () => void runs++ }) })
    await until(() => started.idle())
    expect(runs).toBe(0)
    clock.advance(86_400_001)
    started.wake()
    await until(() => runs === 1)
  })

  test('no more jobs at once than the lane allows', async () => {
    for (let n = 0; n < 6; n++) await add('a')
    let now = 0
    let most = 0
    run(
      {
        a: async () => {
          most = Math.max(most, ++now)
          await new Promise((resolve) => setTimeout(resolve, 20))
          now--
          return { commit: async () => undefined }
        },
      },
      silentLog,
      2,
    )
    await until(async () => (await jobs()).length === 0)
    expect(most).toBe(2)
  })

  test('what a dead process held waits again at the next start', async () => {
    await add('a')
    await database.transaction((tx) => claimJobs(tx, ['a'], 1, clock.now(), 60_000))
    await recover({ database, onHeld: async () => undefined, log: silentLog })
    expect((await jobs()).map((job) => [job.state, job.kills])).toEqual([['waiting', 1]])
  })
})
