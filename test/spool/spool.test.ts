/** The spool as its users see it: what was answered is there, once, after whatever happened. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Fault } from '../../src/errors'
import type { Log, LogFields } from '../../src/log'
import { openSpool, type SpoolOptions } from '../../src/spool/spool'
import type { Spool, SpooledMail } from '../../src/spool/spooled-mail'
import { smallDisk } from './small-disk'

let folder: string
let spool: Spool | null = null
let lines: { event: string; fields: LogFields }[]
const note = (event: string, fields: LogFields = {}): void => void lines.push({ event, fields })
const log: Log = { info: note, warn: note, error: note }
const events = (): string[] => lines.map(({ event }) => event)

const open = async (options: Partial<SpoolOptions> = {}): Promise<Spool> => {
  spool = await openSpool(join(folder, 'spool'), { log, reserveBytes: 0, ...options })
  return spool
}
const files = (ending: string): string[] => readdirSync(join(folder, 'spool')).filter((name) => name.endsWith(ending))
const envelopeTo = (recipient: string): SpooledMail['envelope'] => ({
  sender: 'a@b.example',
  recipients: [recipient],
  clientAddress: '192.0.2.7',
  helo: 'mail.b.example',
  receivedAt: new Date('2020-03-16T07:00:00Z'),
})
const put = (target: Spool, text: string | Buffer, name = 'x'): Promise<{ id: string; bytes: number }> =>
  target.accept({ envelope: envelopeTo(`${name}@c.example`), source: 'smtp' }, Readable.from([Buffer.from(text)]), { maxBytes: 10_000_000 })
const texts = async (target: Spool): Promise<string[]> => {
  const mails = await target.pending(1000)
  return Promise.all(mails.map(async (mail) => (await mail.read()).toString()))
}
const codeOfFailure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof Fault ? error.code : String(error)),
  )
/** As a crash leaves it: nothing is closed or removed before the test has ended. */
const crashed: Spool[] = []
const crash = (): void => {
  if (spool) crashed.push(spool)
  spool = null
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cartable-spool-'))
  lines = []
})
afterEach(async () => {
  await spool?.close()
  spool = null
  for (const old of crashed.splice(0)) await old.close()
  rmSync(folder, { recursive: true, force: true })
})

test('gives back what it accepted, oldest first, with its envelope and hash', async () => {
  const target = await open()
  const first = await target.accept(
    { envelope: envelopeTo('3b@c.example'), source: 'imap:1', sourceKey: 'h/u/INBOX/1/7' },
    Readable.from([Buffer.from('one')]),
    {
      maxBytes: 3,
    },
  )
  await put(target, 'two')
  const mails = await target.pending(10)
  expect(mails).toHaveLength(2)
  expect(mails[0]).toMatchObject({
    id: first.id,
    source: 'imap:1',
    sourceKey: 'h/u/INBOX/1/7',
    bytes: 3,
    file: null,
    envelope: envelopeTo('3b@c.example'),
    sha256: createHash('sha256').update('one').digest('hex'),
  })
  expect(mails[1]?.sourceKey).toBeNull()
  expect((mails[1]?.id ?? '') > first.id).toBe(true)
  expect(await texts(target)).toEqual(['one', 'two'])
  expect(await target.pending(1)).toHaveLength(1)
})

test.each([
  ['an empty message', 0, false],
  ['64 KB', 65536, false],
  ['a byte more', 65537, true],
  ['3 MB', 3_000_000, true],
])('stores %s whole, large ones in a file of their own', async (_what, size, own) => {
  const target = await open()
  const body = Buffer.alloc(size, 'abcdefghi\n')
  const pieces = Array.from({ length: Math.ceil(size / 50_000) }, (_, i) => body.subarray(i * 50_000, (i + 1) * 50_000))
  await target.accept({ envelope: envelopeTo('x@c.example'), source: 'smtp' }, Readable.from(pieces), { maxBytes: size })
  const [mail] = await target.pending(10)
  expect(mail?.bytes).toBe(size)
  expect(mail?.file !== null).toBe(own)
  expect((await mail?.read())?.equals(body)).toBe(true)
  if (mail?.file) expect(statSync(mail.file).size).toBe(size)
})

test('messages that arrive together share their syncs', async () => {
  const target = await open()
  await Promise.all(Array.from({ length: 200 }, (_, i) => put(target, `mail ${i}`)))
  expect(target.counts().messages).toBe(200)
  // The first three go alone, one a segment; all others wait for one of these and go together.
  expect(target.counts().syncs).toBeLessThanOrEqual(20)
  expect(new Set(await texts(target)).size).toBe(200)
})

