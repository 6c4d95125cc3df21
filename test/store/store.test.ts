import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isFault } from '../../src/errors'
import { type Address, type AssignmentCode, type ClassName, type PersonId, personId } from '../../src/school/people'
import { addAssignment, assignmentsOfClass, findAssignment, moveAssignment, setDue } from '../../src/store/assignments'
import { openBlobs, removeUnfinished } from '../../src/store/blobs'
import { openDatabase } from '../../src/store/database'
import { addJob, claimJobs, finishJob, recoverJobs, retryJob, maxKills } from '../../src/store/jobs'
import { addMail, findMail, markSeen, moveMail, settleMail } from '../../src/store/mails'
import { addOutgoing, claimOutgoing, moveOutgoing, recoverOutgoing, retryOutgoing } from '../../src/store/outbox'
import { guardiansOf, membersOf, peopleAt, saveGuardianship, saveMembership, savePerson } from '../../src/store/people'
import { countNotices, noteOnce } from '../../src/store/questions'
import { dropEntry, listQueue, retryEntry } from '../../src/store/queue'
import { addCopy, addReplyAddress, findReplyAddress, replyAddressOfMessage, settleCopy, useReplyAddress } from '../../src/store/reply-addresses'
import { addPage, addSource, pagesOf, saveSubmission, settleSource, sourcesOf, submissionsOf } from '../../src/store/submissions'
import { onEachDatabase } from './each-database'

const now = new Date('2020-03-16T07:00:00Z')
const later = (ms: number): Date => new Date(now.getTime() + ms)
const code = 'K7Q2' as AssignmentCode
const zoe = personId('e-101')

const mail = (id: string, sourceKey: string | null = null) => ({
  id,
  source: 'smtp',
  sourceKey,
  sender: 'zoe@famille.example',
  recipients: ['3b@devoirs.example'],
  clientAddress: '127.0.0.1',
  helo: 'phone',
  receivedAt: now,
  bytes: 100,
  blob: 'a'.repeat(64),
})
const outgoing = (id: string, cause: string) => ({
  id,
  cause,
  template: 'assignment',
  mail: '{}',
  messageId: `<${id}@devoirs.example>`,
  token: 't1',
  person: zoe,
  assignment: code,
  student: zoe,
  sendAt: now,
})
const source = (id: string, blob: string, receivedAt = now, position = 0) => ({
  id,
  assignment: code,
  student: zoe,
  mailId: `m-${id}`,
  kind: 'picture' as const,
  blob,
  filename: `${id}.jpg`,
  mediaType: 'image/jpeg',
  text: null,
  receivedAt,
  position,
  state: 'waiting' as const,
  error: null,
  replaces: null,
  saidPage: null,
})

