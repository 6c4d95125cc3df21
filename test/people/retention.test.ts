import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actSettingsOf } from '../../src/act/act-settings-of'
import { forgetOld } from '../../src/act/forget-old'
import { parseConfig } from '../../src/config/parse-config'
import type { AssignmentCode, ClassName, PersonId } from '../../src/school/people'
import { addAssignment } from '../../src/store/assignments'
import { type Blobs, openBlobs } from '../../src/store/blobs'
import { addJob, type Job } from '../../src/store/jobs'
import { addMail, markSeen, settleMail } from '../../src/store/mails'
import { addOutgoing } from '../../src/store/outbox'
import { noteOnce } from '../../src/store/questions'
import type { MailState, OutboxState } from '../../src/store/schema'
import { addPage, addSource } from '../../src/store/submissions'
import { onEachDatabase } from '../store/each-database'

const now = new Date('2021-06-01T03:30:00Z')
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000)
const outcome = parseConfig({ toml: '', env: {}, readSecretFile: () => '' })
if (!outcome.ok) throw new Error('defaults are wrong')
const settings = actSettingsOf(outcome.config, [])

onEachDatabase('retention', (database) => {
  let folder: string
  let blobs: Blobs
  const folders = () => ({ temporary: join(folder, 'tmp'), wire: join(folder, 'wire') })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cartable-retention-'))
    blobs = await openBlobs(join(folder, 'blobs'))
    for (const path of Object.values(folders())) await mkdir(path)
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  /** Runs as the runner would: the deed, then its commit. */
  async function forget(): Promise<void> {
    const result = await forgetOld({} as Job, { database: database(), blobs, folders: folders(), settings, now: () => now })
    if (!('commit' in result)) throw new Error('it should be done')
    await database().transaction((tx) => result.commit(tx))
  }
  async function oldFile(path: string): Promise<string> {
    await writeFile(path, 'x')
    await utimes(path, new Date(0), new Date(0))
    return path
  }
  const isThere = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    )
  async function mail(id: string, receivedAt: Date, state: MailState): Promise<string> {
    const blob = await blobs.put(Buffer.from(`mail ${id}`))
    await database().transaction(async (tx) => {
      await addMail(tx, {
        id,
        source: 'smtp',
        sourceKey: null,
        sender: 'zoe@famille.example',
        recipients: ['3b@devoirs.example'],
        clientAddress: null,
        helo: null,
        receivedAt,
        bytes: 6,
        blob,
      })
      await markSeen(tx, `seen-${id}`, id)
      if (state !== 'spooled' && state !== 'dropped') await settleMail(tx, id, { state, reason: null, kind: null, why: null, authorId: 'e-1' }, receivedAt)
    })
    return blob
  }
  async function outgoing(id: string, createdAt: Date, state: OutboxState, assignment: AssignmentCode | null): Promise<string> {
    const blob = await blobs.put(Buffer.from(`outgoing ${id}`))
    await database().transaction(async (tx) => {
      const words = JSON.stringify({ to: { address: 'zoe@famille.example' }, attachments: [{ blob }] })
      await addOutgoing(
        tx,
        { id, cause: id, template: 'receipt', mail: words, messageId: `<${id}@x>`, token: null, person: 'e-1', assignment, student: null, sendAt: createdAt },
        createdAt,
      )
      await tx.updateTable('outbox').set({ state }).where('id', '=', id).execute()
    })
    return blob
  }
  async function assignment(code: string, createdAt: Date): Promise<string[]> {
    const [file, original, page] = await Promise.all(['file', 'original', 'page'].map((kind) => blobs.put(Buffer.from(`${kind} of ${code}`))))
    await database().transaction(async (tx) => {
      await addAssignment(
        tx,
        {
          code: code as AssignmentCode,
          class: '3b' as ClassName,
          teacher: 't-1' as PersonId,
          mailId: `m-${code}`,
          title: 'Thalès',
          body: '',
          dueAt: null,
          duePhrase: null,
          state: 'open',
          createdAt,
          leaveAt: createdAt,
          onlyStudents: null,
        },
        [{ blob: file ?? '', filename: 'a.pdf', mediaType: 'application/pdf', bytes: 1 }],
      )
      const about = { assignment: code as AssignmentCode, student: 'e-1' as PersonId }
      const source = { id: `s-${code}`, mailId: 'm', kind: 'picture' as const, blob: original ?? '', filename: null, mediaType: 'image/jpeg', text: null }
      await addSource(tx, { ...about, ...source, receivedAt: createdAt, position: 0, state: 'done', error: null, replaces: null, saidPage: null })
      const size = { widthPx: 1, heightPx: 1, rotationDegCw: 0, isTurnDoubtful: false, verdict: 'good', sharpness: null, exposure: null, bytes: 1 }
      await addPage(tx, { ...about, source: source.id, number: 1, blob: page ?? '', thumbnail: null, fingerprint: null, copyOf: null, ...size })
    })
    return [file ?? '', original ?? '', page ?? '']
  }

  test.each(['handled', 'answered', 'held', 'spooled'] as const)('gives up the bytes and names of old mail that is %s, and keeps young mail', async (state) => {
    const [old, young] = [await mail('m1', daysAgo(31), state), await mail('m2', daysAgo(29), state)]
    await forget()
    expect([await blobs.has(old), await blobs.has(young)]).toEqual([false, true])
    const rows = await database().db.selectFrom('mail').select(['blob', 'sender', 'author_id', 'recipients', 'state']).orderBy('id').execute()
    const isOpen = state === 'held' || state === 'spooled'
    expect(rows[0]).toEqual({ blob: null, sender: null, author_id: null, recipients: '[]', state: isOpen ? 'dropped' : state })
    expect(rows[1]).toMatchObject({ blob: young, state })
    expect((await database().db.selectFrom('seen').select('key').execute()).map((row) => row.key)).toEqual(['seen-m2'])
  })

  test.each([
    ['sent', true],
    ['failed', true],
    ['held', true],
    ['cancelled', true],
    ['waiting', false],
  ] as const)('old mail of ours that is %s', async (state, goes) => {
    const code = 'K7Q2' as AssignmentCode
    const blob = await outgoing('o1', daysAgo(31), state, code)
    await outgoing('o2', daysAgo(29), state, code)
    await outgoing('o3', daysAgo(31), state, null)
    await forget()
    const rows = await database().db.selectFrom('outbox').select(['id', 'mail', 'person_id']).orderBy('id').execute()
    expect(rows.map((row) => row.id)).toEqual(goes ? ['o1', 'o2'] : ['o1', 'o2', 'o3'])
    expect(rows[0]?.mail === '{}' && rows[0].person_id === null).toBe(goes)
    expect(rows[1]?.mail).toContain('zoe@famille.example')
    expect(await blobs.has(blob)).toBe(!goes)
  })

  test('an old assignment goes with files, originals and pages, also in wire form; a blob that another one has too stays', async () => {
    const old = await assignment('K7Q2', daysAgo(366))
    const young = await assignment('M3ZA', daysAgo(364))
    await database().transaction((tx) =>
      tx
        .updateTable('source')
        .set({ blob: old[1] ?? '' })
        .where('assignment', '=', 'M3ZA')
        .execute(),
    )
    await writeFile(join(folders().wire, `${old[0]}.b64`), 'x')
    await forget()
    expect(await Promise.all(old.map((blob) => blobs.has(blob)))).toEqual([false, true, false])
    expect(await Promise.all([young[0], young[2]].map((blob) => blobs.has(blob ?? '')))).toEqual([true, true])
    expect(await isThere(join(folders().wire, `${old[0]}.b64`))).toBe(false)
    for (const table of ['page', 'source', 'assignment_file'] as const)
      expect((await database().db.selectFrom(table).select('assignment').execute()).map((row) => row.assignment)).toEqual(['M3ZA'])
  })

  test('leftovers go: half-made files, wire forms out of use, blobs no row names, notices, jobs that were given up', async () => {
    const orphan = await blobs.put(Buffer.from('a picture that was set aside'))
    await utimes(blobs.path(orphan), new Date(0), new Date(0))
    const young = await blobs.put(Buffer.from('a picture whose row is being written'))
    const old = [await oldFile(join(folders().temporary, 'job-e_1-0.pdf')), await oldFile(join(folders().wire, 'a.b64'))]
    await writeFile(join(folders().temporary, 'in-the-making.pdf'), 'x')
    await database().transaction(async (tx) => {
      await noteOnce(tx, 'old:zoe@famille.example', daysAgo(31))
      await noteOnce(tx, 'young', daysAgo(29))
      await addJob(tx, { kind: 'make-pages', data: { student: 'e-1' }, dueAt: now }, daysAgo(31))
      await tx.updateTable('job').set({ state: 'held' }).execute()
    })
    await forget()
    expect(await Promise.all(old.map(isThere))).toEqual([false, false])
    expect(await isThere(join(folders().temporary, 'in-the-making.pdf'))).toBe(true)
    expect([await blobs.has(orphan), await blobs.has(young)]).toEqual([false, true])
    expect((await database().db.selectFrom('notice').select('key').execute()).map((row) => row.key)).toEqual(['young'])
    expect((await database().db.selectFrom('job').select('kind').execute()).map((row) => row.kind)).toEqual(['forget-old'])
  })

  test('runs again the next night, by itself', async () => {
    await forget()
    const jobs = await database().db.selectFrom('job').select(['kind', 'due_at']).execute()
    expect(jobs).toEqual([{ kind: 'forget-old', due_at: new Date('2021-06-02T01:30:00Z').getTime() }])
  })
})