test('tells its listener once for a group', async () => {
  const target = await open()
  let called = 0
  const heard = new Promise<void>((resolve) =>
    target.onAccepted(() => {
      called++
      resolve()
    }),
  )
  await put(target, 'one')
  await heard
  expect(called).toBe(1)
})

test('shows after a restart what was not released, and that alone', async () => {
  const target = await open()
  const ids: { id: string }[] = []
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) ids.push(await put(target, text))
  await put(target, Buffer.alloc(100_000, 'L'), 'large')
  await put(target, Buffer.alloc(100_001, 'M'), 'large')
  const large = (await target.pending(10)).filter((mail) => mail.file !== null)
  await target.release([ids[0]?.id ?? '', ids[3]?.id ?? '', 'unknown', large[0]?.id ?? ''])
  expect((await texts(target)).map((text) => text[0])).toEqual(['b', 'c', 'e', 'f', 'M'])
  crash()
  const again = await open()
  expect((await texts(again)).map((text) => text[0])).toEqual(['b', 'c', 'e', 'f', 'M'])
  const { id } = await put(again, 'new')
  expect((await again.pending(10)).at(-1)?.id).toBe(id)
  expect(events()).toContain('spool-replayed')
  expect(events()).not.toContain('spool-damaged')
})

test('segments and files go with their last message', async () => {
  const target = await open()
  for (let i = 0; i < 5; i++) await put(target, 'x'.repeat(1000))
  await put(target, Buffer.alloc(100_000))
  crash()
  const again = await open()
  expect(files('.seg').length).toBeGreaterThan(3)
  await again.release((await again.pending(10)).map(({ id }) => id))
  expect(files('.seg')).toHaveLength(3)
  expect(files('.mail')).toHaveLength(0)
  expect(files('.done')).toHaveLength(0)
  await put(again, 'y'.repeat(1000))
  await again.release((await again.pending(10)).map(({ id }) => id))
  expect(files('.seg').map((name) => statSync(join(folder, 'spool', name)).size)).toEqual([8, 8, 8])
  await again.close()
  expect(readdirSync(join(folder, 'spool'))).toEqual([])
})

test('cuts a torn tail and keeps what stands before it', async () => {
  const target = await open({ segments: 1 })
  await put(target, 'whole')
  await put(target, 'also whole')
  crash()
  const [segment] = files('.seg').map((name) => join(folder, 'spool', name))
  const size = statSync(segment ?? '').size
  const record = readFileSync(segment ?? '').subarray(8)
  appendFileSync(segment ?? '', record.subarray(0, 100))
  const again = await open({ segments: 1 })
  expect(await texts(again)).toEqual(['whole', 'also whole'])
  expect(events().filter((event) => event === 'spool-tail-cut')).toHaveLength(1)
  expect(statSync(segment ?? '').size).toBe(size)
  await again.close()
  lines = []
  expect(await texts(await open())).toEqual(['whole', 'also whole'])
  expect(events()).not.toContain('spool-tail-cut')
})

test.each([
  ['in a body', (size: number) => size - 2, 1],
  ['in a head', () => 0, 1],
  ['in a length', () => 14, 1],
  ['in an envelope', () => 60, 1],
])('damage %s costs that message alone, is said once and its bytes are kept', async (_where, at, lost) => {
  const target = await open({ segments: 1 })
  await put(target, 'first')
  const start = statSync(join(folder, 'spool', files('.seg')[0] ?? '')).size
  await put(target, 'second, which is damaged')
  const end = statSync(join(folder, 'spool', files('.seg')[0] ?? '')).size
  await put(target, 'third')
  crash()
  const path = join(folder, 'spool', files('.seg')[0] ?? '')
  const bytes = readFileSync(path)
  const where = start + at(end - start)
  bytes[where] = (bytes[where] ?? 0) ^ 0xff
  writeFileSync(path, bytes)
  const again = await open({ segments: 1 })
  expect(await texts(again)).toEqual(['first', 'third'])
  expect(events().filter((event) => event === 'spool-damaged')).toHaveLength(lost)
  const kept = readdirSync(join(folder, 'spool', 'damaged'))
  expect(kept).toHaveLength(1)
  expect(readFileSync(join(folder, 'spool', 'damaged', kept[0] ?? '')).equals(bytes.subarray(start, end))).toBe(true)
  await again.close()
  lines = []
  expect(await texts(await open())).toEqual(['first', 'third'])
  expect(events()).not.toContain('spool-damaged')
})