onEachDatabase('the store', (database) => {
  test('opens twice without harm: migrations run once', async () => {
    expect((await database().db.selectFrom('person').selectAll().execute()).length).toBe(0)
  })

  test('takes an accepted mail once, by id and by its IMAP key', async () => {
    const taken = await database().transaction(async (tx) => [
      await addMail(tx, mail('m1', 'imap:1')),
      await addMail(tx, mail('m1')),
      await addMail(tx, mail('m2', 'imap:1')),
      await addMail(tx, mail('m3')),
    ])
    expect(taken).toEqual([true, false, false, true])
  })

  test('moves a mail only along the table', async () => {
    await database().transaction(async (tx) => {
      await addMail(tx, mail('m1'))
      await settleMail(tx, 'm1', { state: 'held', reason: 'unknown-sender', kind: 'other', why: 'no-rule', authorId: null }, now)
      expect(await moveMail(tx, 'm1', 'spooled', 'held', null)).toBe(false)
      expect(await moveMail(tx, 'm1', 'held', 'spooled', null)).toBe(true)
    })
    expect((await findMail(database().db, 'm1'))?.state).toBe('spooled')
  })

  test('knows the second copy of a message, and the same mail handled again is not its own double', async () => {
    const seen = await database().transaction(async (tx) => [await markSeen(tx, 'k', 'm1'), await markSeen(tx, 'k', 'm1'), await markSeen(tx, 'k', 'm2')])
    expect(seen).toEqual([null, null, 'm1'])
  })

  test('rolls everything back when one step fails', async () => {
    await expect(
      database().transaction(async (tx) => {
        await addMail(tx, mail('m1'))
        throw new Error('power cut')
      }),
    ).rejects.toThrow('power cut')
    expect(await findMail(database().db, 'm1')).toBeNull()
  })

  test('leases a due job to one worker, oldest first, and not before its time', async () => {
    await database().transaction(async (tx) => {
      await addJob(tx, { kind: 'a', data: { n: 2 }, dueAt: later(-1) }, now)
      await addJob(tx, { kind: 'a', data: { n: 1 }, dueAt: later(-1000) }, now)
      await addJob(tx, { kind: 'a', data: { n: 3 }, dueAt: later(1000) }, now)
      await addJob(tx, { kind: 'b', data: {}, dueAt: now }, now)
    })
    const claim = () => database().transaction((tx) => claimJobs(tx, ['a'], 10, now, 1000))
    expect((await claim()).map((job) => job.data)).toEqual([{ n: 1 }, { n: 2 }])
    expect(await claim()).toEqual([])
  })

  test('one waiting job a key: the pause begins anew, and what it knows is merged', async () => {
    const add = (n: number, ms: number) =>
      database().transaction((tx) =>
        addJob(tx, { kind: 'receipt', key: 'r', data: [n], dueAt: later(ms) }, now, { due: 'latest', merge: (before) => [...(before as number[]), n] }),
      )
    await add(1, 60)
    await add(2, 120)
    const jobs = await database().transaction((tx) => claimJobs(tx, ['receipt'], 10, later(130), 1000))
    expect(jobs.map((job) => [job.data, job.dueAt.getTime() - now.getTime()])).toEqual([[[1, 2], 120]])
  })

  test('a job during which the service died again and again is held', async () => {
    await database().transaction((tx) => addJob(tx, { kind: 'a', data: {}, dueAt: now }, now))
    const outcomes = []
    for (let death = 0; death < maxKills; death++) {
      await database().transaction((tx) => claimJobs(tx, ['a'], 1, later(10), 1000))
      outcomes.push(await database().transaction((tx) => recoverJobs(tx, Number.MAX_SAFE_INTEGER)))
    }
    expect(outcomes.map(({ waiting, held }) => [waiting, held.length])).toEqual([...Array.from({ length: maxKills - 1 }, () => [1, 0]), [0, 1]])
  })

  test('a failed job waits, and remembers when it first failed', async () => {
    await database().transaction((tx) => addJob(tx, { kind: 'a', data: {}, dueAt: now }, now))
    const claim = (at: Date) => database().transaction((tx) => claimJobs(tx, ['a'], 1, at, 1000))
    const [first] = await claim(now)
    await database().transaction((tx) => retryJob(tx, first?.id ?? '', later(50), 'store-busy', later(5)))
    const [second] = await claim(later(60))
    await database().transaction((tx) => retryJob(tx, second?.id ?? '', later(90), 'store-busy', later(70)))
    const [third] = await claim(later(100))
    expect([third?.attempts, third?.triedSince]).toEqual([2, later(5)])
    await database().transaction((tx) => finishJob(tx, third?.id ?? ''))
    expect(await claim(later(1000))).toEqual([])
  })

  test('an effect has one outgoing mail, however often it is written', async () => {
    const written = await database().transaction(async (tx) => [
      await addOutgoing(tx, outgoing('o1', 'copy:1'), now),
      await addOutgoing(tx, outgoing('o2', 'copy:1'), now),
    ])
    expect(written).toEqual([true, false])
  })

  test('outgoing rows: claimed once, retried later, recovered after a crash', async () => {
    await database().transaction((tx) => addOutgoing(tx, outgoing('o1', 'c1'), now))
    const claim = (at: Date) => database().transaction((tx) => claimOutgoing(tx, 5, at))
    expect((await claim(now)).length).toBe(1)
    expect((await claim(now)).length).toBe(0)
    await database().transaction((tx) => retryOutgoing(tx, 'o1', later(100), '451 later'))
    expect((await claim(later(50))).length).toBe(0)
    expect((await claim(later(100)))[0]?.attempts).toBe(1)
    expect(await database().transaction((tx) => recoverOutgoing(tx))).toBe(1)
    await claim(later(200))
    expect(await database().transaction((tx) => moveOutgoing(tx, 'o1', 'sending', 'sent', { reply: '250 ok', sent_at: now.getTime() }))).toBe(true)
  })

  test('finds everybody at a shared address, in roster order in the class', async () => {
    const email = 'famille@famille.example' as Address
    await database().transaction(async (tx) => {
      for (const [position, [id, name]] of [
        ['e-2', 'Léa'],
        ['e-1', 'Hugo'],
      ].entries()) {
        await savePerson(tx, { id: personId(id ?? ''), name: name ?? '', email, language: 'fr' })
        await saveMembership(tx, { class: '3b' as ClassName, person: personId(id ?? ''), role: 'student', position, groups: ['g1'], subject: null })
      }
      await savePerson(tx, { id: personId('g-1'), name: 'Claire', email: 'claire@famille.example' as Address, language: null })
      await saveGuardianship(tx, { guardian: personId('g-1'), student: personId('e-1'), right: 'full', household: 'g-1', position: 0 })
    })
    expect((await peopleAt(database().db, email)).map((person) => person.id)).toEqual(['e-1', 'e-2'])
    expect((await membersOf(database().db, '3b')).map((member) => member.person)).toEqual(['e-2', 'e-1'])
    expect((await guardiansOf(database().db, ['e-1', 'e-2'])).map((guardian) => [guardian.guardian, guardian.student])).toEqual([['g-1', 'e-1']])
  })

  test('assignments: dates survive, moves are guarded, a new date raises the sequence', async () => {
    await database().transaction(async (tx) => {
      await addAssignment(
        tx,
        {
          code,
          class: '3b' as ClassName,
          teacher: 't-1' as PersonId,
          mailId: 'm1',
          title: 'Thalès',
          body: 'Exercices',
          dueAt: later(1000),
          duePhrase: 'demain',
          state: 'waiting',
          createdAt: now,
          leaveAt: now,
          onlyStudents: [zoe],
        },
        [{ blob: 'b'.repeat(64), filename: 'feuille.pdf', mediaType: 'application/pdf', bytes: 5 }],
      )
      expect(await moveAssignment(tx, code, ['open'], 'closed')).toBe(false)
      expect(await moveAssignment(tx, code, ['waiting'], 'open')).toBe(true)
      await setDue(tx, code, later(2000))
    })
    const found = await findAssignment(database().db, code)
    expect([found?.state, found?.dueAt, found?.sequence, found?.onlyStudents]).toEqual(['open', later(2000), 1, [zoe]])
    expect((await assignmentsOfClass(database().db, '3b', ['open'])).length).toBe(1)
  })

  test('reply addresses are found by token and by the Message-ID that carried them, and count once', async () => {
    const uses = await database().transaction(async (tx) => {
      await addReplyAddress(tx, {
        token: 't1',
        purpose: 'confirm',
        person: zoe,
        address: null,
        assignment: code,
        student: null,
        household: null,
        ref: 'm1',
        createdAt: now,
      })
      await addOutgoing(tx, outgoing('o1', 'c1'), now)
      return [await useReplyAddress(tx, 't1', now), await useReplyAddress(tx, 't1', now)]
    })
    expect(uses).toEqual([true, false])
    expect((await findReplyAddress(database().db, 't1'))?.usedAt).toEqual(now)
    expect((await replyAddressOfMessage(database().db, '<o1@devoirs.example>'))?.token).toBe('t1')
    expect(await replyAddressOfMessage(database().db, '<other@x>')).toBeNull()
  })

  test('one copy an address; a bounce after delivery makes it failed, a late success does not undo that', async () => {
    const copy = {
      token: 't1',
      assignment: code,
      student: zoe,
      person: zoe,
      household: 'e-101',
      address: 'z@f.example' as Address,
      delivery: 'waiting' as const,
      failure: null,
    }
    const outcome = await database().transaction(async (tx) => [
      await addCopy(tx, copy),
      await addCopy(tx, { ...copy, token: 't2' }),
      await settleCopy(tx, 't1', 'delivered', null),
      await settleCopy(tx, 't1', 'failed', '5.1.1'),
      await settleCopy(tx, 't1', 'delivered', null),
    ])
    expect(outcome).toEqual([true, false, true, true, false])
  })

  test('the same picture twice is one source; pages come in order of mail, place and number', async () => {
    await database().transaction(async (tx) => {
      expect(await addSource(tx, source('b', '2'.repeat(64), later(10)))).toBe(true)
      expect(await addSource(tx, source('c', '2'.repeat(64), later(20)))).toBe(false)
      expect(await addSource(tx, source('a', '1'.repeat(64)))).toBe(true)
      expect(await settleSource(tx, 'a', 'done', null)).toBe(true)
      expect(await settleSource(tx, 'a', 'failed', 'x')).toBe(false)
      const page = {
        assignment: code,
        student: zoe,
        blob: null,
        widthPx: 1,
        heightPx: 1,
        rotationDegCw: 0,
        isTurnDoubtful: false,
        thumbnail: null,
        fingerprint: null,
        copyOf: null,
        verdict: 'good',
        sharpness: 0.5,
        exposure: 0.5,
        bytes: 1,
      }
      await addPage(tx, { ...page, source: 'b', number: 1 })
      await addPage(tx, { ...page, source: 'a', number: 2 })
      await addPage(tx, { ...page, source: 'a', number: 1 })
      await addPage(tx, { ...page, source: 'a', number: 1 })
    })
    expect((await sourcesOf(database().db, code)).map((one) => one.id)).toEqual(['a', 'b'])
    expect((await pagesOf(database().db, code, zoe)).map((page) => [page.source, page.number])).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 1],
    ])
  })

  test('a page that came in place of another stands there once it is made, and no earlier', async () => {
    const page = {
      assignment: code,
      student: zoe,
      number: 1,
      blob: null,
      thumbnail: null,
      fingerprint: null,
      copyOf: null,
      widthPx: 1,
      heightPx: 1,
      rotationDegCw: 0,
      isTurnDoubtful: false,
      verdict: 'good',
    }
    const made = { ...page, sharpness: null, exposure: null, bytes: 1 }
    const order = async (): Promise<string[]> => (await pagesOf(database().db, code, zoe)).map((one) => one.source)
    await database().transaction(async (tx) => {
      for (const [at, id] of ['a', 'b', 'c'].entries()) {
        await addSource(tx, source(id, String(at).repeat(64), later(at * 10)))
        await addPage(tx, { ...made, source: id })
        await settleSource(tx, id, 'done', null)
      }
    })
    const [, second] = await pagesOf(database().db, code, zoe)
    await database().transaction(async (tx) => {
      await addSource(tx, { ...source('d', '7'.repeat(64), later(40)), replaces: second?.id ?? 0 })
    })
    expect(await order()).toEqual(['a', 'b', 'c'])
    await database().transaction(async (tx) => {
      await addPage(tx, { ...made, source: 'd' })
      await settleSource(tx, 'd', 'done', null)
    })
    expect(await order()).toEqual(['a', 'd', 'c'])
    await database().transaction(async (tx) => {
      await addSource(tx, { ...source('e', '8'.repeat(64), later(50)), replaces: second?.id ?? 0 })
      await addPage(tx, { ...made, source: 'e', verdict: 'unreadable' })
      await settleSource(tx, 'e', 'failed', 'pdf-locked')
    })
    expect(await order()).toEqual(['a', 'd', 'c', 'e'])
  })

  test('a submission is one row, overwritten whole', async () => {
    const submission = { assignment: code, student: zoe, firstAt: now, lastAt: now, postmarkAt: null, late: false, excused: false, absent: false, dueAt: null }
    await database().transaction(async (tx) => {
      await saveSubmission(tx, submission)
      await saveSubmission(tx, { ...submission, late: true })
    })
    expect(await submissionsOf(database().db, code)).toEqual([{ ...submission, late: true }])
  })

  test('a notice is noted once, and notices of a day are counted', async () => {
    const noted = await database().transaction(async (tx) => [
      await noteOnce(tx, 'confirm:t:1', now),
      await noteOnce(tx, 'confirm:t:1', now),
      await noteOnce(tx, 'confirm:t:2', now),
    ])
    expect(noted).toEqual([true, false, true])
    expect(await countNotices(database().db, 'confirm:t:')).toBe(2)
  })

  test('the queue shows what waits, failed or is held, and moves it', async () => {
    await database().transaction(async (tx) => {
      await addMail(tx, mail('m1'))
      await settleMail(tx, 'm1', { state: 'held', reason: 'unknown-sender', kind: 'other', why: 'no-rule', authorId: null }, now)
      await addOutgoing(tx, outgoing('o1', 'c1'), now)
      await addJob(tx, { kind: 'send-digests', key: 'digests', data: {}, dueAt: later(86_400_000) }, now)
    })
    expect((await listQueue(database().db, now)).map((entry) => [entry.id, entry.kind, entry.state, entry.reason])).toEqual([
      ['m1', 'mail', 'held', 'unknown-sender'],
      ['o1', 'outgoing', 'waiting', 'assignment'],
    ])
    expect(await database().transaction((tx) => retryEntry(tx, 'm1', now))).toBe('mail')
    expect((await findMail(database().db, 'm1'))?.state).toBe('spooled')
    expect((await database().transaction((tx) => claimJobs(tx, ['handle-mail'], 5, now, 1000))).map((job) => job.data)).toEqual([{ mailId: 'm1' }])
    expect(await database().transaction((tx) => dropEntry(tx, 'o1'))).toBe('outgoing')
    expect(await database().transaction((tx) => dropEntry(tx, 'nothing'))).toBeNull()
  })
})