test('a large message whose file was cut or is gone is set aside and said', async () => {
  const target = await open()
  await put(target, Buffer.alloc(70_000, 'a'))
  await put(target, Buffer.alloc(70_001, 'b'))
  await put(target, 'small')
  const [cut, gone] = (await target.pending(10)).map((mail) => mail.file ?? '')
  crash()
  truncateSync(cut ?? '', 1000)
  rmSync(gone ?? '')
  const again = await open()
  expect(await texts(again)).toEqual(['small'])
  expect(events().filter((event) => event === 'spool-damaged')).toHaveLength(2)
  expect(readdirSync(join(folder, 'spool', 'damaged'))).toHaveLength(3)
})

test('files without a record are removed at start, unless a damaged record may have named them', async () => {
  const target = await open({ segments: 1 })
  await put(target, 'whole')
  const { id } = await put(target, Buffer.alloc(70_000, 'a'))
  const last = await put(target, 'last')
  crash()
  writeFileSync(join(folder, 'spool', '0orphan.mail'), 'half')
  const again = await open({ segments: 1 })
  expect(existsSync(join(folder, 'spool', '0orphan.mail'))).toBe(false)
  expect(await again.pending(10)).toHaveLength(3)
  crash()
  const path = join(folder, 'spool', files('.seg').sort()[0] ?? '')
  const bytes = readFileSync(path)
  bytes.fill(0, bytes.indexOf(id), bytes.indexOf(id) + 4)
  writeFileSync(path, bytes)
  expect((await (await open()).pending(10)).at(-1)?.id).toBe(last.id)
  expect(readdirSync(join(folder, 'spool', 'damaged'))).toContain(`${id}.mail`)
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['noise', Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251))],
  ['zeros', Buffer.alloc(5000)],
  ['another head', Buffer.from('OTHERFRM')],
])('a segment of %s neither stops the start nor hides other mail', async (_what, bytes) => {
  await put(await open(), 'mail')
  crash()
  writeFileSync(join(folder, 'spool', '0strange.seg'), bytes)
  expect(await texts(await open())).toEqual(['mail'])
})

test('refuses what is too big while it comes, and keeps nothing of it', async () => {
  const target = await open()
  let taken = 0
  const endless = (async function* (): AsyncGenerator<Buffer> {
    for (;;) {
      taken++
      yield await Promise.resolve(Buffer.alloc(10_000))
    }
  })()
  const meta = { envelope: envelopeTo('x@c.example'), source: 'smtp' }
  expect(await codeOfFailure(target.accept(meta, endless, { maxBytes: 1_000_000 }))).toBe('message-too-big')
  expect(taken).toBe(101)
  expect(await codeOfFailure(target.accept(meta, Readable.from([Buffer.alloc(101)]), { maxBytes: 100 }))).toBe('message-too-big')
  expect(await target.pending(10)).toEqual([])
  expect(files('.mail')).toEqual([])
})

test('a source that breaks off leaves nothing, and its error is passed on', async () => {
  const target = await open()
  const source = new Readable({ read: () => undefined })
  const accepted = target.accept({ envelope: envelopeTo('x@c.example'), source: 'smtp' }, source, { maxBytes: 1e6 })
  source.push(Buffer.alloc(400_000))
  source.destroy(new Error('the client went away'))
  await expect(accepted).rejects.toThrow('the client went away')
  expect(await target.pending(10)).toEqual([])
  expect(files('.mail')).toEqual([])
})

test('a source that breaks off in the middle of its file leaves nothing', async () => {
  const target = await open()
  const source = new Readable({ read: () => undefined })
  const accepted = target.accept({ envelope: envelopeTo('x@c.example'), source: 'smtp' }, source, { maxBytes: 1e7 })
  for (let i = 0; i < 20; i++) {
    source.push(Buffer.alloc(100_000))
    await new Promise((resolve) => setImmediate(resolve))
  }
  source.destroy()
  await expect(accepted).rejects.toThrow('closed before its end')
  expect(files('.mail')).toEqual([])
  const over = Readable.from([Buffer.from('x')])
  over.destroy()
  await expect(target.accept({ envelope: envelopeTo('x@c.example'), source: 'smtp' }, over, { maxBytes: 1e7 })).rejects.toThrow('closed before its end')
})

test('a check may end the acceptance', async () => {
  const target = await open()
  const meta = { envelope: envelopeTo('x@c.example'), source: 'smtp' }
  const limits = { maxBytes: 1e6, check: (piece: Uint8Array) => (piece[0] === 0x21 ? new Fault('too-many-hops') : null) }
  expect(await codeOfFailure(target.accept(meta, Readable.from([Buffer.from('a'), Buffer.from('!')]), limits))).toBe('too-many-hops')
  expect(await codeOfFailure(target.accept(meta, Readable.from([Buffer.from('a'), Buffer.from('b')]), limits))).toBe('none')
})

test('takes nothing below the reserve', async () => {
  const target = await open({ reserveBytes: Number.MAX_SAFE_INTEGER })
  expect(await codeOfFailure(put(target, 'x'))).toBe('disk-full')
  expect(await target.freeBytes()).toBeLessThan(0)
  expect(await target.pending(10)).toEqual([])
})

test('a disk that fills up is told as such, loses nothing, and heals', async () => {
  const disk = join(folder, 'spool')
  const remove = smallDisk(disk, 2)
  if (!remove) return
  try {
    const target = await open({ reserveBytes: -1e9 })
    await put(target, 'before')
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(1_900_000))
    expect(await codeOfFailure(put(target, Buffer.alloc(1_000_000)))).toBe('disk-full')
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => codeOfFailure(put(target, Buffer.alloc(60_000, `${i}`)))))
    expect(answers).toContain('disk-full')
    const kept = answers.filter((answer) => answer === 'none').length
    expect(files('.mail')).toEqual([])
    rmSync(join(disk, 'ballast'))
    await put(target, 'after')
    expect(await target.pending(100)).toHaveLength(kept + 2)
    crash()
    const again = await open()
    expect(await again.pending(100)).toHaveLength(kept + 2)
    expect(events()).not.toContain('spool-damaged')
    await again.close()
    spool = null
  } finally {
    remove()
  }
})

test('a folder that cannot be used is said with its name', async () => {
  writeFileSync(join(folder, 'spool'), 'a file')
  await expect(open()).rejects.toMatchObject({ code: 'storage-unusable', message: expect.stringContaining(join(folder, 'spool')) as string })
})

test('files are for us alone', async () => {
  const target = await open()
  const ids = await Promise.all([put(target, 'a'), put(target, 'b'), put(target, 'c'), put(target, 'd'), put(target, 'e')])
  await put(target, Buffer.alloc(100_000))
  await target.release([ids[0]?.id ?? ''])
  const names = readdirSync(join(folder, 'spool'))
  expect(names.length).toBeGreaterThanOrEqual(4)
  for (const name of names) expect((statSync(join(folder, 'spool', name)).mode & 0o777).toString(8)).toBe('600')
  expect((statSync(join(folder, 'spool')).mode & 0o777).toString(8)).toBe('700')
})

test('after close nothing more is taken', async () => {
  const target = await open()
  const running = put(target, 'still taken')
  await target.close()
  await running
  expect(await codeOfFailure(put(target, 'x'))).toBe('shutting-down')
  expect(await texts(await open())).toEqual(['still taken'])
})

test('a full segment is sealed and a new one begun', async () => {
  const target = await open({ segments: 1 })
  const body = Buffer.alloc(60_000, 'z')
  for (let i = 0; i < 6; i++) await Promise.all(Array.from({ length: 60 }, () => put(target, body)))
  expect(files('.seg').length).toBe(2)
  await target.release((await target.pending(400)).map(({ id }) => id))
  expect(files('.seg').length).toBe(1)
})

test.each([1, 8])('what was answered before a kill is there, once (%i sessions)', async (sessions) => {
  const child: ChildProcess = spawn(process.execPath, [join(__dirname, 'accept-until-killed.js'), join(folder, 'spool'), String(sessions)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.split('\n').length > 100) child.kill('SIGKILL')
    })
    child.on('close', () => resolve())
  })
  const answered = said.split('\n').slice(0, -1)
  expect(answered.length).toBeGreaterThanOrEqual(100)
  const again = await open()
  const mails = await again.pending(100_000)
  const keys = await Promise.all(mails.map(async (mail) => /^Subject: (\S+)/.exec((await mail.read()).toString())?.[1] ?? '?'))
  expect(new Set(keys).size).toBe(keys.length)
  expect(answered.filter((key) => !keys.includes(key))).toEqual([])
  expect(mails.map((mail) => mail.envelope.recipients[0])).toEqual(keys.map((key) => `${key}@c.example`))
  expect(events()).not.toContain('spool-damaged')
})