describe('a SQLite file', () => {
  let folder: string
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'cartable-db-'))))
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('that is damaged is refused and left as it was', async () => {
    const bytes = Buffer.from('this is no database, it is a shopping list of some length '.repeat(20))
    await writeFile(join(folder, 'cartable.db'), bytes)
    await expect(openDatabase('sqlite:cartable.db', folder)).rejects.toMatchObject({ code: 'database-damaged' })
    expect(await readFile(join(folder, 'cartable.db'))).toEqual(bytes)
  })

  test('in a folder that is not there is refused with a fault', async () => {
    const error: unknown = await openDatabase('sqlite:x/y/cartable.db', folder).catch((thrown: unknown) => thrown)
    expect(isFault(error, 'storage-unusable')).toBe(true)
  })

  test('is readable by its owner alone', async () => {
    const database = await openDatabase('sqlite:cartable.db', folder)
    expect((await stat(join(folder, 'cartable.db'))).mode & 0o777).toBe(0o600)
    await database.close()
  })
})

describe('blobs', () => {
  let folder: string
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'cartable-blobs-'))))
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('are named by their content, stored once, and given back', async () => {
    const blobs = await openBlobs(folder)
    const hash = await blobs.put(Buffer.from('page'))
    expect(await blobs.put(Buffer.from('page'))).toBe(hash)
    expect((await blobs.get(hash)).toString()).toBe('page')
    expect((await stat(blobs.path(hash))).mode & 0o777).toBe(0o600)
  })

  test('take over a finished file and keep it when the original goes', async () => {
    const blobs = await openBlobs(folder)
    const file = join(folder, 'made.pdf')
    await writeFile(file, 'pdf')
    const hash = await blobs.putFile(file)
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' })
    expect((await blobs.get(hash)).toString()).toBe('pdf')
  })

  test('a half-written file of a crash is removed by who holds the storage, not by whoever opens it beside a running service', async () => {
    await writeFile(join(folder, '.abc.part'), 'half')
    await openBlobs(folder)
    expect((await stat(join(folder, '.abc.part'))).size).toBe(4)
    await removeUnfinished(folder)
    await expect(stat(join(folder, '.abc.part'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a name that is no hash is refused, whatever path it would make', async () => {
    const blobs = await openBlobs(folder)
    expect(() => blobs.path('../../etc/passwd')).toThrow(TypeError)
  })
})
